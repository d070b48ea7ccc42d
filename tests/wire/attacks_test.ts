import assert from "node:assert/strict";
import { type Attacked, attacked } from "./attacked.ts";
import { BURDENS, CROWDS, FLOODS, holdsCrowd, OFFENCES } from "./attacks.ts";

const ATTACK_MS = 300;
const MIB = 2 ** 20;
/** On a machine that runs other tests meanwhile. What a bystander sees of an attack alone is measured by `attack_table.ts`. */
const P99_MS = 400;
const MEMORY_BYTES = 200 * MIB;

function test(name: string, check: (seen: Attacked) => void = () => {}, ignore = false): void {
  Deno.test({
    name: `under attack by ${name.replaceAll("_", " ")} a bystander's calls go on, and all comes back`,
    ignore,
    async fn() {
      const seen = await attacked(name, ATTACK_MS);
      assert.ok(seen.calls > 0, "no whole call went through");
      assert.ok(seen.p99Ms < P99_MS, `p99 of ${seen.p99Ms} ms`);
      assert.ok(seen.memory < MEMORY_BYTES, `${seen.memory / MIB} MiB`);
      check(seen);
    },
  });
}

for (const name of Object.keys(FLOODS)) {
  test(name, ({ connections, cutOff, slowestCutOffMs }) => {
    assert.equal(cutOff, connections);
    assert.ok(slowestCutOffMs < 1000, `cut off after ${slowestCutOffMs} ms`);
  });
}
for (const name of Object.keys(OFFENCES)) {
  test(name, ({ connections, cutOff }) => assert.equal(cutOff, connections));
}
for (const name of Object.keys(BURDENS)) test(name);
for (const name of Object.keys(CROWDS)) {
  test(name, ({ cutOff }) => assert.ok(cutOff > 0, "nobody had to go"), !holdsCrowd());
}

/** What is cut off once its time is over, which here is short. */
for (const name of ["never_reads_with_window", "slow_headers"]) {
  Deno.test(`${name.replaceAll("_", " ")} is cut off after a while, all of it`, async () => {
    const yaml = "gateway:\n  limits:\n    stall_seconds: 1\n";
    const seen = await attacked(name, 6000, yaml);
    assert.equal(seen.cutOff, seen.connections);
    assert.ok(seen.calls > 0, "no whole call went through");
  });
}
