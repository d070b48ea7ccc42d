import { strict as assert } from "node:assert";
import { readStore, storeConfig } from "./config.ts";

Deno.test("the store's file is a file: what SQLite takes for something else is refused", () => {
  for (const file of [":memory:", ":MEMORY:", "file:gateway.db?mode=memory", "FILE:a"]) {
    assert.match(storeConfig.safeParse({ file }).error!.issues[0]!.message, /^expected the path of a file/, file);
  }
  assert.equal(readStore(storeConfig.parse({ file: "/var/lib/file:1.db" }))?.file, "/var/lib/file:1.db");
  assert.deepEqual(readStore(storeConfig.parse({})), {
    file: "data/gateway.db",
    keepMs: 60 * 86_400_000,
    maxBytes: 4 * 1024 ** 3,
    logLines: 200_000,
  });
  assert.equal(readStore(storeConfig.parse({ enabled: false })), undefined);
});
