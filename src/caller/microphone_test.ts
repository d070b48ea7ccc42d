import assert from "node:assert/strict";
import { ManualClock } from "../../tests/manual_clock.ts";
import { TELEPHONY } from "../audio/format.ts";
import { Microphone } from "./microphone.ts";

Deno.test("a frame leaves at every tick: silence, then speech, then silence, the last frame of speech filled up", () => {
  const clock = new ManualClock();
  using microphone = new Microphone(clock, TELEPHONY, 160);
  const frames: [Uint8Array, boolean][] = [];
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
