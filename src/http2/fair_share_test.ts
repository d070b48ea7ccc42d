import assert from "node:assert/strict";
import { ManualClock } from "../../tests/manual_clock.ts";
import { FairShare, TurnQueue } from "./fair_share.ts";
import { FrameType } from "./frames.ts";

/** A frame before which and behind which the clock is asked. */
const LARGE = 16_384;

function client({ suspect = false } = {}) {
  const clock = new ManualClock();
  const queue = new TurnQueue(clock);
  const share = new FairShare(clock, queue, () => suspect);
  const works = (ms: number) => {
    share.begin();
    clock.advance(ms);
    return share.took(FrameType.DATA, LARGE);
  };
  return { clock, queue, share, works };
}

Deno.test("who causes much work pauses, and what a client has used comes back while it causes none", () => {
  const { clock, works } = client();
  assert.equal(works(0.6), false);
  assert.equal(works(0.2), false);
  assert.equal(works(0.4), true);
  clock.advance(0.8);
  assert.equal(works(0.4), false);
  assert.equal(works(0.4), true);
});

Deno.test("who may be up to something pauses after a quarter of that", () => {
  const { works } = client({ suspect: true });
  assert.equal(works(0.2), false);
  assert.equal(works(0.1), true);
});

Deno.test("a pause is short until the others have waited for three milliseconds", async () => {
  const { clock, queue, share, works } = client();
  let turns = 0;
  const nextTurn = clock.nextTurn.bind(clock);
  clock.nextTurn = () => (turns++, nextTurn());
  await queue.wait();
  assert.equal(works(2), true);
  await share.pause();
  assert.equal(turns, 1);
  assert.equal(works(1), true);
  await share.pause();
  assert.equal(turns, 2);
});

Deno.test("the clock is asked once in a while: after many small frames, or a large one", () => {
  const { clock, share } = client();
  share.begin();
  clock.advance(5);
  let frames = 1;
  while (!share.took(FrameType.DATA, 200)) frames++;
  assert.equal(frames, 12);
  clock.advance(5);
  for (frames = 1; !share.took(FrameType.HEADERS, 20);) frames++;
  assert.equal(frames, 2);
  assert.equal(share.took(FrameType.DATA, LARGE), true);
});

Deno.test("between two looks at everybody's sockets those who wait go on in order, for three milliseconds", async () => {
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
  await Promise.all([works("a", 1), works("b", 1), works("c", 2), works("d", 9), works("e", 0)]);
  assert.deepEqual(log, ["turn 1", "a", "b", "c", "turn 2", "d", "turn 3", "e"]);
});
