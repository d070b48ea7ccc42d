import assert from "node:assert/strict";
import { connectHttp2 } from "../http2/client.ts";
import { Http2Listener } from "../http2/listener.ts";
import { valueOf } from "../http2/message_head.ts";
import type { HeaderField, HeaderList } from "../http2/static_table.ts";
import type { Accept } from "../http2/stream.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import { callUnary, GrpcChannel } from "./client.ts";
import type { Metadata } from "./metadata.ts";
import { GrpcServer, type GrpcServerOptions, type Method, type Rpc, unary } from "./server.ts";
import { GrpcError, Status } from "./status.ts";

const HOST = "127.0.0.1";
const echo = unary((bytes) => bytes.slice(), (answer: Uint8Array) => answer, (request) => request);

function listen(methods: Record<string, Method> = {}, options: Partial<GrpcServerOptions> = {}): GrpcServer {
  return GrpcServer.listen({
    hostname: HOST,
    port: 0,
    methods: new Map(Object.entries({ "/t/Echo": echo, ...methods })),
    onError: (error) => assert.fail(String(error)),
    ...options,
  });
}

function connect(server: { readonly port: number }): Promise<GrpcChannel> {
  return GrpcChannel.connect({ hostname: HOST, port: server.port });
}

async function statusOf(promise: Promise<unknown>): Promise<Status> {
  const error = await promise.then(() => undefined, (error) => error);
  assert.ok(error instanceof GrpcError, String(error));
  return error.status;
}

Deno.test("a service's last metadata reaches the client behind the status, with messages before it and without", async () => {
  await using server = listen({
    "/t/Trail": (rpc) => ({
      message: (bytes) => void rpc.send(bytes.view()),
      halfClosed: () => rpc.finish(Status.OK, "", [["cost", "7"], ["mark-bin", "q6sA/w"]]),
      cancelled() {},
    }),
  });
  await using channel = await connect(server);
  for (const messages of [0, 1]) {
    const { promise, resolve } = Promise.withResolvers<Metadata>();
    const call = channel.open("/t/Trail", [], { message() {}, finished: (_status, _message, last) => resolve(last) });
    for (let sent = 0; sent < messages; sent++) call.send(Uint8Array.of(1));
    call.halfClose();
    const trailers = await promise;
    assert.deepEqual([trailers.get("grpc-status"), trailers.get("cost")], ["0", "7"]);
    assert.deepEqual(trailers.bytes("mark-bin"), Uint8Array.of(0xab, 0xab, 0x00, 0xff));
  }
});

Deno.test("last metadata that is none ends the RPC as a defect, and its listener hears so", async () => {
  const errors: unknown[] = [];
  const halfClosed = (rpc: Rpc) => () => rpc.finish(Status.OK, "", [["grpc-status", "7"]]);
  const method: Method = (rpc) => ({ message() {}, halfClosed: halfClosed(rpc), cancelled() {} });
  await using server = listen({ "/t/M": method }, { onError: (error) => errors.push(error) });
  await using channel = await connect(server);
  await assert.rejects(callUnary(channel, "/t/M", Uint8Array.of(1)), { status: Status.INTERNAL });
  assert.ok(errors[0] instanceof TypeError);
});

/** Requests of HTTP that are RPCs or not, and what they are answered with. */
const REQUESTS: Record<string, [status: string, method: string, contentType: string | undefined]> = {
  "GET": ["405", "GET", "application/grpc"],
  "no content-type": ["415", "POST", undefined],
  "a content-type of the web": ["415", "POST", "application/json"],
  "one that only begins like gRPC's": ["415", "POST", "application/grpcx"],
  "gRPC's with a format": ["200", "POST", "application/grpc+proto"],
  "gRPC's with a parameter": ["200", "POST", "application/grpc;charset=utf-8"],
};

for (const [what, [status, method, contentType]] of Object.entries(REQUESTS)) {
  Deno.test(`a request with ${what} is answered with ${status}`, async () => {
    await using server = listen({});
    const connection = await connectHttp2({ hostname: HOST, port: server.port });
    const { promise, resolve } = Promise.withResolvers<string>();
    const type: HeaderField[] = contentType === undefined ? [] : [["content-type", contentType]];
    const stream = connection.open([[":method", method], [":scheme", "http"], [":path", "/t/Echo"], ...type], {
      headers: (answer) => resolve(valueOf(answer, ":status")!),
      data() {},
      ended() {},
      lost() {},
    });
    stream.end();
    assert.equal(await promise, status);
    connection.close();
    await connection.ended;
  });
}

/** Answers, some of which no gRPC server gives, and the status that they come to. */
const ANSWERS: Record<string, [status: Status, head: HeaderList]> = {
  "503": [Status.UNAVAILABLE, [[":status", "503"]]],
  "401": [Status.UNAUTHENTICATED, [[":status", "401"]]],
  "404": [Status.UNIMPLEMENTED, [[":status", "404"]]],
  "a page": [Status.UNKNOWN, [[":status", "200"], ["content-type", "text/html"]]],
  "503 and a status of gRPC": [Status.ABORTED, [[":status", "503"], ["grpc-status", "10"]]],
  "no status": [Status.UNKNOWN, [[":status", "200"], ["content-type", "application/grpc"]]],
};

for (const [what, [status, head]] of Object.entries(ANSWERS)) {
  Deno.test(`an RPC that is answered with ${what} ends with ${status}`, async () => {
    const accept: Accept = (stream) => ({ data() {}, ended: () => stream.sendHeaders(head, true), lost() {} });
    const listener = new Http2Listener({ hostname: HOST, port: 0, accept });
    await using channel = await GrpcChannel.connect({ hostname: HOST, port: listener.port });
    assert.equal(await statusOf(callUnary(channel, "/t/Echo", Uint8Array.of(1))), status);
    listener.close();
    await listener.closed;
  });
}

Deno.test("an RPC that brings no message in time is ended, and so is one that brings one and not its end, where that counts", async () => {
  const clock = new ManualClock();
  const stream: Method = () => ({ message() {}, halfClosed() {}, cancelled: () => void cancelled++ });
  let cancelled = 0;
  await using server = listen({ "/t/Stream": stream }, { clock, firstMessageMs: 1000 });
  await using channel = await connect(server);
  const ends: Promise<[Status, string]>[] = [];
  const open = (path: string) => {
    const { promise, resolve } = Promise.withResolvers<[Status, string]>();
    ends.push(promise);
    return channel.open(path, [], { message() {}, finished: (status, message) => resolve([status, message]) });
  };
  open("/t/Stream");
  open("/t/Echo").send(Uint8Array.of(1));
  const heard = open("/t/Stream");
  heard.send(Uint8Array.of(1));
  assert.deepEqual(await callUnary(channel, "/t/Echo", Uint8Array.of(2)), Uint8Array.of(2)); // so all are there
  clock.advance(1000);
  const late = [Status.DEADLINE_EXCEEDED, "no request came within 1 s"];
  assert.deepEqual([await ends[0], await ends[1], cancelled], [late, late, 1]);
  heard.cancel();
  assert.deepEqual(await ends[2], [Status.CANCELLED, "cancelled"]);
});

Deno.test("a method may take less than its server", async () => {
  const brief: Method = (rpc) => {
    rpc.limitMessages(10);
    return echo(rpc);
  };
  await using server = listen({ "/t/Brief": brief });
  await using channel = await connect(server);
  assert.equal((await callUnary(channel, "/t/Brief", new Uint8Array(10))).length, 10);
  assert.equal(await statusOf(callUnary(channel, "/t/Brief", new Uint8Array(11))), Status.RESOURCE_EXHAUSTED);
  assert.equal((await callUnary(channel, "/t/Echo", new Uint8Array(11))).length, 11);
});

Deno.test("messages that anybody may send by halves take no room from others", async () => {
  const brief: Method = (rpc) => {
    rpc.limitMessages(1000);
    return echo(rpc);
  };
  await using server = listen({ "/t/Brief": brief }, { maxHeldBytes: 64 * 1024, maxConcurrentStreams: 1000 });
  const connection = await connectHttp2({ hostname: HOST, port: server.port });
  const { promise: refused, resolve } = Promise.withResolvers<string | undefined>();
  const open = (path: string, trailers: (list: HeaderList) => void = () => {}) =>
    connection.open([
      ...[[":method", "POST"], [":scheme", "http"], [":path", path]] as HeaderField[],
      ["content-type", "application/grpc"],
    ], { headers: trailers, data() {}, ended: trailers, lost() {} });
  for (let count = 0; count < 100; count++) {
    const stream = open(
      "/t/Brief",
      (list) => void (valueOf(list, "grpc-status") && resolve(valueOf(list, "grpc-status"))),
    );
    stream.send(new Uint8Array(500), Uint8Array.of(0, 0, 0, 0x03, 0xe8));
  }
  assert.equal(await refused, String(Status.RESOURCE_EXHAUSTED));
  const { promise: ended, resolve: end } = Promise.withResolvers<string | undefined>();
  const whole = open("/t/Echo", (list) => void (valueOf(list, "grpc-status") && end(valueOf(list, "grpc-status"))));
  whole.send(new Uint8Array(20_000), Uint8Array.of(0, 0, 0, 0x4e, 0x20)); // in two DATA frames
  whole.end();
  assert.equal(await ended, String(Status.OK));
  connection.close();
  await connection.ended;
});

Deno.test("a request that is no RPC is answered although its body never ends", async () => {
  const clock = new ManualClock();
  await using server = listen({}, { clock });
  const connection = await connectHttp2({ hostname: HOST, port: server.port });
  const { promise, resolve } = Promise.withResolvers<string>();
  connection.open([[":method", "PUT"], [":scheme", "http"], [":path", "/"]], {
    headers: (answer) => resolve(valueOf(answer, ":status")!),
    data() {},
    ended() {},
    lost() {},
  });
  while (server.counters.streams === 0) await new Promise((done) => setTimeout(done, 1));
  clock.advance(5000);
  assert.equal(await promise, "405");
  connection.close();
  await connection.ended;
});

Deno.test("whoever disposes a channel hears that its RPCs are cancelled", async () => {
  await using server = listen();
  const channel = await connect(server);
  const { promise, resolve } = Promise.withResolvers<Status>();
  channel.open("/t/Echo", [], { message() {}, finished: resolve });
  await channel[Symbol.asyncDispose]();
  assert.equal(await promise, Status.CANCELLED);
});
