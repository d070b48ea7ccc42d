import { strict as assert } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import { migrate } from "./migrations.ts";

Deno.test("why a step fails is said as SQLite says it, also when it has rolled back by itself", () => {
  using database = new DatabaseSync(":memory:");
  const step = "CREATE TABLE one (two UNIQUE ON CONFLICT ROLLBACK); INSERT INTO one VALUES (1), (1)";
  assert.throws(() => migrate(database, [step]), /UNIQUE constraint failed/);
  assert.equal(database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()!.tables, 0);
});
