import assert from "node:assert/strict";
import { callUnary, GrpcChannel } from "./client.ts";
import { GrpcServer, type GrpcServerOptions, unary } from "./server.ts";
import { GrpcError, Status } from "./status.ts";

const HOST = "127.0.0.1";
const FILES = new URL("../../tests/fixtures/tls/", import.meta.url);
/** A certificate for gateway.test, localhost and 127.0.0.1, signed by an authority that only tests trust. */
const CERT = await Deno.readTextFile(new URL("server.pem", FILES));
const KEY = await Deno.readTextFile(new URL("server.key", FILES));
const AUTHORITY = await Deno.readTextFile(new URL("authority.pem", FILES));

const reverse = unary((bytes) => bytes.slice(), (bytes: Uint8Array) => bytes, (request) => request.reverse());

function listen(options: Partial<GrpcServerOptions> = {}): GrpcServer {
  return GrpcServer.listen({
    hostname: HOST,
    port: 0,
    tls: { cert: CERT, key: KEY },
    methods: new Map([["/t/Reverse", reverse]]),
    onError: (error) => assert.fail(String(error)),
    ...options,
  });
}

function connect({ port }: GrpcServer, serverName = "gateway.test"): Promise<GrpcChannel> {
  return GrpcChannel.connect({ hostname: HOST, port, tls: { caCerts: [AUTHORITY], serverName } });
}

async function unavailable(connecting: Promise<GrpcChannel>): Promise<string> {
  const error = await connecting.then(() => undefined, (error) => error);
  assert.ok(error instanceof GrpcError && error.status === Status.UNAVAILABLE, String(error));
  return error.message;
}

Deno.test("calls pass over TLS, a megabyte both ways among them", async () => {
  await using server = listen();
  await using channel = await connect(server);
  assert.deepEqual(await callUnary(channel, "/t/Reverse", Uint8Array.of(1, 2, 3)), Uint8Array.of(3, 2, 1));
  const long = new Uint8Array(1_000_000).map((_, i) => i * 31);
  assert.deepEqual((await callUnary(channel, "/t/Reverse", long)).reverse(), long);
});

Deno.test("a client does not talk to a server of another name, or one that nobody vouches for", async () => {
  const offences: number[] = [];
  await using server = listen({ onOffence: ({ code }) => offences.push(code) });
  assert.match(await unavailable(connect(server, "other.test")), /certificate/);
  const trusting = GrpcChannel.connect({ hostname: HOST, port: server.port, tls: true });
  assert.match(await unavailable(trusting), /certificate/);
});

Deno.test("a peer that does not negotiate HTTP/2, or does not speak TLS, is refused with a reason", async () => {
  const offences: string[] = [];
  const twice = Promise.withResolvers<void>();
  await using server = listen({
    onOffence: ({ reason }) => {
      if (offences.push(reason) === 2) twice.resolve();
    },
  });
  const tcp = await Deno.connect({ hostname: HOST, port: server.port });
  using unnegotiated = await Deno.startTls(tcp, { hostname: "gateway.test", caCerts: [AUTHORITY] });
  assert.equal((await unnegotiated.handshake()).alpnProtocol, null);
  assert.equal(await unnegotiated.read(new Uint8Array(100)).catch(() => null), null);
  using plain = await Deno.connect({ hostname: HOST, port: server.port });
  await plain.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  await twice.promise;
  assert.match(offences[0]!, /protocol "h2"/);
  assert.match(offences[1]!, /handshake of TLS/);
  assert.deepEqual(server.counters.offences, { HTTP_1_1_REQUIRED: 1, INADEQUATE_SECURITY: 1 });
});

Deno.test("handshakes that never end hold nobody up, and are cut off in time", async () => {
  await using server = listen({ handshakeTimeoutMs: 300 });
  const mute = await Promise.all(
    Array.from({ length: 50 }, () => Deno.connect({ hostname: HOST, port: server.port })),
  );
  await using channel = await connect(server);
  assert.deepEqual(await callUnary(channel, "/t/Reverse", Uint8Array.of(1, 2)), Uint8Array.of(2, 1));
  for (const socket of mute) {
    assert.equal(await socket.read(new Uint8Array(1)).catch(() => null), null);
    socket.close();
  }
  assert.equal(server.counters.offences["SETTINGS_TIMEOUT"], 50);
  assert.equal(server.connections, 1);
});
