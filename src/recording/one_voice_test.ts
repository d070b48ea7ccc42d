import { strict as assert } from "node:assert";
import { setImmediate } from "node:timers/promises";
import { callInfo, testDeps } from "../../tests/connector_suite.ts";
import { keepingLog, type Line } from "../../tests/logs.ts";
import { MemoryDisk } from "../../tests/memory_disk.ts";
import { readWav } from "../audio/wav.ts";
import type { ConnectorDeps } from "../call/connector.ts";
import { createFile } from "../lib/files.ts";
import { OneVoiceRecording } from "./one_voice.ts";

const HOSTILE = [
  "../../etc/passwd",
  "/etc/passwd",
  "..",
  "",
  "a\0b\r\nc\x1b[2J",
  "x".repeat(10_000),
  "näïve/☎",
  "__proto__",
  "C:\\con",
];

function record(createFile: ConnectorDeps["createFile"], id = "c1", folder = "logs") {
  const lines: Line[] = [];
  return {
    recording: new OneVoiceRecording(callInfo({ id }), folder, testDeps({ createFile, log: keepingLog(lines) })),
    lines,
  };
}

/** One second after another, each in frames of 20 ms, at the pace at which the disk can follow. */
async function speak(recording: OneVoiceRecording, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    for (let frame = 0; frame < 50; frame++) recording.add(new Uint8Array(160).fill(second + 1));
    await setImmediate();
  }
}

Deno.test("no conversation id leads out of the folder, hides the file or is too long for one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const id of HOSTILE) {
      const { recording, lines } = record(createFile, id, `${folder}/out`);
      recording.add(new Uint8Array(160));
      await recording.finish();
      assert.deepEqual(lines, []);
    }
    assert.deepEqual((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["out"]);
    assert.equal((await Array.fromAsync(Deno.readDir(`${folder}/out`))).length, HOSTILE.length);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a recording holds every byte once, in order, whatever the frames' size", async () => {
  for (const frameBytes of [1, 160, 640, 8000, 20_001]) {
    const disk = new MemoryDisk();
    const { recording } = record(disk.createFile);
    const spoken = Uint8Array.from({ length: 20_001 }, (_, at) => at % 253);
    for (let at = 0; at < spoken.length; at += frameBytes) {
      const frame = spoken.slice(at, at + frameBytes);
      recording.add(frame);
      frame.fill(255);
    }
    await recording.finish();
    const [file] = disk.files.values();
    const { data, ...format } = readWav(file!);
    assert.deepEqual(format, { encoding: "mulaw", bits: 8, channels: 1, sampleRate: 8000 });
    assert.deepEqual(data, spoken);
    assert.equal(file!.length, 44 + spoken.length);
    assert.equal(disk.open, 0);
  }
});

Deno.test("the file starts with the first frame, and not before", async () => {
  const disk = new MemoryDisk();
  const { recording } = record(disk.createFile, "c1", "there");
  await recording.finish();
  assert.equal(disk.files.size, 0);
  const next = record(disk.createFile, "c1", "there").recording;
  next.add(new Uint8Array(160));
  await setImmediate();
  assert.deepEqual([...disk.files.keys()], ["there/caller_audio_c1_20260102_030405_678.wav"]);
  await next.finish();
});

Deno.test("the file can be played after every block: its header says what is there", async () => {
  const disk = new MemoryDisk();
  const { recording } = record(disk.createFile);
  await speak(recording, 3);
  const [file] = disk.files.values();
  assert.equal(readWav(file!).data.length, 24_000);
  for (const state of disk.states) {
    const said = new DataView(state.buffer).getUint32(40, true);
    assert.ok(said <= state.length - 44 && said >= state.length - 44 - 8000, `${said} of ${state.length}`);
  }
  await recording.finish();
});

for (const writes of [0, 1, 2, 3, 4]) {
  Deno.test(`a disk that is full after ${writes} writes ends the recording, once, and what is there can be played`, async () => {
    const disk = new MemoryDisk(writes);
    const { recording, lines } = record(disk.createFile);
    await speak(recording, 5);
    await recording.finish();
    assert.deepEqual(lines.map(({ level, message, fields }) => [level, message, fields.problem]), [
      ["error", "recording stopped", "Error: No space left on device"],
    ]);
    assert.equal(disk.open, 0);
    assert.equal(disk.states.length, writes);
    if (writes > 0) assert.equal(readWav([...disk.files.values()][0]!).data.length, writes >= 2 ? 8000 : 0);
  });
}

Deno.test("a folder that cannot be made ends the recording", async () => {
  const { recording, lines } = record((path) => Promise.reject(new Deno.errors.PermissionDenied(path)));
  await speak(recording, 2);
  await recording.finish();
  assert.equal(lines.length, 1);
});

Deno.test("a disk that hangs ends the recording and takes no memory for what is not written", async () => {
  const { recording, lines } = record(() => new Promise(() => {}));
  await speak(recording, 60);
  assert.deepEqual(lines.map(({ fields }) => fields.problem), ["the disk is too slow"]);
});

Deno.test("a recording ends after an hour and a half", async () => {
  let longest = 0;
  const { recording, lines } = record(() =>
    Promise.resolve({
      write: (data: Uint8Array, at: number) => Promise.resolve(void (longest = Math.max(longest, at + data.length))),
      [Symbol.dispose]: () => {},
    })
  );
  for (let minute = 0; minute < 91; minute++) {
    for (let part = 0; part < 10; part++) {
      recording.add(new Uint8Array(48_000));
      await setImmediate();
    }
  }
  await recording.finish();
  assert.equal(longest, 44 + 90 * 60 * 8000);
  assert.deepEqual(lines.map(({ fields }) => fields.problem), ["it is as long as a recording may be"]);
});
