import { strict as assert } from "node:assert";
import { setImmediate } from "node:timers/promises";
import { callInfo } from "../../tests/connector_suite.ts";
import { keepingLog, type Line } from "../../tests/logs.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import { MemoryDisk } from "../../tests/memory_disk.ts";
import { convert } from "../audio/convert.ts";
import { type AudioFormat, TELEPHONY } from "../audio/format.ts";
import { readWav } from "../audio/wav.ts";
import type { CallRecorder } from "../call/recorder.ts";
import type { GrowingFile } from "../lib/files.ts";
import { Recordings } from "./recordings.ts";

const SILENCE = 0xff;
/** Samples of a millisecond. */
const MS = 8;

/** A call whose recording goes into memory, on a clock that the test moves. */
class Studio implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly disk: MemoryDisk;
  readonly lines: Line[] = [];
  readonly names: string[] = [];
  sensitive = false;
  readonly recordings: Recordings;
  readonly recorder: CallRecorder;

  constructor(
    { writes = Infinity, maxFileBytes = 100_000_000, createFile }: {
      writes?: number;
      maxFileBytes?: number;
      createFile?: (path: string) => Promise<GrowingFile>;
    } = {},
  ) {
    this.disk = new MemoryDisk(writes);
    this.recordings = new Recordings(
      { enabled: true, folder: "nowhere", maxAgeMs: Infinity, maxBytes: Infinity, maxFileBytes },
      { clock: this.clock, log: keepingLog(this.lines), createFile: createFile ?? this.disk.createFile },
    );
    this.recorder = this.recordings.record!({
      call: callInfo({ id: "c1" }),
      since: this.clock.now(),
      sensitive: () => this.sensitive,
      started: (file) => this.names.push(file),
    });
  }

  /** Lets time pass, and the disk do its work. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      this.clock.advance(Math.min(1000, left));
      await setImmediate();
    }
  }

  /** A stream of the caller's: 20 ms packets of this value, each when it is due. */
  async stream(value: number, ms: number): Promise<void> {
    for (let at = 0; at < ms; at += 20) {
      await this.pass(20);
      this.packet(value, at > 0);
    }
  }

  packet(value: number, follows: boolean, ms = 20, format: AudioFormat = TELEPHONY): void {
    const frame = new Uint8Array(ms * MS).fill(value);
    this.recorder.heard(frame, format, 0, frame.length, this.clock.now(), follows);
    frame.fill(0x11);
  }

  /** Ends the call. Returns what was recorded, each channel as runs of equal samples that are no silence: [from, to, value] in ms. */
  async finish(hungUp = false) {
    this.recorder.finish(hungUp);
    await this[Symbol.asyncDispose]();
    const [file] = this.disk.files.values();
    const { data, channels, ...format } = readWav(file!);
    assert.deepEqual({ channels, ...format }, { encoding: "mulaw", bits: 8, channels: 2, sampleRate: 8000 });
    assert.equal(this.disk.open, 0);
    const [caller, agent] = [0, 1].map((channel) => data.filter((_, at) => at % 2 === channel));
    return { caller: runs(caller!), agent: runs(agent!), ms: data.length / 2 / MS };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.recordings[Symbol.asyncDispose]();
  }
}

function runs(channel: Uint8Array): [from: number, to: number, value: number][] {
  const found: [number, number, number][] = [];
  let from = 0;
  for (let at = 1; at <= channel.length; at++) {
    if (channel[at] === channel[from]) continue;
    if (channel[from] !== SILENCE) found.push([from / MS, at / MS, channel[from]!]);
    from = at;
  }
  return found;
}

const prompt = (value: number, ms: number) => new Uint8Array(ms * MS).fill(value);

Deno.test("the caller is heard when the packets came, and silence stands between the streams", async () => {
  const studio = new Studio();
  await studio.pass(500);
  await studio.stream(1, 3000);
  await studio.pass(250);
  await studio.stream(2, 400);
  await studio.pass(7000);
  await studio.stream(3, 60);
  const { caller, agent, ms } = await studio.finish();
  assert.deepEqual(caller, [[500, 3500, 1], [3750, 4150, 2], [11_150, 11_210, 3]]);
  assert.deepEqual(agent, []);
  assert.equal(ms, 11_210);
});

Deno.test("packets that are late and come together belong where they would have been", async () => {
  const studio = new Studio();
  await studio.stream(1, 100);
  await studio.pass(300);
  for (let packet = 0; packet < 15; packet++) studio.packet(2, true);
  await studio.pass(20);
  studio.packet(3, true);
  assert.deepEqual((await studio.finish()).caller, [[0, 100, 1], [100, 400, 2], [400, 420, 3]]);
});

Deno.test("a stream that pauses for more than half a second goes on where the clock is", async () => {
  const studio = new Studio();
  await studio.stream(1, 100);
  await studio.pass(2000);
  studio.packet(2, true);
  assert.deepEqual((await studio.finish()).caller, [[0, 100, 1], [2080, 2100, 2]]);
});

Deno.test("the agent is heard from when its audio goes out, one piece after the other, to its end", async () => {
  const studio = new Studio();
  await studio.pass(100);
  studio.recorder.spoken(prompt(1, 2500), true);
  studio.recorder.spoken(prompt(2, 500), true);
  await studio.stream(9, 200);
  await studio.pass(5000);
  studio.recorder.spoken(prompt(3, 4000), false);
  const { caller, agent, ms } = await studio.finish();
  assert.deepEqual(agent, [[100, 2600, 1], [2600, 3100, 2], [5300, 9300, 3]]);
  assert.deepEqual(caller, [[100, 300, 9]]);
  assert.equal(ms, 9300);
});

Deno.test("a caller who barges in cuts off what is played and what waits", async () => {
  const studio = new Studio();
  studio.recorder.spoken(prompt(1, 5000), true);
  studio.recorder.spoken(prompt(2, 5000), true);
  await studio.pass(1700);
  studio.recorder.interrupted();
  await studio.pass(300);
  studio.recorder.spoken(prompt(3, 100), true);
  await studio.pass(60_000);
  studio.recorder.interrupted();
  assert.deepEqual((await studio.finish()).agent, [[0, 1700, 1], [2000, 2100, 3]]);
});

Deno.test("what cannot be interrupted is heard to its end", async () => {
  const studio = new Studio();
  studio.recorder.spoken(prompt(1, 2000), false);
  studio.recorder.spoken(prompt(2, 2000), true);
  await studio.pass(500);
  studio.recorder.interrupted();
  await studio.pass(2000);
  studio.recorder.interrupted();
  assert.deepEqual((await studio.finish()).agent, [[0, 2000, 1], [2000, 2500, 2]]);
});

Deno.test("a caller who hangs up hears no more, whatever is said", async () => {
  const studio = new Studio();
  studio.recorder.spoken(prompt(1, 2000), false);
  studio.recorder.spoken(prompt(2, 2000), false);
  await studio.pass(500);
  const { agent, ms } = await studio.finish(true);
  assert.deepEqual(agent, [[0, 500, 1]]);
  assert.equal(ms, 500);
});

Deno.test("sensitive turns are silent on both sides, and as long as they were", async () => {
  const studio = new Studio();
  studio.recorder.spoken(prompt(1, 100), true);
  await studio.stream(1, 200);
  studio.sensitive = true;
  await studio.stream(2, 1500);
  studio.recorder.spoken(prompt(2, 3000), true);
  studio.sensitive = false;
  studio.recorder.spoken(prompt(3, 100), true);
  await studio.stream(3, 200);
  const { caller, agent } = await studio.finish();
  assert.deepEqual(caller, [[0, 200, 1], [1700, 1900, 3]]);
  assert.deepEqual(agent, [[0, 100, 1], [4700, 4800, 3]]);
});

Deno.test("a caller in another format is recorded as the telephone has it", async () => {
  const studio = new Studio();
  const format: AudioFormat = { encoding: "linear16", sampleRate: 8000 };
  const { data } = convert({ format: TELEPHONY, data: prompt(0x20, 20) }, format);
  for (let at = 0; at < 50; at++) {
    await studio.pass(20);
    studio.recorder.heard(data, format, 0, data.length, studio.clock.now(), at > 0);
  }
  assert.deepEqual((await studio.finish()).caller, [[0, 1000, 0x20]]);
});

Deno.test("audio that comes faster than it can be spoken is kept in order, whatever the packets' size", async () => {
  for (const ms of [1, 20, 100, 1999, 5000]) {
    const studio = new Studio();
    const spoken = Uint8Array.from({ length: 5000 * MS }, (_, at) => at % 251);
    for (let from = 0; from < spoken.length; from += ms * MS) {
      studio.recorder.heard(
        spoken,
        TELEPHONY,
        from,
        Math.min(spoken.length, from + ms * MS),
        studio.clock.now(),
        from > 0,
      );
      await setImmediate();
    }
    studio.recorder.finish(false);
    await studio[Symbol.asyncDispose]();
    const { data } = readWav([...studio.disk.files.values()][0]!);
    assert.deepEqual(data.filter((_, at) => at % 2 === 0), spoken, `packets of ${ms} ms`);
  }
});

Deno.test("a call without a sound leaves no file, no timer and no word", async () => {
  const studio = new Studio();
  await studio.pass(5000);
  studio.recorder.interrupted();
  studio.recorder.finish(true);
  studio.packet(1, false);
  await studio[Symbol.asyncDispose]();
  assert.deepEqual([studio.disk.files.size, studio.clock.timers, studio.names], [0, 0, []]);
});

Deno.test("the file is told once, and every call has one of its own", async () => {
  const studio = new Studio();
  studio.packet(1, false);
  studio.packet(1, true);
  const second = studio.recordings.record!({
    call: callInfo({ id: "c1" }),
    since: 0,
    sensitive: () => false,
    started: (file) => studio.names.push(file),
  });
  second.spoken(prompt(1, 20), true);
  assert.deepEqual(studio.names, ["c1_20260102_030405_678_1.wav", "c1_20260102_030405_678_2.wav"]);
  await studio[Symbol.asyncDispose]();
  assert.deepEqual([...studio.disk.files.keys()], studio.names.map((name) => `nowhere/${name}`));
  assert.equal(studio.disk.open, 0);
});

Deno.test("a recording is written while the call goes on, 1.6 seconds behind at most", async () => {
  const studio = new Studio();
  await studio.stream(1, 10_000);
  await setImmediate();
  const [file] = studio.disk.files.values();
  assert.ok(readWav(file!).data.length >= 2 * 8400 * MS);
  await studio.finish();
});

for (const writes of [0, 1, 2, 3, 6]) {
  Deno.test(`a disk that is full after ${writes} writes ends the recording, once, and the call goes on`, async () => {
    const studio = new Studio({ writes });
    studio.recorder.spoken(prompt(2, 3000), true);
    await studio.stream(1, 20_000);
    studio.recorder.finish(false);
    await studio[Symbol.asyncDispose]();
    assert.deepEqual(studio.lines.map(({ message, fields }) => [message, fields.code, fields.problem]), [
      ["recording stopped", "RECORDING-STOPPED", "Error: No space left on device"],
    ]);
    assert.equal(studio.disk.open, 0);
  });
}

Deno.test("a disk that hangs ends the recording and takes little memory for what is not written", async () => {
  const studio = new Studio({ createFile: () => new Promise(() => {}) });
  await studio.stream(1, 60_000);
  assert.deepEqual(studio.lines.map(({ fields }) => fields.problem), ["the disk is too slow"]);
});

Deno.test("a file is no longer than it may be", async () => {
  const studio = new Studio({ maxFileBytes: 100_000 });
  await studio.stream(1, 20_000);
  const { ms } = await studio.finish();
  assert.equal(ms, 100_000 / 2 / MS);
  assert.deepEqual(studio.lines.map(({ fields }) => fields.problem), ["it is as long as a recording may be"]);
});

Deno.test("a packet that is longer than the file may be, or than the disk may lag behind, ends the recording and not the call", async () => {
  for (const [maxFileBytes, seconds] of [[20_000, 5], [100_000_000, 60]] as const) {
    const studio = new Studio({ maxFileBytes });
    studio.packet(1, false, seconds * 1000);
    studio.packet(1, true);
    const { ms } = await studio.finish();
    assert.ok(ms > 1000 && ms < seconds * 1000, `${ms} ms are in the file`);
    assert.equal(studio.lines.length, 1);
  }
});

Deno.test("what an agent says more than five minutes ahead is left out", async () => {
  const studio = new Studio();
  for (let minute = 0; minute < 10; minute++) studio.recorder.spoken(prompt(1, 60_000), true);
  assert.deepEqual((await studio.finish()).agent, [[0, 300_000, 1]]);
});
