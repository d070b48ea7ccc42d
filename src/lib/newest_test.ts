import { strict as assert } from "node:assert";
import { setNewest } from "./newest.ts";

Deno.test("a key that is set again is the newest, and the oldest goes when there are too many", () => {
  const map = new Map([["a", 1], ["b", 2]]);
  setNewest(map, "a", 3, 2);
  assert.deepEqual([...map], [["b", 2], ["a", 3]]);
  setNewest(map, "c", 4, 2);
  assert.deepEqual([...map], [["a", 3], ["c", 4]]);
});
