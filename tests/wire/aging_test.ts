import assert from "node:assert/strict";
import { DIRECTIONS, isClean } from "./aging.ts";

/** Long enough for RPCs of two seconds to outlive their connection. */
const SECONDS = 3.5;

const here = Object.entries(DIRECTIONS).filter(([, { lacks }]) => lacks === undefined);
const lacking = Object.values(DIRECTIONS).flatMap(({ lacks = [] }) => lacks);

Deno.test({
  name: `no RPC is lost where connections end at an age of 1.5 s${
    lacking.length > 0 ? ` (not installed: ${[...new Set(lacking)].join(", ")})` : ""
  }`,
  async fn(t) {
    const results = await Promise.all(here.map(([, { run }]) => run(SECONDS)));
    for (const [at, [name, direction]] of here.entries()) {
      const told = JSON.stringify(results[at]);
      await t.step(name, () => assert.ok(isClean(direction, results[at]!), told));
    }
  },
});
