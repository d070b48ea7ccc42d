import { strict as assert } from "node:assert";
import { ManualClock } from "../../../tests/manual_clock.ts";
import { Playout } from "./playout.ts";

Deno.test("Playout tells when what was sent has been heard, counted from when it was sent", () => {
  const clock = new ManualClock();
  const playout = new Playout(clock);
  let played = 0;
  playout.sent(1000);
  clock.advance(400);
  playout.sent(500);
  playout.whenPlayed(() => played++);
  clock.advance(1099);
  assert.equal(played, 0);
  clock.advance(1);
  assert.equal(played, 1);
  clock.advance(5000);
  playout.sent(300);
  playout.whenPlayed(() => played++);
  clock.advance(299);
  assert.equal(played, 1);
});

Deno.test("Playout tells nothing of what was cut short", () => {
  const clock = new ManualClock();
  const playout = new Playout(clock);
  playout.sent(1000);
  playout.whenPlayed(() => assert.fail("it was not played"));
  playout.stop();
  clock.advance(2000);
  assert.equal(clock.timers, 0);
});
