import { strict as assert } from "node:assert";
import { healthOf } from "./health.ts";

Deno.test("a connector is well as long as it lists its agents and nine calls in ten go well", () => {
  for (
    const [healthy, calls, failures, words, tone] of [
      [true, 0, 0, "healthy", "good"],
      [true, 10, 1, "healthy", "good"],
      [true, 10, 2, "calls fail", "warn"],
      [true, 10, 5, "calls fail", "bad"],
      [true, 0, 1, "calls fail", "bad"], // a call of the hour before
      [false, 10, 0, "failing", "bad"],
    ] as const
  ) assert.deepEqual(healthOf({ healthy, calls, failures }), { words, tone }, `${failures} of ${calls}`);
});
