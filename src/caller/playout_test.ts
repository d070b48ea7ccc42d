import assert from "node:assert/strict";
import { ManualClock } from "../../tests/manual_clock.ts";
import { Playout } from "./playout.ts";

function sound(ms: number, byte = 0x20): Uint8Array {
  return new Uint8Array(ms * 8).fill(byte);
}

Deno.test("pieces follow each other without a gap while they come early enough, and with silence when they are late", () => {
  const clock = new ManualClock();
  let changes = 0;
  using playout = new Playout(clock, () => changes++);
  clock.advance(500);
  playout.play(sound(100, 1), true);
  clock.advance(50);
  playout.play(sound(100, 2), false);
  assert.equal(playout.playing!.bargeIn, true);
  clock.advance(50);
  assert.equal(playout.playing!.bargeIn, false);
  clock.advance(100);
  assert.deepEqual([playout.playing, changes], [undefined, 2]);
  clock.advance(30);
  playout.play(sound(10, 3), true);
  assert.equal(playout.startedAt, 730);
  clock.advance(10);
  const heard = playout.heard().data;
  assert.equal(heard.length, 240 * 8);
  assert.deepEqual([0, 799, 800, 1599, 1600, 1839, 1840, 1919].map((at) => heard[at]), [1, 1, 2, 2, 0xFF, 0xFF, 3, 3]);
});

Deno.test("what is dropped is not heard, and what comes after it plays at once", () => {
  const clock = new ManualClock();
  using playout = new Playout(clock, () => {});
  playout.play(sound(1000, 1), true);
  playout.play(sound(1000, 2), true);
  clock.advance(400);
  assert.equal(playout.drop(), 1600);
  assert.equal(playout.playing, undefined);
  assert.equal(playout.drop(), 0);
  playout.play(sound(100, 3), true);
  clock.advance(5000);
  const heard = playout.heard().data;
  assert.equal(heard.length, 500 * 8);
  assert.deepEqual([heard[3199], heard[3200]], [1, 3]);
  assert.equal(clock.timers, 0);
});
