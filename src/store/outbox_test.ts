import { strict as assert } from "node:assert";
import { ManualClock } from "../../tests/manual_clock.ts";
import type { Batch, ToWorker } from "./messages.ts";
import { Outbox } from "./outbox.ts";

Deno.test("a few travel after a while, many at once, and what comes while the worker is busy travels together", () => {
  const clock = new ManualClock();
  const batches: Batch[] = [];
  using outbox = new Outbox(clock, (message: ToWorker) => message.type === "keep" && batches.push(message.batch) > 0);
  const put = (count: number) => {
    for (let at = 0; at < count; at++) outbox.put({ event: "{}" });
  };
  const sizes = () => batches.map(({ events }) => events.length);
  outbox.up();
  put(3);
  assert.deepEqual(sizes(), []);
  clock.advance(200);
  assert.deepEqual(sizes(), [3]);
  put(500);
  assert.deepEqual(sizes(), [3, 500]);
  put(3000);
  clock.advance(200);
  assert.deepEqual(sizes(), [3, 500], "two are before the worker");
  outbox.kept(1);
  assert.deepEqual(sizes(), [3, 500, 2000]);
  outbox.kept(2);
  assert.deepEqual(sizes(), [3, 500, 2000, 1000]);
  outbox.kept(4);
  assert.equal(outbox.lost, 0);
});
