import { strict as assert } from "node:assert";
import { RoutedHouse } from "../tests/routed_house.ts";
import { assetPath } from "./assets.ts";

Deno.test("an asset may be kept for ever under its path, and another version of it has another path", async () => {
  using house = await RoutedHouse.open();
  for (const name of ["client.js", "theme.js", "client.css"] as const) {
    const path = assetPath(name);
    const answer = await house.get(path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.match(answer.headers.get("content-type")!, name.endsWith("js") ? /^text\/javascript/ : /^text\/css/);
    assert.ok((await answer.text()).length > 100);
    const tag = answer.headers.get("etag")!;
    const again = await house.get(path, { headers: { "If-None-Match": tag } });
    assert.deepEqual([again.status, await again.text()], [304, ""]);
    const other = await house.get(path.replace(/[0-9a-f]{16}/, "0".repeat(16)));
    assert.deepEqual([other.status, other.headers.get("cache-control")], [404, "no-store"]);
    await other.body?.cancel();
  }
  assert.equal((await house.get("/assets/__proto__/constructor")).status, 404);
});
