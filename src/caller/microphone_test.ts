import assert from "node:assert/strict";
import { ManualClock } from "../../tests/manual_clock.ts";
import { TELEPHONY } from "../audio/format.ts";
import { Microphone } from "./microphone.ts";

Deno.test("a frame leaves at every tick: silence, then speech, then silence, the last frame of speech filled up", () => {
  const clock = new ManualClock();
  using microphone = new Microphone(clock, TELEPHONY, 160);
  const frames: [Uint8Array, boolean | undefined][] = [];
  microphone.connect((frame, speech) => frames.push([frame.slice(), speech]) > 0);
  assert.equal(frames.length, 1, "the first frame leaves at once");
  clock.advance(40);
  microphone.speak(new Uint8Array(200).fill(7));
  clock.advance(60);
  assert.deepEqual(frames.map(([frame, speech]) => [frame[0], frame[159], speech]), [
    [0xFF, 0xFF, false],
    [0xFF, 0xFF, false],
    [0xFF, 0xFF, false],
    [7, 7, true],
    [7, 0xFF, true],
    [0xFF, 0xFF, false],
  ]);
});

Deno.test("a line without room holds frames back and gets those that are due when it has room again", () => {
  const clock = new ManualClock();
  using microphone = new Microphone(clock, TELEPHONY, 160);
  let frames = 0, room = false;
  microphone.connect(() => {
    frames++;
    return room;
  });
  clock.advance(100);
  assert.equal(frames, 1);
  room = true;
  microphone.resume();
  assert.equal(frames, 6);
  microphone.disconnect();
  clock.advance(100);
  assert.deepEqual([frames, clock.timers], [6, 0]);
});

Deno.test("speech goes on while nobody listens", () => {
  const clock = new ManualClock();
  using microphone = new Microphone(clock, TELEPHONY, 160);
  microphone.speak(new Uint8Array(1600).fill(7));
  clock.advance(100);
  let heard = 0;
  microphone.connect((_, speech) => {
    if (speech) heard++;
    return true;
  });
  clock.advance(300);
  assert.equal(heard, 4);
  assert.equal(microphone.speaking, false);
});

Deno.test("what a person says is sent as it comes, and a line that lags catches up by letting go of the oldest", () => {
  const clock = new ManualClock();
  using microphone = new Microphone(clock, TELEPHONY, 160);
  const frames: [number, boolean | undefined][] = [];
  microphone.connect((frame, speech) => frames.push([frame[0]!, speech]) > 0);
  const piece = (value: number) => new Uint8Array(160).fill(value);
  for (const value of [1, 2]) {
    microphone.feed(piece(value), 60);
    clock.advance(20);
  }
  assert.deepEqual(frames.slice(1), [[1, undefined], [2, undefined]]);
  for (const value of [3, 4, 5, 6, 7]) microphone.feed(piece(value), 60);
  clock.advance(60);
  assert.deepEqual(frames.slice(3), [[5, undefined], [6, undefined], [7, undefined]]);
});

Deno.test("a recording takes the place of what a person was saying", () => {
  const clock = new ManualClock();
  using microphone = new Microphone(clock, TELEPHONY, 160);
  const frames: [number, boolean | undefined][] = [];
  microphone.connect((frame, speech) => frames.push([frame[0]!, speech]) > 0);
  microphone.feed(new Uint8Array(320).fill(1), 400);
  microphone.speak(new Uint8Array(160).fill(2));
  clock.advance(40);
  assert.deepEqual(frames.slice(1), [[2, true], [0xFF, false]]);
});
