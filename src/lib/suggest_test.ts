import { strict as assert } from "node:assert";
import { nearest } from "./suggest.ts";

const KEYS = ["host", "port", "max_connections", "drain_seconds"];

Deno.test("nearest() finds the name behind a slip of the finger", () => {
  assert.equal(nearest("prot", KEYS), "port");
  assert.equal(nearest("hots", KEYS), "host");
  assert.equal(nearest("PORT", KEYS), "port");
  assert.equal(nearest("max_conections", KEYS), "max_connections");
  assert.equal(nearest("drain_second", KEYS), "drain_seconds");
});

Deno.test("nearest() prefers the nearer of two", () => {
  assert.equal(nearest("parts", ["party", "parties", "ports"]), "party");
  assert.equal(nearest("port", ["part", "port"]), "port");
});

Deno.test("nearest() says nothing rather than something far-fetched", () => {
  assert.equal(nearest("threshold", KEYS), undefined);
  assert.equal(nearest("p", ["host", "port"]), undefined);
  assert.equal(nearest("port", []), undefined);
  assert.equal(nearest("p".repeat(10_000), ["p".repeat(10_000)]), undefined);
});
