import { strict as assert } from "node:assert";
import { isLoopback } from "./loopback.ts";

Deno.test("isLoopback() knows the addresses that only this machine can reach", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "::1", "[::1]"]) {
    assert.ok(isLoopback(host), host);
  }
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "localhost.example.org", "127.0.0.1.example.org", ""]) {
    assert.ok(!isLoopback(host), host);
  }
});
