import { strict as assert } from "node:assert";
import { Hono } from "hono";
import { peerOf } from "./peer.ts";

/** Whom a request counts as, by where it comes from and what a proxy says. */
async function peer(from: string, forwarded?: string): Promise<string> {
  const app = new Hono().get("/", (c) => c.text(peerOf(c)));
  const headers = forwarded === undefined ? undefined : { "X-Forwarded-For": forwarded };
  return await (await app.request("/", { headers: headers ?? {} }, { remoteAddr: { hostname: from } })).text();
}

Deno.test("whoever asks counts by the address of the connection, whatever they say themselves", async () => {
  assert.equal(await peer("192.0.2.7"), "192.0.2.7");
  assert.equal(await peer("192.0.2.7", "198.51.100.1"), "192.0.2.7");
  assert.equal(await peer("::ffff:192.0.2.7"), "192.0.2.7");
});

Deno.test("a proxy on this machine says for whom it asks, with the last address of its list", async () => {
  assert.equal(await peer("127.0.0.1", "10.9.9.9, 198.51.100.1"), "198.51.100.1");
  assert.equal(await peer("::1", "198.51.100.1"), "198.51.100.1");
  for (const strange of ["", "unknown", "a b", "<script>", "1".repeat(100)]) {
    assert.equal(await peer("127.0.0.1", strange), "127.0.0.1", strange);
  }
});

Deno.test("an IPv6 address counts as its network of 64 bits, however it is written", async () => {
  for (const address of ["2001:db8:0:1::5", "2001:0DB8:0000:0001:ffff:ffff:ffff:ffff", "2001:db8:0:1:1:1:1:1"]) {
    assert.equal(await peer(address), "2001:db8:0:1::/64", address);
  }
  assert.equal(await peer("2001:db8::5"), "2001:db8:0:0::/64");
  assert.equal(await peer("::1"), "::1");
  assert.equal(await peer("::5"), "0:0:0:0::/64");
});
