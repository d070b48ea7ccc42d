import { strict as assert } from "node:assert";
import { buildWorker } from "./build.ts";

Deno.test("the worker that the program carries is built from its source", async () => {
  const carried = await Deno.readTextFile(new URL("gen/worker.js", import.meta.url));
  assert.ok(carried === await buildWorker(), "gen/worker.js is not what its source gives: run deno task gen");
});
