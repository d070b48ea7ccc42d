import { strict as assert } from "node:assert";
import { ErrorCode } from "./errors.ts";
import type { Http2Stream } from "./stream.ts";
import { StreamTable } from "./stream_table.ts";

/** As much of a stream as the table asks for. */
const stream = (id: number) => ({ id, resetByUs: false, lose() {} }) as unknown as Http2Stream;

Deno.test("every open stream is found by its number, however many there are and in whatever order they end", () => {
  const table = new StreamTable(true);
  const open = new Map<number, Http2Stream>();
  let next = 1, seed = 1;
  for (let step = 0; step < 20_000; step++) {
    seed = seed * 48271 % 0x7fffffff;
    const opens = step < 8000 ? seed % 4 > 0 : seed % 4 === 0;
    if (opens) {
      const added = stream(next);
      open.set(next, added);
      table.add(added);
      next += 2 + 2 * (seed % 3);
    } else if (open.size > 0) {
      // The oldest, the newest, or one between.
      const ids = [...open.keys()];
      const id = ids[[0, ids.length - 1, seed % ids.length][seed % 3]!]!;
      table.remove(open.get(id)!);
      open.delete(id);
    }
    if (step % 97 > 0) continue;
    assert.equal(table.size, open.size);
    for (const [id, found] of open) assert.equal(table.get(id), found);
    for (let id = next; id < next + 64; id += 2) assert.equal(table.get(id), undefined);
    assert.deepEqual([...table].map(({ id }) => id), [...open.keys()]);
  }
});

Deno.test("streams that all have the same last bits are found, and go, whichever ends first", () => {
  const table = new StreamTable(true);
  const streams = Array.from({ length: 100 }, (_, at) => stream(1 + 4096 * at));
  for (const each of streams) table.add(each);
  const left = new Set(streams);
  for (const each of [...streams.slice(40, 60), ...streams.slice(0, 10), ...streams.slice(10).toReversed()]) {
    if (!left.delete(each)) continue;
    table.remove(each);
    assert.deepEqual([...table], [...left]);
    for (const other of streams) assert.equal(table.get(other.id), left.has(other) ? other : undefined);
  }
});

Deno.test("a stream that has ended is not found, although a stream with the same last bits is", () => {
  const table = new StreamTable(true);
  const [old, young] = [stream(1), stream(1 + 2 * 16)];
  table.add(old);
  table.add(young);
  table.remove(young);
  assert.deepEqual([table.get(1), table.get(33)], [old, undefined]);
  table.remove(old);
  assert.equal(table.get(1), undefined);
  table.lose(ErrorCode.NO_ERROR, "");
});
