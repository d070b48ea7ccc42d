import { strict as assert } from "node:assert";
import { BufferPool } from "./buffer_pool.ts";

Deno.test("a buffer given back is taken again by whoever needs as much", () => {
  const pool = new BufferPool();
  const buffer = pool.take(5000);
  assert.equal(buffer.length, 8192);
  pool.give(buffer);
  assert.notEqual(pool.take(4096), buffer);
  assert.equal(pool.take(4097), buffer);
  assert.notEqual(pool.take(4097), buffer);
});

Deno.test("a pool keeps a megabyte of each size, and nothing that is larger than 256 KiB", () => {
  const pool = new BufferPool();
  const many = Array.from({ length: 20 }, () => pool.take(131_072));
  for (const buffer of many) pool.give(buffer);
  const again = Array.from({ length: 20 }, () => pool.take(131_072));
  assert.equal(again.filter((buffer) => many.includes(buffer)).length, 8);
  const large = pool.take(300_000);
  assert.equal(large.length, 524_288);
  pool.give(large);
  assert.notEqual(pool.take(300_000), large);
});
