import { strict as assert } from "node:assert";
import { legible, legibleLines, legibleText } from "./legible.ts";

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

Deno.test("legibleText() shows a text whole, legibleLines() line by line, both with what hides named", () => {
  assert.equal(legibleText(`${"x".repeat(9000)}\u202e`), `${"x".repeat(9000)}\\u{202e}`);
  assert.equal(legibleText("x".repeat(20_000)), `${"x".repeat(10_000)}…`);
  assert.deepEqual(legibleLines("Agent: Hello\r\nCaller: a\u202eb"), ["Agent: Hello", "Caller: a\\u{202e}b"]);
});
