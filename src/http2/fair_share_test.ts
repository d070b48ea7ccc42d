import assert from "node:assert/strict";
import { ManualClock } from "../../tests/manual_clock.ts";
import { FairShare } from "./fair_share.ts";

Deno.test("a client goes on until two milliseconds of work are used up, then waits for the next turn", async () => {
  const clock = new ManualClock();
  const share = new FairShare(clock);
  const work = (ms: number) => {
    share.begin();
    clock.advance(ms);
    return share.end();
  };
  assert.equal(work(1.5), undefined);
  clock.advance(1000);
  const turn = work(0.6);
  assert.ok(turn instanceof Promise, "time between two pieces of work does not count, the work itself adds up");
  await turn;
  assert.equal(work(1.9), undefined);
});
