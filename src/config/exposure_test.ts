import { strict as assert } from "node:assert";
import { exposed } from "./exposure.ts";

const NONE = { validates: false, login: false };

/** The keys that are refused when both ports listen on `host`. */
function refused(host: string, guards = NONE, enabled = true): string[] {
  return exposed({ gateway: { host }, monitoring: { enabled, host } }, guards).map(({ path }) => path.join("."));
}

Deno.test("ports that only this machine reaches need no guard", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "::1", "[::1]"]) {
    assert.deepEqual(refused(host), [], host);
  }
});

Deno.test("ports that others reach need one each", () => {
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "gateway.example", "127.0.0.1.example", "localhost.example"]) {
    assert.deepEqual(refused(host), ["gateway.host", "monitoring.host"], host);
  }
  assert.deepEqual(refused("0.0.0.0", { validates: true, login: false }), ["monitoring.host"]);
  assert.deepEqual(refused("0.0.0.0", { validates: false, login: true }), ["gateway.host"]);
  assert.deepEqual(refused("0.0.0.0", { validates: true, login: true }), []);
});

Deno.test("a dashboard that is not there needs no guard", () => {
  assert.deepEqual(refused("0.0.0.0", NONE, false), ["gateway.host"]);
});
