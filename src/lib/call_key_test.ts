import { strict as assert } from "node:assert";
import { callKey } from "./call_key.ts";

Deno.test("a key tells calls apart by their organization and by their id, in whatever order they are asked for", () => {
  const calls = ["a", "b"].flatMap((orgId) => ["1", "2"].map((callId) => ({ orgId, callId })));
  const keys = calls.map(callKey);
  assert.equal(new Set(keys).size, calls.length);
  for (const [at, call] of [...calls.entries()].reverse()) assert.equal(callKey({ ...call }), keys[at]);
});
