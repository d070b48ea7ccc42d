import { strict as assert } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { holding, smallLetters } from "./letters.ts";

Deno.test("what is found in memory is what SQLite finds", () => {
  using database = new DatabaseSync(":memory:");
  const lower = database.prepare("SELECT lower(?) AS text");
  const like = database.prepare("SELECT ? LIKE '%' || ? || '%' ESCAPE '\\' AS found");
  const text = fc.string({ unit: fc.constantFrom(..."aAzZ@[`{09 äÄßİéÉ€_%"), maxLength: 6 });
  fc.assert(fc.property(text, text, (own, sought) => {
    assert.equal(smallLetters(own), lower.get(own)!.text);
    const escaped = sought.replaceAll(/[\\%_]/g, "\\$&");
    assert.equal(holding(sought)(own), like.get(own, escaped)!.found === 1);
  }));
});

Deno.test("what is not there holds nothing", () => {
  assert.deepEqual([null, undefined, "", "AB"].map(holding("b")), [false, false, false, true]);
});
