import { strict as assert } from "node:assert";
import { TELEPHONY } from "../audio/format.ts";
import { linearToMulaw } from "../audio/g711.ts";
import { wavHeader } from "../audio/wav.ts";
import { RecordingLibrary } from "./library.ts";

/** A recording of so many seconds: the caller gets louder second by second, the agent speaks in the last one. */
function recording(seconds: number): Uint8Array {
  const data = new Uint8Array(seconds * 16_000);
  for (let at = 0; at < data.length; at++) {
    const second = Math.floor(at / 16_000);
    const level = at % 2 === 0 ? second / 10 : second === seconds - 1 ? -0.5 : 0;
    data[at] = linearToMulaw(level * 32768 * (at % 800 < 400 ? 1 : -1));
  }
  const file = new Uint8Array(44 + data.length);
  file.set(wavHeader(TELEPHONY, data.length, 2));
  file.set(data, 44);
  return file;
}

async function onDisk(act: (library: RecordingLibrary, folder: string, live: Set<string>) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  const live = new Set<string>();
  try {
    await act(new RecordingLibrary(folder, (file) => live.has(file)), folder, live);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function bytesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return await new Response(stream).bytes();
}

Deno.test("a recording is found by its name, with its size and how long it plays", () =>
  onDisk(async (library, folder, live) => {
    await Deno.writeFile(`${folder}/a.wav`, recording(3));
    const found = await library.find("a.wav");
    const { file, bytes, durationMs } = found!;
    assert.deepEqual({ file, bytes, durationMs, live: found!.live }, {
      file: "a.wav",
      bytes: 48_044,
      durationMs: 3000,
      live: false,
    });
    live.add("a.wav");
    assert.equal((await library.find("a.wav"))!.live, true);
  }));

Deno.test("nothing else is found: no other name, no other place, no link", () =>
  onDisk(async (library, folder) => {
    await Deno.writeTextFile(`${folder}/secret.txt`, "secret");
    await Deno.mkdir(`${folder}/sub.wav`);
    await Deno.writeFile(`${folder}/sub.wav/b.wav`, recording(1));
    await Deno.symlink(`${folder}/secret.txt`, `${folder}/link.wav`);
    for (const name of ["secret.txt", "sub.wav/b.wav", "../a.wav", "/etc/passwd", "", "gone.wav", "a.wav\0.txt"]) {
      assert.equal(await library.find(name), undefined, name);
    }
    await assert.rejects(library.find("link.wav"), /a plain file/);
    await assert.rejects(library.find("sub.wav"), /a plain file/);
  }));

Deno.test("a recording is read whole or in part, in pieces", () =>
  onDisk(async (library, folder) => {
    const written = recording(20);
    await Deno.writeFile(`${folder}/a.wav`, written);
    const found = (await library.find("a.wav"))!;
    assert.deepEqual(await bytesOf(found.read()), written);
    assert.deepEqual(await bytesOf(found.read(100_000, 100_001)), written.slice(100_000, 100_001));
    assert.deepEqual(await bytesOf(found.read(44, 300_000)), written.slice(44, 300_000));
    assert.deepEqual(await bytesOf(found.read(320_000, 9_999_999)), written.slice(320_000));
    assert.equal((await bytesOf(found.read(written.length))).length, 0);
  }));

Deno.test("a reader who leaves early closes the file", () =>
  onDisk(async (library, folder) => {
    await Deno.writeFile(`${folder}/a.wav`, recording(20));
    const reader = (await library.find("a.wav"))!.read().getReader();
    await reader.read();
    await reader.cancel();
  }));

Deno.test("a file that is gone before it is read says so", () =>
  onDisk(async (library, folder) => {
    await Deno.writeFile(`${folder}/a.wav`, recording(1));
    const found = (await library.find("a.wav"))!;
    await Deno.remove(`${folder}/a.wav`);
    await assert.rejects(bytesOf(found.read()), Deno.errors.NotFound);
    await assert.rejects(library.waveform(found), Deno.errors.NotFound);
  }));

Deno.test("a waveform has 600 points of each channel, as loud as the recording was there", () =>
  onDisk(async (library, folder) => {
    await Deno.writeFile(`${folder}/a.wav`, recording(10));
    const [caller, agent] = (await library.waveform((await library.find("a.wav"))!))!;
    assert.deepEqual([caller.length, agent.length], [600, 600]);
    for (let point = 0; point < 600; point++) {
      assert.ok(
        Math.abs(caller[point]! - Math.floor(point / 60) / 10) < 0.02,
        `the caller at ${point}: ${caller[point]}`,
      );
      assert.ok(Math.abs(agent[point]! - (point >= 540 ? 0.5 : 0)) < 0.02, `the agent at ${point}: ${agent[point]}`);
    }
  }));

Deno.test("a recording of nothing, of a moment and one cut off in the middle of a sample have waveforms too", () =>
  onDisk(async (library, folder) => {
    for (const [bytes, points] of [[44, 0], [10, 0], [46, 1], [47, 1], [44 + 2 * 500 + 1, 500]] as const) {
      await Deno.writeFile(`${folder}/of_${bytes}.wav`, recording(1).slice(0, bytes));
      const drawn = await library.waveform((await library.find(`of_${bytes}.wav`))!);
      assert.deepEqual(drawn!.map(({ length }) => length), [points, points]);
    }
  }));

Deno.test("a call that goes on has no waveform yet, and one that is drawn is not read again", () =>
  onDisk(async (library, folder, live) => {
    await Deno.writeFile(`${folder}/a.wav`, recording(1));
    live.add("a.wav");
    assert.equal(await library.waveform((await library.find("a.wav"))!), undefined);
    live.clear();
    const found = (await library.find("a.wav"))!;
    const first = await library.waveform(found);
    await Deno.remove(`${folder}/a.wav`);
    assert.equal(await library.waveform(found), first);
  }));
