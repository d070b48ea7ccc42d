import { strict as assert } from "node:assert";
import { Latest } from "./latest.ts";

Deno.test("the last of many are kept in their order, and found from the newest back", () => {
  const latest = new Latest<number>(3);
  assert.deepEqual([latest.all(), latest.before(0)], [[], undefined]);
  latest.add(1);
  latest.add(2);
  assert.deepEqual([latest.all(), latest.before(0), latest.before(1), latest.before(2)], [[1, 2], 2, 1, undefined]);
  for (const item of [3, 4, 5]) {
    latest.add(item);
    assert.deepEqual(latest.all(), [item - 2, item - 1, item]);
    assert.deepEqual([0, 1, 2].map((count) => latest.before(count)), [item, item - 1, item - 2]);
  }
});
