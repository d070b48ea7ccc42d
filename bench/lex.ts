/**
 * Measures what the gateway adds to a call with Lex: `deno run -A bench/lex.ts [--turns 20] [--calls 100] [--seconds 20]`.
 *
 * For the latencies caller, gateway and a fake of Lex run in one process on one event loop, so every figure holds all
 * three: what is told of the gateway is an upper bound. For many calls the gateway is a process of its own, started with
 * the flags of `deno task start`. The fake answers at once; how long Lex itself thinks is not in any figure.
 */
import { parseArgs } from "node:util";
import { watchProcess } from "./calls_proc.ts";
import { FakeLex } from "../tests/lex/fake_lex.ts";
import { says, ScriptedLex } from "../tests/lex/scripted_lex.ts";
import { type TestCall, TestGateway, type TestStream } from "../tests/gateway_harness.ts";
import { GatewayProcess } from "../tests/gateway_process.ts";
import { frames, join, silence, speech } from "../tests/speech_samples.ts";

const FRAME_MS = 20;
const { values } = parseArgs({
  args: Deno.args,
  options: {
    turns: { type: "string", default: "20" },
    calls: { type: "string", default: "100" },
    seconds: { type: "string", default: "20" },
  },
});
const words = speech("slt_booking");
const SPEECH = [...frames(join(words, silence(3000)))];
const WORDS_MS = words.data.length / 8;

for (const mode of ["utterance", "streaming"] as const) await latencies(mode, Number(values.turns));
await load(Number(values.calls), Number(values.seconds) * 1000);
Deno.exit(0);

function openFake(): FakeLex {
  const script = new ScriptedLex(() => says("Fine.", { heard: "yes", voiceMs: 500 }));
  return new FakeLex(script, { bots: { Bench: ["LIVE"] } });
}

function configOf(lex: FakeLex, mode: string): string {
  return `connectors: {lex: {type: aws_lex, config: {${lex.block}, mode: ${mode}}}}`;
}

/** One call at a time, in real time. */
async function latencies(mode: "utterance" | "streaming", turns: number): Promise<void> {
  await using lex = openFake();
  await using gateway = await TestGateway.open(configOf(lex, mode));
  const toLex: number[] = [], toWebex: number[] = [], response: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const call = gateway.call();
    await call.start();
    lex.heardAt.length = lex.spokeAt.length = 0;
    const startedAt = performance.now();
    const heard = await speak(call);
    const chunk = heard.at((response) => response.prompts.some(({ audioContent }) => audioContent.length > 0));
    if (mode === "utterance") toLex.push(lex.heardAt[0]! - heard.sent.findLast((at) => at < lex.heardAt[0]!)!);
    toWebex.push(chunk - lex.spokeAt[0]!);
    response.push(chunk - startedAt - WORDS_MS);
    await call.event("SESSION_END");
  }
  if (mode === "utterance") {
    console.log(`${mode}: the frame that ends the speech to the whole request at Lex: ${quantiles(toLex)}`);
  }
  console.log(`${mode}: Lex's first audio to the first CHUNK: ${quantiles(toWebex)}`);
  console.log(`${mode}: the caller's last sound to the first CHUNK: ${quantiles(response)}`);
}

/** Many streaming calls, each speaking turn after turn in real time. */
async function load(calls: number, ms: number): Promise<void> {
  await using lex = openFake();
  await using gateway = await GatewayProcess.start([], configOf(lex, "streaming"));
  const usage = await watchProcess(gateway.pid);
  const until = performance.now() + ms;
  const late: number[] = [];
  let turns = 0, failed = 0;
  const talk = async (at: number) => {
    await new Promise((resolve) => setTimeout(resolve, at * 37));
    const call = gateway.call();
    await call.start();
    while (performance.now() < until) {
      const heard = await speak(call, late);
      turns++;
      if (!heard.stream.rpc.received.some(({ response }) => response.prompts.length > 0)) failed++;
    }
    await call.event("SESSION_END");
  };
  const before = await usage(), startedAt = performance.now();
  await Promise.all(Array.from({ length: calls }, (_, at) => talk(at)));
  const used = await usage();
  const share = 100 * (used.cpuMs - before.cpuMs) / (performance.now() - startedAt);
  console.log(`${calls} streaming calls: ${turns} turns, ${failed} without an answer`);
  console.log(
    `CPU of the gateway: ${share.toFixed(0)} % of a core, ${(used.rssKb / 1024).toFixed(0)} MB; frames late: ${
      quantiles(late)
    }`,
  );
}

/** Speaks in real time until the gateway has answered. Tells when each response came. */
async function speak(call: TestCall, late: number[] = []) {
  const stream: TestStream = call.open();
  const sent: number[] = [];
  let over = false;
  stream.rpc.ended.then(() => over = true);
  const startedAt = performance.now();
  for (let at = 0; at < SPEECH.length && !over; at++) {
    const due = startedAt + at * FRAME_MS;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    sent.push(performance.now());
    late.push(Math.max(0, sent.at(-1)! - due));
    stream.send({ audioInput: { callerAudio: SPEECH[at]!, encoding: 2, sampleRateHertz: 8000 } });
  }
  await stream.finish();
  return {
    stream,
    sent,
    at: (holds: (response: typeof stream.rpc.received[number]["response"]) => boolean) =>
      stream.rpc.received.find(({ response }) => holds(response))?.atMs ?? NaN,
  };
}

function quantiles(of: number[]): string {
  const sorted = of.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return `p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms`;
}
