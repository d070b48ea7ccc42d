import { strict as assert } from "node:assert";
import { MASK, Redactor } from "./redaction.ts";

Deno.test("what a pattern matches is masked wherever it stands, and nothing else", () => {
  const redactor = new Redactor(["\\d{13,19}", "[\\w.]+@[\\w.]+"]);
  assert.equal(redactor.text("card 4111111111111111, mail a.b@example.org."), `card ${MASK}, mail ${MASK}`);
  assert.equal(redactor.text("room 4711"), "room 4711");
});

Deno.test("words are masked as they are, whatever they mean in a pattern", () => {
  assert.equal(new Redactor([]).text("pin *12# and 12", ["*12#"]), `pin ${MASK} and 12`);
});

Deno.test("plain JSON is masked in every depth, numbers too, and its form is kept", () => {
  const data = { card: 4111111111111111, deep: [{ text: "is 4111111111111111" }], room: 4711, none: null };
  assert.deepEqual(new Redactor(["\\d{13,19}"]).data(data), {
    card: MASK,
    deep: [{ text: `is ${MASK}` }],
    room: 4711,
    none: null,
  });
});

Deno.test("what is too long or too deep to be searched goes out as a mask", () => {
  const redactor = new Redactor(["secret"]);
  assert.equal(redactor.text("x".repeat(100_001)), MASK);
  let deep: unknown = "secret";
  for (let depth = 0; depth < 30; depth++) deep = [deep];
  assert.ok(!JSON.stringify(redactor.data(deep)).includes("secret"));
});

Deno.test("a pattern that matches nothing at all changes nothing", () => {
  assert.equal(new Redactor(["x*"]).text("abc"), "abc");
});
