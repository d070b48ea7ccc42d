import { strict as assert } from "node:assert";
import { ManualClock } from "../../tests/manual_clock.ts";
import { RateLimit } from "./rate_limit.ts";

Deno.test("a key has a minute's worth at once, and gets it back evenly", () => {
  const clock = new ManualClock();
  const limit = new RateLimit(6, clock);
  const taken = (count: number) => Array.from({ length: count }, () => Math.round(limit.take("a")));
  assert.deepEqual(taken(8), [0, 0, 0, 0, 0, 0, 10_000, 10_000]);
  assert.equal(limit.take("b"), 0);
  clock.advance(10_000);
  assert.deepEqual(taken(2), [0, 10_000]);
  clock.advance(3_600_000);
  assert.deepEqual(taken(7), [0, 0, 0, 0, 0, 0, 10_000]);
});

Deno.test("however many keys come, no more than ten thousand are kept", () => {
  const limit = new RateLimit(1, new ManualClock());
  assert.equal(limit.take("first"), 0);
  for (let key = 0; key < 9999; key++) limit.take(`${key}`);
  assert.notEqual(limit.take("first"), 0);
  for (let key = 0; key < 10_000; key++) limit.take(`more ${key}`);
  assert.equal(limit.take("first"), 0);
});
