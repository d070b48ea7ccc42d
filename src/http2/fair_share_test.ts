import assert from "node:assert/strict";
import { ManualClock } from "../../tests/manual_clock.ts";
import { FairShare, TurnQueue } from "./fair_share.ts";

/** A frame before which and behind which the clock is asked. */
const LARGE = 16_384;

function client() {
  const clock = new ManualClock();
  const queue = new TurnQueue(clock);
  const share = new FairShare(clock, queue);
  const works = (ms: number) => {
    share.begin();
    clock.advance(ms);
    return share.took(LARGE);
  };
  return { clock, queue, share, works };
}

Deno.test("a client's share is two milliseconds of work, and half of the time gives it back", () => {
  const { clock, works } = client();
  assert.equal(works(1.5), false);
  assert.equal(works(0.4), false);
  assert.equal(works(0.2), true);
  clock.advance(1);
  assert.equal(works(0.8), false);
  assert.equal(works(0.3), true);
});

Deno.test("who waits for a turn begins a new share with it, and leaves less to the others meanwhile", async () => {
  const { share, queue, works } = client();
  assert.equal(works(0.6), false);
  const turn = queue.wait();
  assert.equal(works(0.1), true);
  await turn;
  await share.turn();
  assert.equal(works(0.6), false);
});

Deno.test("the clock is asked once in a while: after many small frames, or a large one", () => {
  const { clock, share } = client();
  share.begin();
  clock.advance(5);
  let frames = 1;
  while (!share.took(200)) frames++;
  assert.equal(frames, 12);
  clock.advance(5);
  assert.equal(share.took(LARGE), true);
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
