import { strict as assert } from "node:assert";
import { ManualClock } from "../../tests/manual_clock.ts";
import type { Batch, ToWorker } from "./messages.ts";
import { linesOf } from "./line_pages.ts";
import { Outbox } from "./outbox.ts";

Deno.test("a few travel after a while, many at once, and what comes while the worker is busy travels together", () => {
  const clock = new ManualClock();
  const batches: Batch[] = [];
  using outbox = new Outbox(clock, (message: ToWorker) => message.type === "keep" && batches.push(message.batch) > 0);
  const put = (count: number) => {
    for (let at = 0; at < count; at++) outbox.putEvent("{}");
  };
  const sizes = () => batches.map(({ size }) => size);
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

Deno.test("what came while the worker was busy travels a while after, though nothing more comes", () => {
  const clock = new ManualClock();
  const batches: Batch[] = [];
  using outbox = new Outbox(clock, (message: ToWorker) => message.type === "keep" && batches.push(message.batch) > 0);
  const sizes = () => batches.map(({ size }) => size);
  outbox.up();
  for (let at = 0; at < 1000; at++) outbox.putEvent("{}");
  outbox.putEvent("{}");
  clock.advance(200);
  assert.deepEqual(sizes(), [500, 500]);
  outbox.kept(1);
  clock.advance(200);
  assert.deepEqual(sizes(), [500, 500, 1]);
  outbox.putEvent("{}");
  outbox.down();
  clock.advance(200);
  outbox.up();
  outbox.kept(2);
  clock.advance(200);
  assert.deepEqual(sizes(), [500, 500, 1, 500, 1, 1]);
});

Deno.test("what a dead worker had before it is sent to the next as it was, whatever has come since", () => {
  const clock = new ManualClock();
  const batches: Batch[] = [];
  using outbox = new Outbox(clock, (message: ToWorker) => message.type === "keep" && batches.push(message.batch) > 0);
  const told = () => batches.map(({ events }) => events.flatMap(linesOf));
  outbox.up();
  outbox.putEvent("1");
  outbox.putEvent("2");
  clock.advance(200);
  outbox.down();
  outbox.putEvent("3");
  clock.advance(200);
  assert.deepEqual(told(), [["1", "2"]]);
  outbox.up();
  assert.deepEqual(told(), [["1", "2"], ["1", "2"], ["3"]]);
  assert.deepEqual(batches.map(({ number }) => number), [1, 1, 2]);
});

Deno.test("of what waits too long for a worker the oldest events are dropped and counted, and what people did is kept", () => {
  const clock = new ManualClock();
  const batches: Batch[] = [];
  using outbox = new Outbox(clock, (message: ToWorker) => message.type === "keep" && batches.push(message.batch) > 0);
  outbox.put({ deed: { at: 0, who: "somebody", via: "page", action: "ended a call", about: "one" } });
  for (let at = 0; at < 25_000; at++) outbox.putEvent(String(at));
  assert.ok(outbox.lost >= 5000 && outbox.lost <= 5500, String(outbox.lost));
  outbox.up();
  for (let number = 1; number <= batches.length; number++) outbox.kept(number);
  const lines = batches.flatMap(({ events }) => events.flatMap(linesOf));
  assert.deepEqual(lines, Array.from({ length: 25_000 - outbox.lost }, (_, at) => String(outbox.lost + at)));
  assert.equal(batches.reduce((sum, { size }) => sum + size, 0), 25_001 - outbox.lost);
  assert.equal(batches.flatMap(({ deeds }) => deeds).length, 1);
});

Deno.test("log lines that wait for a worker that does not come leave room for events", () => {
  const clock = new ManualClock();
  const batches: Batch[] = [];
  using outbox = new Outbox(clock, (message: ToWorker) => message.type === "keep" && batches.push(message.batch) > 0);
  for (let at = 0; at < 30_000; at++) {
    outbox.put({ log: { at, level: "info", logger: "byova", message: "something", callId: undefined, fields: {} } });
    outbox.putEvent(String(at));
  }
  outbox.up();
  for (let number = 1; number <= batches.length; number++) outbox.kept(number);
  const events = batches.flatMap(({ events }) => events.flatMap(linesOf)), logs = batches.flatMap(({ logs }) => logs);
  assert.ok(events.length > 9000 && logs.length > 9000, `${events.length} events, ${logs.length} log lines`);
  assert.deepEqual([events.at(-1), logs.at(-1)!.at], ["29999", 29_999]);
  assert.equal(events.length + logs.length + outbox.lost, 60_000);
});

Deno.test("however long events are, what waits takes no more than 32 MiB, and the oldest are dropped and counted", () => {
  const clock = new ManualClock();
  const batches: Batch[] = [];
  using outbox = new Outbox(clock, (message: ToWorker) => message.type === "keep" && batches.push(message.batch) > 0);
  const text = "x".repeat(1024 * 1024);
  for (let at = 0; at < 100; at++) outbox.putEvent(`${at} ${text}`);
  outbox.up();
  outbox.kept(1);
  const events = batches.flatMap(({ events }) => events.flatMap(linesOf)).map((line) => Number(line.split(" ")[0]));
  assert.ok(events.length >= 5 && events.length <= 32, `${events.length} are left`);
  assert.deepEqual(events, Array.from({ length: events.length }, (_, at) => outbox.lost + at));
  assert.equal(outbox.lost + events.length, 100);
});
