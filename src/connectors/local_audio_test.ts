import { strict as assert } from "node:assert";
import { createFrom, play, readBlock, testConnector } from "../../tests/connector_suite.ts";
import { keepingLog, type Line } from "../../tests/logs.ts";
import { MemoryDisk } from "../../tests/memory_disk.ts";
import { readPrompt } from "../audio/convert.ts";
import { type Audio, durationMs, TELEPHONY } from "../audio/format.ts";
import { MULAW_TO_LINEAR } from "../audio/g711.ts";
import { PROMPTS } from "../audio/prompts.ts";
import { readWav, writeWav } from "../audio/wav.ts";
import type { CallerInput } from "../call/input.ts";
import type { AgentOutput } from "../call/output.ts";
import { localAudio } from "./local_audio.ts";

const UTTERANCE: CallerInput = { type: "utterance", audio: { format: TELEPHONY, data: new Uint8Array(800) } };
const RECORDS = "record_caller_audio: true, audio_recording: {output_dir: there}";

testConnector("local_audio", () => createFrom(localAudio, ""));
testConnector("local_audio that records", () => {
  return createFrom(localAudio, RECORDS, { createFile: new MemoryDisk().createFile });
});

/** The prompts' slots in the order in which they were said, and what came after each. */
function outline(outputs: readonly AgentOutput[]): string[] {
  const slots = new Map(Object.entries(PROMPTS).map(([slot, wav]) => [readPrompt(wav).data, slot]));
  return outputs.map((output) => {
    if (output.type !== "say") return output.type;
    const slot = [...slots].find(([data]) => sameBytes(data, output.audio!.data))?.[1];
    return `${slot}${output.bargeIn ? "" : ", to its end"}`;
  });
}

for (
  const [what, inputs, heard] of [
    ["a call that starts", [{ type: "started" }], ["welcome", "listening"]],
    ["speech", [UTTERANCE], ["default", "listening"]],
    ["silence", [{ type: "silence" }], ["no_input", "listening"]],
    ["an event of the flow", [{ type: "custom", name: "order", data: {} }], ["listening"]],
    ["5", [{ type: "keys", digits: "5" }], ["transfer, to its end", "transfer"]],
    ["6", [{ type: "keys", digits: "6" }], ["goodbye, to its end", "hang_up"]],
    ...["", "1", "0", "*", "#", "55", "56", "65", "5#", "A"].map((digits) =>
      [`keys ${JSON.stringify(digits)}`, [{ type: "keys", digits }], ["default", "listening"]] as const
    ),
  ] satisfies (readonly [string, readonly CallerInput[], readonly string[]])[]
) {
  Deno.test(`local_audio answers ${what} with ${heard.join(", then ")}`, async () => {
    assert.deepEqual(outline(await play(await createFrom(localAudio, ""), inputs)), heard);
  });
}

Deno.test("local_audio says why it ends a call, and nothing after", async () => {
  const connector = await createFrom(localAudio, "");
  for (const [digits, end] of [["5", "transfer"], ["6", "hang_up"]] as const) {
    const outputs = await play(connector, [{ type: "started" }, { type: "keys", digits }, { type: "silence" }]);
    assert.deepEqual(outputs.at(-1), { type: end, reason: "caller_asked" });
  }
});

Deno.test("local_audio's words are those of its recordings", async () => {
  const table = await Deno.readTextFile(new URL("../../audio/README.md", import.meta.url));
  const words = [...table.matchAll(/^\| `(\w+)\.wav` +\| (.+?) +\|$/gm)].map(([, , text]) => text);
  const connector = await createFrom(localAudio, "");
  const heard = await Promise.all(
    ([
      [{ type: "started" }],
      [{ type: "keys", digits: "5" }],
      [{ type: "keys", digits: "6" }],
      [UTTERANCE],
      [{ type: "silence" }],
    ] satisfies CallerInput[][]).map(async (inputs) => (await play(connector, inputs))[0] as { text?: string }),
  );
  assert.equal(words.length, 6);
  assert.deepEqual(heard.map(({ text }) => text), words.filter((_, at) => at !== 3));
});

Deno.test("local_audio apologizes with its error prompt", async () => {
  const own = writeWav({ format: TELEPHONY, data: new Uint8Array(400).fill(7) });
  assert.deepEqual((await createFrom(localAudio, "")).apology, readPrompt(PROMPTS.error));
  const connector = await createFrom(localAudio, "audio_files: {error: own.wav}", {
    readFile: () => Promise.resolve(own),
  });
  assert.deepEqual(connector.apology, readPrompt(own));
});

Deno.test("local_audio lets nobody interrupt when barge-in is off", async () => {
  const outputs = await play(await createFrom(localAudio, "barge_in_enabled: no"), [{ type: "started" }, UTTERANCE]);
  assert.deepEqual(outline(outputs), ["welcome, to its end", "listening", "default, to its end", "listening"]);
});

/** The first prompt of a call whose welcome is this file, and what the log said about it. */
async function welcome(files: Readonly<Record<string, Uint8Array>>, block = "audio_files: {welcome: w.wav}") {
  const lines: Line[] = [];
  const connector = await createFrom(localAudio, block, {
    log: keepingLog(lines),
    readFile: (path) => path in files ? Promise.resolve(files[path]!) : Promise.reject(new Deno.errors.NotFound(path)),
  });
  const [say] = await play(connector, [{ type: "started" }]);
  return { say: say as { audio: Audio; text?: string }, lines };
}

Deno.test("a file of 8 kHz mu-law is played byte for byte, without words that nobody knows", async () => {
  const data = Uint8Array.from({ length: 4001 }, (_, at) => at % 256);
  const file = writeWav({ format: TELEPHONY, data });
  for (
    const [block, path] of [
      ["audio_files: {welcome: w.wav}", "audio/w.wav"],
      ["audio_base_path: own, audio_files: {welcome: de/w.wav}", "own/de/w.wav"],
      ["audio_base_path: own, audio_files: {welcome: /srv/w.wav}", "/srv/w.wav"],
    ] as const
  ) {
    const { say, lines } = await welcome({ [path]: file }, block);
    assert.deepEqual(say.audio, { format: TELEPHONY, data });
    assert.equal(say.text, undefined);
    assert.deepEqual(lines, []);
  }
});

Deno.test("a file of 24 kHz PCM with a LIST chunk and a wrong byte rate is played at its pace and its level", async () => {
  const { say, lines } = await welcome({ "audio/w.wav": sampleWav(24_000, 24_000) });
  assert.deepEqual(lines, []);
  assert.ok(Math.abs(durationMs(say.audio) - 1000) < 5, `${durationMs(say.audio)} ms`);
  const samples = [...say.audio.data].map((byte) => MULAW_TO_LINEAR[byte]!).slice(800, 7200);
  const crossings = samples.filter((sample, at) => at > 0 && (sample < 0) !== (samples[at - 1]! < 0)).length;
  assert.ok(Math.abs(crossings - 0.8 * 2 * 440) <= 2, `${crossings} crossings`);
  const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  assert.ok(Math.abs(rms - 8000 / Math.SQRT2) < 200, `RMS ${rms}`);
});

for (
  const [what, files] of [
    ["missing", {}],
    ["empty", { "audio/w.wav": new Uint8Array() }],
    ["no WAV file", { "audio/w.wav": new TextEncoder().encode("<html>not found</html>") }],
    ["cut off in its header", { "audio/w.wav": sampleWav(8000, 100).subarray(0, 30) }],
  ] as const
) {
  Deno.test(`a file that is ${what} gives way to the built-in prompt, and the log says so`, async () => {
    const { say, lines } = await welcome(files);
    assert.deepEqual(say.audio, readPrompt(PROMPTS.welcome));
    assert.match(say.text!, /^Hello/);
    assert.deepEqual(lines.map(({ level, fields }) => [level, fields.prompt, fields.path]), [
      ["warn", "welcome", "audio/w.wav"],
    ]);
  });
}

for (
  const [block, names] of [
    ["", ["Local Playback"]],
    ["agent_id: Reception", ["Reception"]],
    ['agent_id: "${NAME}"', ["Sales"]],
    ["agents: [Sales, 42]", ["Sales", "42"]],
    ["agent_id: Reception, agents: [Sales]", ["Sales"]],
    ["audio_files: {welcome: , no_input: a.wav}", ["Local Playback"]],
    ["audio_files: , audio_recording: , input: ", ["Local Playback"]],
  ] as const
) {
  Deno.test(`local_audio takes {${block}}`, async () => {
    const agents = await (await createFrom(localAudio, block)).agents();
    assert.deepEqual(agents, names.map((name) => ({ id: `Local Audio: ${name}`, name })));
  });
}

for (
  const [block, hears] of [
    ["record_caller_audio: true", "frames"],
    ['record_caller_audio: "yes"', "frames"],
    ['record_caller_audio: "${FLAG}"', "frames"],
    ["record_caller_audio: 0", "turns"],
    ["", "turns"],
  ] as const
) {
  Deno.test(`local_audio hears ${hears} with {${block}}`, async () => {
    assert.deepEqual((await createFrom(localAudio, block)).hears, { as: hears, format: TELEPHONY });
  });
}

for (
  const [block, words] of [
    ['agent_id: ""', 'agent_id: expected text that is not empty: received ""'],
    ["agents: []", "agents: expected a list of at least 1 items: received a list"],
    ["agents: Sales", "agents: expected a list: received text"],
    ["agents: [{name: Sales}]", "agents[0]: expected text: received a mapping"],
    ["audio_files: {welcom: w.wav}", 'audio_files.welcom: unknown key: did you mean "welcome"?'],
    ["barge_in_enabled: maybe", 'barge_in_enabled: expected true or false: received "maybe"'],
    ['audio_recording: {output_dir: ""}', 'audio_recording.output_dir: expected text that is not empty: received ""'],
    [
      "input: {terminator: E}",
      'input.terminator: expected one of 0 to 9, *, #, A to D, or "": received "E"',
    ],
    ["record_caller_audo: true", 'record_caller_audo: unknown key: did you mean "record_caller_audio"?'],
  ] as const
) {
  Deno.test(`local_audio refuses {${block}}`, async () => {
    assert.deepEqual((await readBlock(localAudio, block)).problems, [words]);
  });
}

Deno.test("local_audio expects what its input block says, and leaves the rest to the gateway", async () => {
  const connector = await createFrom(localAudio, "input: {terminator: d, no_input_timeout_ms: 0}");
  for (const input of [{ type: "started" }, { type: "custom", name: "x", data: {} }] satisfies CallerInput[]) {
    const outputs = await play(connector, [input]);
    assert.deepEqual(outputs.at(-1), { type: "listening", expects: { terminator: "D", noInputMs: 0 } });
  }
});

Deno.test("local_audio records what the caller says from the first frame to the end of the call", async () => {
  for (const end of [{ type: "hung_up", reason: "caller" }, { type: "keys", digits: "5" }] satisfies CallerInput[]) {
    const disk = new MemoryDisk();
    const connector = await createFrom(localAudio, RECORDS, { createFile: disk.createFile });
    const frames = Array.from({ length: 60 }, (_, at) => new Uint8Array(160).fill(at));
    const heard = frames.map((data): CallerInput => ({ type: "audio", audio: { format: TELEPHONY, data } }));
    const inputs: CallerInput[] = [{ type: "started" }, ...heard, { type: "speech_ended" }, end];
    assert.equal(outline(await play(connector, inputs, { id: "../c1" })).includes("default"), true);
    assert.deepEqual([...disk.files.keys()], ["there/caller_audio____c1_20260102_030405_678.wav"]);
    assert.deepEqual(readWav([...disk.files.values()][0]!).data, Uint8Array.from(frames.flatMap((data) => [...data])));
    assert.equal(disk.open, 0);
  }
});

Deno.test("local_audio answers as ever when the disk fails", async () => {
  const frame: CallerInput = { type: "audio", audio: { format: TELEPHONY, data: new Uint8Array(8000) } };
  const inputs: CallerInput[] = [{ type: "started" }, frame, frame, { type: "speech_ended" }, { type: "silence" }];
  const answers = async (disk: MemoryDisk) =>
    outline(await play(await createFrom(localAudio, RECORDS, { createFile: disk.createFile }), inputs));
  assert.deepEqual(await answers(new MemoryDisk(2)), await answers(new MemoryDisk()));
});

Deno.test("local_audio writes no file of a call unless it is told to", async () => {
  const disk = new MemoryDisk();
  await play(await createFrom(localAudio, "", { createFile: disk.createFile }), [{ type: "started" }, UTTERANCE]);
  assert.equal(disk.files.size, 0);
});

/** A tone of 440 Hz with an amplitude of 8000 as the sample's tools write it: 16-bit PCM, LIST before data, wrong rates. */
function sampleWav(sampleRate: number, samples: number): Uint8Array {
  const bytes = new Uint8Array(12 + 24 + 34 + 8 + 2 * samples);
  const view = new DataView(bytes.buffer);
  const put = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
  put(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  put(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 16_000, true);
  view.setUint16(32, 4, true);
  view.setUint16(34, 16, true);
  put(36, "LIST");
  view.setUint32(40, 26, true);
  put(44, "INFOISFT");
  view.setUint32(52, 14, true);
  put(56, "Lavf60.16.100");
  put(70, "data");
  view.setUint32(74, 2 * samples, true);
  for (let n = 0; n < samples; n++) {
    view.setInt16(78 + 2 * n, Math.round(8000 * Math.sin(2 * Math.PI * 440 * n / sampleRate)), true);
  }
  return bytes;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
