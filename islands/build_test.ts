import { strict as assert } from "node:assert";
import { gzipSync } from "node:zlib";
import { build } from "./build.ts";

/** The most that a browser may have to load, compressed. */
const MOST_BYTES = 100_000;

Deno.test({
  name: "what the browser loads is what the sources say, weighs less than 100 KB compressed, and asks nobody else",
  // The builder's process ends a moment after it was told to.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    let bytes = 0;
    for (const [name, text] of Object.entries(await build())) {
      const kept = await Deno.readTextFile(new URL(`gen/${name}`, import.meta.url));
      assert.ok(kept === text, `islands/gen/${name} is not what its sources say: run deno task gen`);
      bytes += gzipSync(text).length;
      const elsewhere = text.match(/https?:\/\/[\w.-]+/g)?.filter((url) => url !== "http://www.w3.org") ?? [];
      assert.deepEqual(elsewhere, [], name);
      assert.doesNotMatch(text, /@import|@font-face|\beval\(|new Function/, name);
    }
    assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
  },
});
