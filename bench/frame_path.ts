import { conversationOptions } from "../tests/conversation_options.ts";
import { readPrompt } from "../src/audio/convert.ts";
import { TELEPHONY } from "../src/audio/format.ts";
import { PROMPTS } from "../src/audio/prompts.ts";
import { SPEECH_DEFAULTS, SpeechMarker } from "../src/audio/speech.ts";
import { AgentDirectory } from "../src/call/directory.ts";
import { ANY_INPUT } from "../src/call/output.ts";
import { Switchboard } from "../src/call/switchboard.ts";
import { echo } from "../src/connectors/echo.ts";
import type { Rpc } from "../src/grpc/server.ts";
import { Metadata } from "../src/grpc/metadata.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createFile } from "../src/lib/files.ts";
import { Span } from "../src/lib/span.ts";
import { silentLog } from "../tests/logs.ts";
import { byova } from "../src/protocols/byova.ts";
import {
  decodeVoiceVARequest,
  encodeVoiceVARequest,
  VoiceVirtualAgent,
} from "../src/protocols/gen/voicevirtualagent.ts";

/**
 * What one 20 ms frame costs on its way through the house, the transport left
 * out: `deno run -A bench/frame_path.ts`. Calls are interleaved as they are in
 * life, so that no call's state stays in the cache for the next frame.
 */
const CALLS = 600;
const SECONDS = 10;
const ROUNDS = 5;

const line = { speech: readPrompt(PROMPTS.welcome).data, frame: 160 };
const log = silentLog();
const connector = await echo.create(echo.config.parse({}), {
  fetch,
  env: () => undefined,
  clock: systemClock,
  log,
  readFile: Deno.readFile,
  createFile,
}, "echo");

function frames(call: number): Uint8Array[] {
  return Array.from({ length: SECONDS * 50 }, (_, at) => {
    const from = (at * line.frame + call * 997) % (line.speech.length - line.frame);
    // Pauses too short to end the turn: every frame is heard to the end.
    const speaking = at > 40 && at % 75 > 25;
    return encodeVoiceVARequest({
      conversationId: `4a8f2c10-0000-4000-8000-${String(call).padStart(12, "0")}`,
      customerOrgId: "1eb65fdf-9643-417f-9974-ad72cae0e10f",
      virtualAgentId: "Echo: Echo",
      audioInput: {
        callerAudio: speaking ? line.speech.subarray(from, from + line.frame) : new Uint8Array(line.frame).fill(0xff),
        encoding: 2,
        sampleRateHertz: 8000,
        languageCode: "en-US",
      },
    });
  });
}

function silentRpc(): Rpc {
  return {
    path: VoiceVirtualAgent.ProcessCallerInput,
    peer: "bench",
    metadata: new Metadata([]),
    respondWith() {},
    send: () => true,
    finish() {},
    fail() {},
    limitMessages() {},
    awaitEnd() {},
    pause() {},
    resume() {},
  };
}

async function wholePath(requests: readonly Uint8Array[][]): Promise<number> {
  const directory = new AgentDirectory([{ id: "echo", kind: "echo", connector, speaks: "prompts" }], log);
  await directory.refresh();
  using switchboard = new Switchboard(
    directory,
    { maxCalls: CALLS, idleMs: 6e5, maxCallMs: 6e6, sweepMs: 0 },
    conversationOptions({ clock: systemClock, log, publish() {} }),
  );
  const methods = new Map(byova(directory, switchboard, {
    log,
    maxStreams: CALLS,
    expects: ANY_INPUT,
    welcomeBargeIn: true,
    chunkBytes: 16_000,
    boundaryType: undefined,
  }));
  const streams = requests.map(() => methods.get(VoiceVirtualAgent.ProcessCallerInput)!(silentRpc()));
  const frame = new Span();
  const since = performance.now();
  for (let at = 0; at < requests[0]!.length; at++) {
    for (let call = 0; call < CALLS; call++) {
      streams[call]!.message(frame.set(requests[call]![at]!, 0, requests[call]![at]!.length));
    }
  }
  const took = performance.now() - since;
  for (const stream of streams) stream.cancelled();
  return took;
}

function decoding(requests: readonly Uint8Array[][]): number {
  const since = performance.now();
  for (let at = 0; at < requests[0]!.length; at++) {
    for (let call = 0; call < CALLS; call++) decodeVoiceVARequest(requests[call]![at]!);
  }
  return performance.now() - since;
}

function detection(requests: readonly Uint8Array[][]): number {
  const deaf = { speechStarted() {}, speechEnded() {} };
  const audio = requests.map((call) => call.map((bytes) => decodeVoiceVARequest(bytes).audioInput!.callerAudio));
  const markers = requests.map(() => new SpeechMarker(TELEPHONY, SPEECH_DEFAULTS, deaf));
  const since = performance.now();
  for (let at = 0; at < audio[0]!.length; at++) {
    for (let call = 0; call < CALLS; call++) markers[call]!.hear(audio[call]![at]!);
  }
  const took = performance.now() - since;
  for (const marker of markers) marker[Symbol.dispose]();
  return took;
}

if (import.meta.main) {
  const requests = Array.from({ length: CALLS }, (_, call) => frames(call));
  const total = CALLS * SECONDS * 50;
  const rounds: number[][] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const took = [decoding(requests), detection(requests), await wholePath(requests)];
    if (round > 0) rounds.push(took.map((ms) => ms * 1000 / total));
  }
  const median = (at: number) => rounds.map((round) => round[at]!).sort((a, b) => a - b)[ROUNDS >> 1]!;
  console.log(`µs a frame, median of ${ROUNDS} rounds of ${total} frames in ${CALLS} calls:`);
  for (const [at, name] of ["decoding the request", "detecting speech", "the whole path"].entries()) {
    console.log(`  ${name.padEnd(24)}${median(at).toFixed(2)}`);
  }
}
