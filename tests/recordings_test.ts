import { strict as assert } from "node:assert";
import { TELEPHONY } from "../src/audio/format.ts";
import { MULAW_TO_LINEAR } from "../src/audio/g711.ts";
import { readWav } from "../src/audio/wav.ts";
import type { CallEvent } from "../src/call/event.ts";
import { Caller } from "../src/caller/caller.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createFile } from "../src/lib/files.ts";
import { Recordings } from "../src/recording/recordings.ts";
import { TestGateway } from "./gateway_harness.ts";
import { lateness } from "./lateness.ts";
import { keepingLog, type Line } from "./logs.ts";
import { type Script, ScriptedGateway, type ScriptedOptions } from "./scripted_agent.ts";
import { speech } from "./speech_samples.ts";

/** Calls over a real port, in real time, and what their recordings hold. */

const prompt = (value: number, ms: number) => ({ format: TELEPHONY, data: new Uint8Array(ms * 8).fill(value) });

interface Recorded {
  readonly caller: Uint8Array;
  readonly agent: Uint8Array;
  readonly names: readonly string[];
  readonly events: readonly CallEvent[];
  readonly log: readonly Line[];
}

/** Holds a call with an agent of the test's, recorded into `folder`. */
async function record(
  script: Script,
  act: (caller: Caller, house: ScriptedGateway) => Promise<void>,
  options: ScriptedOptions = {},
): Promise<Recorded> {
  const folder = await Deno.makeTempDir();
  const log: Line[] = [];
  try {
    const limits = { maxAgeMs: Infinity, maxBytes: Infinity, maxFileBytes: 10_000_000 };
    const deps = { clock: systemClock, log: keepingLog(log), createFile };
    const recordings = new Recordings({ enabled: true, folder, ...limits }, deps);
    let events: CallEvent[];
    {
      await using house = await ScriptedGateway.open(script, { ...options, record: recordings.record });
      await using caller = new Caller(house.channel);
      await act(caller, house);
      events = house.events;
    }
    await recordings[Symbol.asyncDispose]();
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    const { data } = readWav(await Deno.readFile(`${folder}/${names[0]}`));
    const [caller, agent] = [0, 1].map((channel) => data.filter((_, at) => at % 2 === channel));
    return { caller: caller!, agent: agent!, names, events, log };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Where the first sound is, in ms. */
function onset(channel: Uint8Array): number {
  return channel.findIndex((code) => Math.abs(MULAW_TO_LINEAR[code]!) > 400) / 8;
}

function assertClose(actual: number, expected: number, toleranceMs: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= toleranceMs, `${what}: ${actual} ms instead of ${expected} ms`);
}

for (const speaks of ["prompts", "pieces"] as const) {
  Deno.test(`a recording has both sides as the caller heard and spoke them, barge-in too: ${speaks}`, async () => {
    const script: Script = function* (input) {
      if (input.type === "started") {
        yield { type: "say", audio: prompt(0x20, 4000), bargeIn: true };
        return yield { type: "listening" };
      }
      if (input.type !== "utterance") return;
      yield { type: "say", audio: prompt(0x30, 500), bargeIn: false };
      yield { type: "hang_up" };
    };
    let heard = new Uint8Array(), promptAt = 0, spokeAt = 0;
    const late = lateness();
    const { caller, agent, names, events, log } = await record(script, async (caller) => {
      const welcome = await caller.start();
      promptAt = welcome.responses[0]!.atMs;
      await caller.say(speech("slt_yes").data, { bargeInAtMs: 400 });
      await caller.over();
      heard = caller.heard.data.slice();
      spokeAt = caller.timeline.find(({ what }) => what.startsWith("caller speaks"))!.atMs;
    }, { connector: { speaks } });
    const lateMs = await late.longest();
    assert.deepEqual(log, []);
    assert.deepEqual(events.filter(({ type }) => type === "recording_started").length, 1);
    const [started] = events.flatMap((event) => event.type === "recording_started" ? [event.file] : []);
    assert.deepEqual(names, [started]);
    const said = (channel: Uint8Array, value: number) => channel.filter((code) => code === value).length / 8;
    assertClose(said(agent, 0x20), said(heard, 0x20), 30 + lateMs, "what was heard of the prompt that was cut off");
    assert.equal(said(agent, 0x30), 500);
    const between = (channel: Uint8Array) => (channel.indexOf(0x30) - channel.indexOf(0x20)) / 8;
    assertClose(between(agent), between(heard), 30 + lateMs, "from one prompt to the next");
    const voice = onset(speech("slt_yes").data);
    assertClose(
      onset(caller) - onset(agent),
      spokeAt + voice - promptAt,
      40 + lateMs,
      "from the prompt to the caller's voice",
    );
    assert.equal(agent.at(-1), 0x30, "the last prompt is heard to its end");
  });
}

Deno.test("what is sensitive is silent on both sides", async () => {
  const answers = [
    { prompt: 0x20, sensitive: true },
    { prompt: 0x30, sensitive: false },
    { prompt: 0x40, sensitive: false },
  ];
  const script: Script = function* (input) {
    if (input.type === "hung_up") return;
    const { prompt: value, sensitive } = answers.shift()!;
    yield { type: "say", audio: prompt(value, 100), bargeIn: false };
    yield { type: "listening", expects: { sensitive } };
  };
  const { caller, agent } = await record(script, async (caller) => {
    await caller.start();
    await caller.myTurn();
    await caller.say(speech("slt_yes").data);
    await caller.myTurn();
    await caller.say(speech("rms_no").data);
    await caller.hangUp();
  });
  assert.deepEqual([0x20, 0x30, 0x40].map((value) => agent.includes(value)), [true, false, true]);
  const sounds = caller.findIndex((code) => Math.abs(MULAW_TO_LINEAR[code]!) > 400);
  const first = agent.indexOf(0x20), last = agent.lastIndexOf(0x40);
  assert.ok(sounds > first + 8 * 1500 && sounds < last, "the first words of the caller are in the recording");
});

Deno.test("a whole gateway records where it is told to, says so in an event, and hands the file out", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using house = await TestGateway.open(`recordings: { enabled: true, folder: ${folder}/new }`);
    const started: Extract<CallEvent, { type: "recording_started" }>[] = [];
    house.gateway.events.subscribe((event) => event.type === "recording_started" && started.push(event));
    const call = house.call({ conversationId: "../../c/1" });
    await call.start();
    await call.event("SESSION_END");
    const [{ file, callId }] = started as [typeof started[number]];
    assert.equal(callId, "../../c/1");
    await house.gateway[Symbol.asyncDispose]();
    assert.deepEqual((await Array.fromAsync(Deno.readDir(`${folder}/new`))).map(({ name }) => name), [file]);
    if (Deno.build.os !== "windows") assert.equal((await Deno.stat(`${folder}/new/${file}`)).mode! & 0o777, 0o600);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a folder that cannot be made ends the recordings and no call", async () => {
  const file = await Deno.makeTempFile();
  try {
    await using house = await TestGateway.open(`recordings: { enabled: true, folder: ${file}/sub }`);
    const call = house.call();
    const { responses } = await call.start();
    assert.equal(responses.length, 1);
    assert.equal((await call.press("5")).responses.length, 1);
    await house.gateway[Symbol.asyncDispose]();
    assert.equal(house.log.filter(({ message }) => message === "recording stopped").length, 1);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("calls are not recorded unless that is switched on", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using house = await TestGateway.open(`recordings: { folder: ${folder} }`);
    await house.call().start();
    await house.gateway[Symbol.asyncDispose]();
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
