import assert from "node:assert/strict";
import { attacked } from "./attacked.ts";
import { BURDENS, FLOODS } from "./attacks.ts";

const ATTACK_MS = 300;
const MIB = 2 ** 20;
/** Bars that hold on a shared machine too: `attack_table.ts` measures. */
const P99_MS = 400;
const MEMORY_BYTES = 300 * MIB;

for (const name of Object.keys({ ...FLOODS, ...BURDENS })) {
  Deno.test(`under attack by ${name.replaceAll("_", " ")} a bystander's calls go on, and all comes back`, async () => {
    const seen = await attacked(name, ATTACK_MS);
    assert.ok(seen.calls > 0, "no whole call went through");
    assert.ok(seen.p99Ms < P99_MS, `p99 of ${seen.p99Ms} ms`);
    assert.ok(seen.memory < MEMORY_BYTES, `${seen.memory / MIB} MiB`);
    if (!(name in FLOODS)) return;
    assert.equal(seen.cutOff, seen.connections);
    assert.ok(seen.slowestCutOffMs < 1000, `cut off after ${seen.slowestCutOffMs} ms`);
  });
}
