import assert from "node:assert/strict";
import { DIRECTIONS, isClean } from "./aging.ts";

/** Long enough for RPCs of two seconds to outlive their connection. */
const SECONDS = 3.5;

for (const [name, direction] of Object.entries(DIRECTIONS)) {
  const { lacks, run } = direction;
  Deno.test({
    name: `no RPC is lost where connections end at an age of 1.5 s: ${name}${
      lacks ? ` (not installed: ${lacks})` : ""
    }`,
    ignore: lacks !== undefined,
    async fn() {
      const result = await run(SECONDS);
      assert.ok(isClean(direction, result), JSON.stringify(result));
    },
  });
}
