import { strict as assert } from "node:assert";
import { ManualClock } from "../../tests/manual_clock.ts";
import type { LogLevel } from "../lib/log_format.ts";
import { LogIntake } from "./log_intake.ts";

Deno.test("a flood of debug lines takes no room from the others, and what is left out is counted", () => {
  const clock = new ManualClock();
  const kept: string[] = [];
  const intake = new LogIntake(clock, ({ level, message }) => void kept.push(`${level}: ${message}`));
  const take = (level: LogLevel, message: string) =>
    intake.take({ time: clock.date(), level, logger: "byova.call", message, fields: {} });
  for (let at = 0; at < 1000; at++) take("debug", "detail");
  take("error", "trouble");
  assert.deepEqual([kept.length, kept.at(-1)], [201, "error: trouble"]);
  clock.advance(1000);
  take("info", "later");
  assert.deepEqual(kept.slice(-2), ["warn: log lines were not kept: there were too many at once", "info: later"]);
});
