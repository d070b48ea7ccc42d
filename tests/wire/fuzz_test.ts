import assert from "node:assert/strict";
import { fuzz } from "./fuzz.ts";

const MIB = 2 ** 20;

Deno.test("100,000 conversations that break the rules, or a minute of them, kill, stall and grow nothing", async () => {
  const seed = Math.floor(performance.timeOrigin) >>> 0;
  const { connections, calls, p99Ms, memory } = await fuzz({ seed, connections: 100_000, ms: 60_000 });
  console.log(`${connections} connections from seed ${seed}: bystander's p99 ${p99Ms.toFixed(1)} ms, ${calls} calls`);
  assert.ok(connections > 20_000, `only ${connections} connections`);
  assert.ok(calls > 20, `only ${calls} calls`);
  assert.ok(p99Ms < 1000, `p99 of ${p99Ms} ms`);
  assert.ok(memory[1] < memory[0] + 64 * MIB, `${memory[0] / MIB} MiB grew to ${memory[1] / MIB} MiB`);
});
