import { strict as assert } from "node:assert";
import { hashPassword, isPasswordHash, PasswordChecks } from "./password.ts";

Deno.test("a password holds against its own hash, typed in either form of Unicode, and no other does", async () => {
  const [hash, again] = [await hashPassword("Käse, käse, käse"), await hashPassword("Käse, käse, käse")];
  assert.notEqual(hash, again);
  assert.match(hash, /^\$scrypt\$ln=14,r=8,p=5\$[\w+/]{22}\$[\w+/]{43}$/);
  const checks = new PasswordChecks();
  assert.equal(await checks.check("Käse, käse, käse", hash), true);
  assert.equal(await checks.check("Ka\u0308se, ka\u0308se, ka\u0308se", hash), true);
  assert.equal(await checks.check("käse, käse, käse", hash), false);
  assert.equal(await checks.check("", hash), false);
});

Deno.test("a hash of another maker is taken: RFC 7914's third vector, in PHC format", async () => {
  const vector = "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887";
  const salt = new TextEncoder().encode("SodiumChloride").toBase64({ omitPadding: true });
  const hash = `$scrypt$ln=14,r=8,p=1$${salt}$${Uint8Array.fromHex(vector).toBase64({ omitPadding: true })}`;
  assert.equal(await new PasswordChecks().check("pleaseletmein", hash), true);
});

Deno.test("a hash that would cost too much, or nothing, is not taken", () => {
  const [salt, hash] = ["c2FsdHNhbHRzYWx0c2FsdA", "aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo"];
  for (
    const [cost, taken] of [
      ["ln=14,r=8,p=5", true],
      ["ln=17,r=8,p=1", true],
      ["ln=20,r=8,p=1", false],
      [
        "ln=14,r=8,p=99",
        false,
      ],
      ["ln=1,r=1,p=1", false],
      ["ln=14,r=0,p=1", false],
    ] as const
  ) {
    assert.equal(isPasswordHash(`$scrypt$${cost}$${salt}$${hash}`), taken, cost);
  }
  for (const text of ["", "secret", `$argon2id$v=19$m=65536,t=3,p=4$${salt}$${hash}`]) {
    assert.equal(isPasswordHash(text), false);
  }
});

Deno.test("one password is checked at a time, twenty may wait, and more are told so at once", async () => {
  const checks = new PasswordChecks();
  const cheap = "$scrypt$ln=10,r=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo";
  const all = await Promise.all(Array.from({ length: 25 }, () => checks.check("x", cheap)));
  assert.deepEqual(all, [...Array(20).fill(false), ...Array(5).fill("busy")]);
  assert.equal(await checks.check("x", cheap), false);
  assert.equal(await checks.check("x", undefined), false);
});
