import { strict as assert } from "node:assert";
import { legible } from "./legible.ts";

Deno.test("legible() leaves ordinary text in any script as it is", () => {
  for (const text of ["", "call-1", "Größe 大きさ مرحبا 🙂", `<b>"'&`, "__proto__"]) assert.equal(legible(text), text);
});

Deno.test("legible() names what would hide or turn the line around", () => {
  assert.equal(legible("a\u202egnp.exe\u0007\n\u2028\u200b"), "a\\u{202e}gnp.exe\\u{7}\\u{a}\\u{2028}\\u{200b}");
  assert.equal(legible("half \ud83d"), "half \\u{d83d}");
});

Deno.test("legible() cuts what is long and says so", () => {
  assert.equal(legible("x".repeat(120)), "x".repeat(120));
  assert.equal(legible("x".repeat(10_000)), `${"x".repeat(120)}…`);
});
