import { strict as assert } from "node:assert";
import { RecentKeys } from "./recent_keys.ts";

const KEYS = ["one", "two", "three", "four"];

Deno.test("the last keys are remembered until they are too old", () => {
  const keys = new RecentKeys(3);
  const known = () => KEYS.filter((key) => keys.has(key));
  KEYS.forEach((key, at) => keys.add(key, at));
  assert.deepEqual(known(), ["two", "three", "four"]);
  keys.add("two", 4);
  keys.forgetBefore(3);
  assert.deepEqual(known(), ["two", "four"]);
  keys.delete("four");
  keys.delete("three");
  assert.deepEqual(known(), ["two"]);
  keys.add("one", 5);
  keys.add("three", 6);
  keys.add("four", 7);
  assert.deepEqual(known(), ["one", "three", "four"]);
  keys.forgetBefore(Infinity);
  assert.deepEqual(known(), []);
});
