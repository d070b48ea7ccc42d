import assert from "node:assert/strict";
import { TELEPHONY } from "../audio/format.ts";
import { writeWav } from "../audio/wav.ts";
import { OutputEvent_EventType as EventType } from "../protocols/gen/byova_common.ts";
import { VoiceVAResponse_ResponseType as ResponseType } from "../protocols/gen/voicevirtualagent.ts";
import { Caller } from "./caller.ts";
import { prompt, serve, type TestEndpoint, tone } from "../../tests/byova_endpoint.ts";

const { CHUNK, PARTIAL } = ResponseType;
const chunk = (audioContent: Uint8Array) => ({ prompts: [{ audioContent }], responseType: CHUNK });
const closing = { prompts: [{ audioContent: new Uint8Array() }], inputMode: 3 };
const transfer = { outputEvents: [{ eventType: EventType.TRANSFER_TO_AGENT }] };

/** Makes the call welcome, speech, hang-up, and returns what the caller found wrong with it. */
async function breaches(endpoint: TestEndpoint, options: { partials?: boolean } = {}): Promise<readonly string[]> {
  await using server = serve(endpoint);
  const target = { hostname: "127.0.0.1", port: server.port };
  await using caller = await Caller.dial(target, { speed: 40, patienceMs: 2000, ...options });
  await caller.start();
  if (!caller.end) await caller.say(tone(300));
  if (!caller.end) await caller.hangUp();
  await caller.over();
  return caller.violations;
}

Deno.test("a well-behaved endpoint breaks no rule, in WAV and in CHUNK delivery", async () => {
  assert.deepEqual(await breaches({ welcome: [prompt(100)], toSpeech: [prompt(100)] }), []);
  const pieces = [chunk(tone(100)), chunk(tone(50)), closing];
  assert.deepEqual(await breaches({ welcome: pieces, toSpeech: pieces, endType: CHUNK }), []);
  const partial = { ...prompt(100), responseType: PARTIAL };
  assert.deepEqual(await breaches({ welcome: [partial, prompt(100)] }), []);
  const farewell = { outputEvents: [{ eventType: EventType.SESSION_END, name: "session_ended_by_client" }] };
  assert.deepEqual(await breaches({ toHangUp: [farewell] }), []);
  assert.deepEqual(await breaches({ toSpeech: [prompt(100, transfer)] }), []);
});

const BREACHES: readonly (readonly [name: string, endpoint: TestEndpoint, breach: RegExp])[] = [
  ["a chunk that is too small", { welcome: [chunk(tone(10)), closing] }, /a chunk has 80 bytes, not 100 to 65536/],
  ["a chunk that is too large", { welcome: [chunk(tone(8200)), closing] }, /a chunk has 65600 bytes/],
  [
    "a chunk with a header",
    { welcome: [chunk(writeWav({ format: TELEPHONY, data: tone(50) })), closing] },
    /WAV header/,
  ],
  [
    "chunks without an end",
    { toSpeech: [chunk(tone(50))], welcome: [{ inputMode: 3 }], endType: CHUNK },
    /closes its CHUNKs/,
  ],
  ["audio in the FINAL that closes chunks", { welcome: [chunk(tone(50)), prompt(50)] }, /after CHUNKs has audio/],
  ["two FINALs", { welcome: [prompt(50), prompt(50)] }, /a response follows the FINAL one/],
  ["no answer at all", { welcome: [] }, /completed without a FINAL response/],
  ["raw audio as a prompt", { welcome: [prompt(50, { prompts: [{ audioContent: tone(50) }] })] }, /has no WAV header/],
  [
    "a prompt of 16 kHz",
    {
      welcome: [
        prompt(50, {
          prompts: [{
            audioContent: writeWav({ format: { encoding: "linear16", sampleRate: 16_000 }, data: new Uint8Array(640) }),
          }],
        }),
      ],
    },
    /a prompt is pcm of 16000 Hz/,
  ],
  [
    "a change of delivery",
    { toSpeech: [chunk(tone(50)), closing], endType: CHUNK },
    /a CHUNK answer in a call of WAV answers/,
  ],
  [
    "a FINAL END_OF_INPUT before chunks",
    { welcome: [{ inputMode: 3 }], toSpeech: [chunk(tone(50)), closing] },
    /is FINAL/,
  ],
  ["two events at once", {
    welcome: [{ outputEvents: [{ eventType: EventType.NO_MATCH }, { eventType: EventType.CUSTOM_EVENT }] }],
  }, /more than one output event/],
  ["a second end", { welcome: [prompt(50, transfer), prompt(50, transfer)] }, /follows the one that ended the call/],
  ["SESSION_END with rules for the next input", {
    welcome: [prompt(50, { outputEvents: [{ eventType: EventType.SESSION_END }] })],
  }, /SESSION_END comes with input rules/],
  ["START_OF_INPUT without audio", {
    welcome: [{ outputEvents: [{ eventType: EventType.START_OF_INPUT }] }, prompt(50)],
  }, /START_OF_INPUT on an RPC without audio/],
  ["a prompt for a caller who hung up", { toHangUp: [prompt(50)] }, /a prompt for a caller who hung up/],
  ["two responses for a caller who hung up", { toHangUp: [{}, {}] }, /more than one response/],
];

for (const [name, endpoint, breach] of BREACHES) {
  Deno.test(`the caller reports ${name}`, async () => {
    const found = await breaches(endpoint);
    assert.ok(found.some((text) => breach.test(text)), `reported: ${found.join("; ") || "nothing"}`);
  });
}

Deno.test("the caller reports PARTIAL where it was not allowed", async () => {
  const found = await breaches({ welcome: [{ ...prompt(50), responseType: PARTIAL }, prompt(50)] }, {
    partials: false,
  });
  assert.deepEqual(found, ["RPC 1: PARTIAL was not allowed"]);
});

Deno.test("the caller reports an RPC that the endpoint leaves open", async () => {
  let timers: { ms: number; fire: () => void }[] = [];
  // Real time passes for the endpoint only when the test says so.
  const clock = {
    now: () => 0,
    date: () => 0,
    setTimer(ms: number, fire: () => void) {
      const timer = { ms, fire };
      timers.push(timer);
      return () => timers = timers.filter((each) => each !== timer);
    },
    nextTurn: () => Promise.resolve(),
  };
  const started = Promise.withResolvers<void>();
  await using server = serve({
    method: () => ({ message: () => started.resolve(), halfClosed() {}, cancelled() {} }),
  });
  await using caller = await Caller.dial({ hostname: "127.0.0.1", port: server.port }, { clock });
  const hungUp = caller.hangUp();
  await started.promise;
  for (const timer of timers) if (timer.ms === 5000) timer.fire();
  assert.equal((await hungUp).outcome, "failed");
  assert.deepEqual(caller.violations, ["RPC 1: not completed within 5000 ms after the last message"]);
});
