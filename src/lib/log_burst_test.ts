import { strict as assert } from "node:assert";
import { keepingLog, type Line } from "../../tests/logs.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import { burst } from "./log_burst.ts";

Deno.test("burst() writes ten lines a second, then one that counts the rest, and starts again", () => {
  const lines: Line[] = [];
  const clock = new ManualClock();
  const write = burst(keepingLog(lines), clock);
  for (let peer = 0; peer < 500; peer++) write("connection cut off", { peer });
  assert.equal(lines.length, 10);
  clock.advance(1000);
  assert.deepEqual(lines[10], { level: "warn", message: "and more of the kind", fields: { count: 490 } });
  write("connection cut off", { peer: 500 });
  clock.advance(1000);
  assert.deepEqual(lines[11]?.fields, { peer: 500 });
  assert.equal(lines.length, 12);
  assert.equal(clock.timers, 0);
});

Deno.test("burst() that is disposed counts what it has not written, and sets no timer any more", () => {
  const lines: Line[] = [];
  const clock = new ManualClock();
  const write = burst(keepingLog(lines), clock);
  for (let peer = 0; peer < 12; peer++) write("connection cut off", { peer });
  write[Symbol.dispose]();
  assert.deepEqual(lines.at(-1)?.fields, { count: 2 });
  assert.equal(clock.timers, 0);
});
