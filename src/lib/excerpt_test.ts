import { strict as assert } from "node:assert";
import { excerptOf } from "./excerpt.ts";

Deno.test("what is short enough comes back as it was", () => {
  const value = { a: ["x", 1, null, true], b: { c: "y" } };
  assert.deepEqual(excerptOf(value, 100), value);
  assert.equal(excerptOf("12345", 5), "12345");
});

Deno.test("a text that is too long is cut, and says how much is missing", () => {
  assert.equal(excerptOf("1234567", 5), "12345… (2 characters left out)");
});

Deno.test("no half of a character is left", () => {
  assert.equal(excerptOf("ab😀", 3).isWellFormed(), true);
});

Deno.test("lists and objects say how many of their members are missing", () => {
  assert.deepEqual(excerptOf(["12345", "1234567", "x", "y"], 26), [
    "12345",
    "12345… (2 characters left out)",
    "… (2 more left out)",
  ]);
  assert.deepEqual(excerptOf({ ab: "12345678", cd: 1, ef: 2 }, 18), { ab: "12345678", "…": "… (2 more left out)" });
});

Deno.test("whatever it is made of, the excerpt is not much longer than asked for", () => {
  const values: unknown[] = [
    "x".repeat(1_000_000),
    Array.from({ length: 100_000 }, () => "y"),
    Array.from({ length: 100_000 }, () => 1),
    Array.from({ length: 100_000 }, () => ({})),
    Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`name${at}`, ""])),
    { ["n".repeat(1_000_000)]: "v".repeat(1_000_000) },
    JSON.parse(`${"[".repeat(1000)}${"]".repeat(1000)}`),
    { deep: { deeper: { text: "z".repeat(100_000), more: ["z".repeat(100_000)] } } },
  ];
  for (const value of values) {
    const size = JSON.stringify(excerptOf(value, 8192)).length;
    assert.ok(size < 40_000, `${size} characters of ${JSON.stringify(value).slice(0, 20)}`);
  }
});

Deno.test("a member named like a prototype stays a member", () => {
  const value = JSON.parse('{"__proto__": {"admin": true}}');
  assert.equal(JSON.stringify(excerptOf(value, 100)), '{"__proto__":{"admin":true}}');
});
