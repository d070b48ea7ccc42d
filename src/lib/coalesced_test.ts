import { strict as assert } from "node:assert";
import { coalesced } from "./coalesced.ts";

Deno.test("who asks while it is being done waits for the same, failure or not; who asks later has it done anew", async () => {
  const runs: PromiseWithResolvers<void>[] = [];
  const act = coalesced(() => {
    runs.push(Promise.withResolvers());
    return runs.at(-1)!.promise;
  });
  const asked = [act(), act()];
  assert.equal(runs.length, 1);
  runs[0]!.resolve();
  await Promise.all(asked);
  const failing = [act(), act()];
  assert.equal(runs.length, 2);
  runs[1]!.reject(new Error("down"));
  for (const each of failing) await assert.rejects(each, /down/);
  void act();
  assert.equal(runs.length, 3);
});
