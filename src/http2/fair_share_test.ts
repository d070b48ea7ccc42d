import assert from "node:assert/strict";
import { ManualClock } from "../../tests/manual_clock.ts";
import { FairShare, TurnQueue } from "./fair_share.ts";

function client() {
  const clock = new ManualClock();
  const share = new FairShare(clock, new TurnQueue(clock));
  const works = (ms: number) => {
    share.begin();
    clock.advance(ms);
    return share.spent();
  };
  return { clock, works };
}

Deno.test("a client's share is two milliseconds of work, and a quarter of the time gives it back", () => {
  const { clock, works } = client();
  assert.equal(works(1.5), false);
  assert.equal(works(0.4), false);
  assert.equal(works(0.2), true);
  clock.advance(4);
  assert.equal(works(0.8), false);
  assert.equal(works(0.3), true);
});

Deno.test("each turn of the event loop lets as many go on, in order, as have one share of work", async () => {
  const clock = new ManualClock();
  const log: string[] = [];
  let turns = 0;
  const nextTurn = clock.nextTurn.bind(clock);
  clock.nextTurn = async () => {
    await nextTurn();
    log.push(`turn ${++turns}`);
  };
  const queue = new TurnQueue(clock);
  const works = async (name: string, ms: number) => {
    await queue.wait();
    log.push(name);
    clock.advance(ms);
  };
  await Promise.all([works("a", 1), works("b", 0.5), works("c", 1), works("d", 3), works("e", 0)]);
  assert.deepEqual(log, ["turn 1", "a", "b", "c", "turn 2", "d", "turn 3", "e"]);
});
