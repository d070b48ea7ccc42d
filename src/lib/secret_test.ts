import { strict as assert } from "node:assert";
import * as z from "zod";
import { notesOf, Secret, secret } from "./secret.ts";

Deno.test("a Secret shows dots wherever it is printed, and its text only when asked", () => {
  const password = new Secret("hunter2");
  assert.equal(`${password}`, "••••");
  assert.equal(JSON.stringify({ password }), '{"password":"••••"}');
  assert.doesNotMatch(Deno.inspect({ password }), /hunter2/);
  assert.equal(password.reveal(), "hunter2");
});

Deno.test("an empty Secret is visibly empty", () => {
  assert.equal(JSON.stringify(new Secret("")), '""');
  assert.ok(new Secret("").empty);
});

Deno.test("secret() is a schema that hides what it takes", () => {
  const schema = z.strictObject({ token: secret("TOKEN") });
  assert.equal(schema.parse({ token: "abc" }).token.reveal(), "abc");
  assert.deepEqual(notesOf(schema.shape.token), { secret: true, indirect: true, variable: "TOKEN" });
});
