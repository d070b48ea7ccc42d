import assert from "node:assert/strict";
import { Authority } from "../../tests/certificates.ts";
import { until } from "../../tests/until.ts";
import { connectHttp2 } from "./client.ts";
import { ErrorCode, Http2Error } from "./errors.ts";
import type { ClientTls } from "./tls.ts";

const HOST = "127.0.0.1";

Deno.test("whoever gives up connecting leaves no socket behind, whenever that is", async () => {
  using server = silentServer();
  let gaveUp = 0;
  for (let round = 0; round < 150; round++) {
    const attempts = Array.from({ length: 8 }, async () => {
      await assert.rejects(connectHttp2({ hostname: HOST, port: server.port, connectTimeoutMs: 2 }), isTooLate);
      gaveUp++;
    });
    await Promise.resolve();
    hold(round % 5); // the time is over while the connection comes to stand
    await Promise.all(attempts);
  }
  assert.equal(gaveUp, 1200);
  await until(() => server.open === 0);
});

Deno.test("over TLS, with and without a certificate of its own, a client waits no longer than it says", async () => {
  const authority = await Authority.create("Some Authority");
  const identity = await authority.issue({ commonName: "client.test", for: "client" });
  using server = silentServer();
  for (const tls of [{ caCerts: [authority.cert] }, { caCerts: [authority.cert], identity }] satisfies ClientTls[]) {
    const attempt = connectHttp2({ hostname: HOST, port: server.port, tls, connectTimeoutMs: 50 });
    await assert.rejects(attempt, isTooLate);
  }
});

function isTooLate(error: unknown): boolean {
  assert.ok(error instanceof Http2Error, `${error}`);
  assert.equal(error.code, ErrorCode.CONNECT_ERROR);
  assert.match(error.message, /an answer expected: received none in/);
  return true;
}

/** Accepts whoever comes and says nothing. */
function silentServer() {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  const conns = new Set<Deno.TcpConn>();
  const hear = async (conn: Deno.TcpConn) => {
    conns.add(conn);
    const sink = new Uint8Array(1024);
    try {
      while (await conn.read(sink) !== null);
    } catch {
      // reset
    }
    if (conns.delete(conn)) conn.close();
  };
  (async () => {
    for await (const conn of listener) void hear(conn);
  })();
  return {
    port: listener.addr.port,
    get open() {
      return conns.size;
    },
    [Symbol.dispose]() {
      listener.close();
      for (const conn of conns) conn.close();
      conns.clear();
    },
  };
}

function hold(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}
