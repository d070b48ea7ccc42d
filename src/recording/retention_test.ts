import { strict as assert } from "node:assert";
import { keepingLog, type Line } from "../../tests/logs.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import { Retention } from "./retention.ts";

const DAY = 86_400_000;

interface Shelf {
  readonly folder: string;
  readonly clock: ManualClock;
  readonly lines: Line[];
  live: number;
  names(): Promise<string[]>;
  /** Writes a file of so many bytes that was last written so many days ago. */
  put(name: string, bytes: number, days?: number): Promise<void>;
  open(limits: { maxAgeDays?: number; maxBytes?: number }): Retention;
}

async function onDisk(act: (shelf: Shelf) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const clock = new ManualClock();
  const lines: Line[] = [];
  const shelf: Shelf = {
    folder,
    clock,
    lines,
    live: 0,
    async names() {
      return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    },
    async put(name, bytes, days = 0) {
      await Deno.writeFile(`${folder}/${name}`, new Uint8Array(bytes));
      const at = new Date(clock.date() - days * DAY);
      await Deno.utime(`${folder}/${name}`, at, at);
    },
    open: ({ maxAgeDays = Infinity, maxBytes = Infinity }) =>
      new Retention(
        { enabled: true, folder, maxAgeMs: maxAgeDays * DAY, maxBytes, maxFileBytes: Infinity },
        { clock, log: keepingLog(lines), live: () => shelf.live },
      ),
  };
  try {
    await act(shelf);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("files that are too old go, at the start and later", () =>
  onDisk(async ({ put, open, names, clock }) => {
    await put("a.wav", 100, 31);
    await put("b.wav", 100, 29);
    await put("c.wav", 100);
    const retention = open({ maxAgeDays: 30 });
    await retention.settled;
    assert.deepEqual(await names(), ["b.wav", "c.wav"]);
    clock.advance(2 * DAY);
    await retention.settled;
    assert.deepEqual(await names(), ["c.wav"]);
    await retention[Symbol.asyncDispose]();
    assert.equal(clock.timers, 0);
  }));

Deno.test("when all take too much, the oldest go first, those being written counted", () =>
  onDisk(async (shelf) => {
    const { put, open, names } = shelf;
    await put("b.wav", 400, 2);
    await put("a.wav", 400, 1);
    await put("c.wav", 400, 3);
    const retention = open({ maxBytes: 1000 });
    await retention.settled;
    assert.deepEqual(await names(), ["a.wav", "b.wav"]);
    await put("d.wav", 100);
    retention.add("d.wav", 100);
    await retention.settled;
    assert.deepEqual(await names(), ["a.wav", "b.wav", "d.wav"]);
    shelf.live = 200;
    await put("e.wav", 50);
    retention.add("e.wav", 50);
    await retention.settled;
    assert.deepEqual(await names(), ["a.wav", "d.wav", "e.wav"]);
    await retention[Symbol.asyncDispose]();
  }));

Deno.test("nothing is deleted that is not named like a recording, or is no file", () =>
  onDisk(async ({ folder, put, open, names, lines }) => {
    await put("notes.txt", 500, 90);
    await put("my holiday.wav", 500, 90);
    await Deno.mkdir(`${folder}/folder.wav`);
    await Deno.mkdir(`${folder}/elsewhere`);
    await put("elsewhere/far.wav", 500, 90);
    await Deno.symlink(`${folder}/notes.txt`, `${folder}/link.wav`);
    const retention = open({ maxAgeDays: 1, maxBytes: 1 });
    await retention.settled;
    await retention[Symbol.asyncDispose]();
    assert.deepEqual(await names(), ["elsewhere", "folder.wav", "link.wav", "my holiday.wav", "notes.txt"]);
    assert.deepEqual(lines, []);
  }));

Deno.test("a file that somebody else has deleted, and a folder that is not there, are no trouble", () =>
  onDisk(async ({ folder, put, open, lines }) => {
    await put("a.wav", 100, 1);
    const retention = open({ maxBytes: 150 });
    await retention.settled;
    await Deno.remove(`${folder}/a.wav`);
    retention.add("b.wav", 100);
    await retention.settled;
    await retention[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
    await open({ maxAgeDays: 1 })[Symbol.asyncDispose]();
    await Deno.mkdir(folder);
    assert.deepEqual(lines, []);
  }));
