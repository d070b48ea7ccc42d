import { strict as assert } from "node:assert";
import { humanDuration } from "./duration.ts";

Deno.test("humanDuration() reads as people say it and leaves out what is nought in front", () => {
  const cases: [number, string][] = [
    [0, "0s"],
    [999, "0s"],
    [45_000, "45s"],
    [60_000, "1m 0s"],
    [8_130_000, "2h 15m 30s"],
    [259_205_000, "3d 0h 0m 5s"],
    [-5, "0s"],
  ];
  for (const [ms, text] of cases) assert.equal(humanDuration(ms), text);
});
