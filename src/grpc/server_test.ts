import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { connectHttp2 } from "../http2/client.ts";
import type { HeaderList } from "../http2/static_table.ts";
import { callUnary, type ClientListener, GrpcChannel } from "./client.ts";
import { GrpcServer, type GrpcServerOptions, type Method, type Rpc, unary } from "./server.ts";
import { GrpcError, Status } from "./status.ts";

const HOST = "127.0.0.1";

/** Answers every message with itself, and ends when the client does. */
const echo: Method = (rpc) => ({
  message: (bytes) => void rpc.send(bytes.view()),
  halfClosed: () => rpc.finish(),
  cancelled() {},
});
const reverse = unary(
  (bytes) => bytes.slice(),
  (answer: Uint8Array) => answer,
  (request) => Promise.resolve(request.reverse()),
);

function listen(methods: Record<string, Method>, options: Partial<GrpcServerOptions> = {}): GrpcServer {
  return GrpcServer.listen({
    hostname: HOST,
    port: 0,
    methods: new Map(Object.entries({ "/t/Echo": echo, "/t/Reverse": reverse, ...methods })),
    onError: (error) => assert.fail(String(error)),
    ...options,
  });
}

function connect(server: GrpcServer): Promise<GrpcChannel> {
  return GrpcChannel.connect({ hostname: HOST, port: server.port });
}

interface Outcome {
  readonly messages: Uint8Array[];
  readonly status: Status;
  readonly message: string;
}

/** Listens until the end; `each` hears every message as it comes. */
function outcome(each: (bytes: Uint8Array) => void = () => {}): { listener: ClientListener; done: Promise<Outcome> } {
  const messages: Uint8Array[] = [];
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const listener: ClientListener = {
    message(bytes) {
      messages.push(bytes.slice());
      each(bytes);
    },
    finished: (status, message) => resolve({ messages, status, message }),
  };
  return { listener, done: promise };
}

async function statusOf(promise: Promise<unknown>): Promise<Status> {
  const error = await promise.then(() => undefined, (error) => error);
  assert.ok(error instanceof GrpcError, String(error));
  return error.status;
}

Deno.test("a unary call gets its answer", async () => {
  await using server = listen({});
  await using channel = await connect(server);
  assert.deepEqual(await callUnary(channel, "/t/Reverse", Uint8Array.of(1, 2, 3)), Uint8Array.of(3, 2, 1));
});

Deno.test("messages of a megabyte pass both ways through windows of 64 KiB", async () => {
  await using server = listen({}, { maxMessageBytes: 1_048_576 });
  await using channel = await connect(server);
  const request = new Uint8Array(1_048_576).map((_, i) => i * 31);
  const answer = await callUnary(channel, "/t/Reverse", request);
  assert.deepEqual(answer.reverse(), request);
});

Deno.test("a bidirectional stream echoes message by message until the client ends it", async () => {
  await using server = listen({});
  await using channel = await connect(server);
  let count = 0;
  const { listener, done } = outcome((bytes) => {
    if (++count < 500) call.send(bytes);
    else call.halfClose();
  });
  const call = channel.open("/t/Echo", [], listener);
  call.send(new Uint8Array(200));
  const { messages, status } = await done;
  assert.deepEqual([messages.length, status], [500, Status.OK]);
});

Deno.test("metadata reaches the service, and the service's reaches the client", async () => {
  const seen: (string | undefined)[] = [];
  await using server = listen({
    "/t/Meta": (rpc) => {
      seen.push(rpc.metadata.get("trackingid"), rpc.path, rpc.peer.split(":")[0]);
      rpc.respondWith([["trackingid", "answer"]]);
      rpc.finish(Status.OK);
      return { message() {}, halfClosed() {}, cancelled() {} };
    },
  });
  await using channel = await connect(server);
  const { listener, done } = outcome();
  const got = Promise.withResolvers<string | undefined>();
  channel.open("/t/Meta", [["trackingid", "call-1"]], {
    ...listener,
    metadata: (metadata) => got.resolve(metadata.get("trackingid")),
  });
  assert.equal((await done).status, Status.OK);
  assert.deepEqual([...seen, await got.promise], ["call-1", "/t/Meta", HOST, "answer"]);
});

const REFUSALS: Record<string, [Method, Status, string]> = {
  "a GrpcError when it is taken": [
    () => {
      throw new GrpcError(Status.UNAUTHENTICATED, "who? ü %");
    },
    Status.UNAUTHENTICATED,
    "who? ü %",
  ],
  "a GrpcError for a message": [
    () => ({
      message() {
        throw new GrpcError(Status.INVALID_ARGUMENT, "no");
      },
      halfClosed() {},
      cancelled() {},
    }),
    Status.INVALID_ARGUMENT,
    "no",
  ],
  "something else, which stays inside": [
    unary((bytes) => bytes, (bytes: Uint8Array) => bytes, () => Promise.reject(new Error("secret"))),
    Status.INTERNAL,
    "internal error",
  ],
};

for (const [what, [method, status, message]] of Object.entries(REFUSALS)) {
  Deno.test(`an RPC whose method throws ${what} ends with ${status}`, async () => {
    const errors: unknown[] = [];
    await using server = listen({ "/t/M": method }, { onError: (error) => errors.push(error) });
    await using channel = await connect(server);
    await assert.rejects(callUnary(channel, "/t/M", Uint8Array.of(1)), { status, message });
    assert.equal(errors.length, message === "internal error" ? 1 : 0);
  });
}

Deno.test("an unknown method and a message too long end alone, and a bystander is served", async () => {
  await using server = listen({}, { maxMessageBytes: 1000 });
  await using channel = await connect(server);
  const { listener, done } = outcome();
  const bystander = channel.open("/t/Echo", [], listener);
  bystander.send(Uint8Array.of(1));
  assert.equal(await statusOf(callUnary(channel, "/t/None", Uint8Array.of(1))), Status.UNIMPLEMENTED);
  assert.equal(await statusOf(callUnary(channel, "/t/Echo", new Uint8Array(1001))), Status.RESOURCE_EXHAUSTED);
  bystander.send(Uint8Array.of(2));
  bystander.halfClose();
  assert.deepEqual(await done, { messages: [Uint8Array.of(1), Uint8Array.of(2)], status: Status.OK, message: "" });
});

Deno.test("a deadline ends the RPC at both ends", async () => {
  const cancelled = Promise.withResolvers<void>();
  await using server = listen({ "/t/Never": () => ({ message() {}, halfClosed() {}, cancelled: cancelled.resolve }) });
  await using channel = await connect(server);
  const call = callUnary(channel, "/t/Never", Uint8Array.of(1), [], { timeoutMs: 20 });
  assert.equal(await statusOf(call), Status.DEADLINE_EXCEEDED);
  await cancelled.promise;
});

Deno.test("the service hears a client that cancels, and one whose connection is lost", async () => {
  const opened: Rpc[] = [];
  let cancels = 0;
  let wake = Promise.withResolvers<void>();
  const step = async () => {
    await wake.promise;
    wake = Promise.withResolvers();
  };
  await using server = listen({
    "/t/Hold": (rpc) => {
      opened.push(rpc);
      wake.resolve();
      return { message() {}, halfClosed() {}, cancelled: () => (cancels++, wake.resolve()) };
    },
  });
  const channel = await connect(server);
  const first = outcome();
  const call = channel.open("/t/Hold", [], first.listener);
  await step();
  call.cancel();
  await step();
  assert.equal((await first.done).status, Status.CANCELLED);
  const second = outcome();
  channel.open("/t/Hold", [], second.listener);
  await step();
  await channel[Symbol.asyncDispose]();
  if (cancels < 2) await step();
  assert.equal(opened[1]!.send(Uint8Array.of(1)), false);
});

Deno.test("a client whose requests are wrong is cut off in the end, and the service hears of each RPC's end once", async () => {
  const ends: number[] = [];
  await using server = listen({
    "/t/Wrong": () => {
      const at = ends.push(0) - 1;
      return {
        message() {
          throw new GrpcError(Status.INVALID_ARGUMENT, "another expected");
        },
        halfClosed() {},
        cancelled: () => void ends[at]!++,
      };
    },
  });
  await using channel = await connect(server);
  for (let asked = 0; asked < 5000 && !channel.closed; asked++) {
    await callUnary(channel, "/t/Wrong", Uint8Array.of(1)).catch(() => {});
  }
  assert.ok(channel.closed, "the connection is still open");
  assert.deepEqual([...new Set(ends)], [1]);
});

Deno.test("a service that ends before the client has is done, and the client hears the end", async () => {
  await using server = listen({
    "/t/Early": (rpc) => ({
      message: () => rpc.finish(Status.ABORTED, "enough"),
      halfClosed() {},
      cancelled: () => assert.fail("not cancelled"),
    }),
  });
  await using channel = await connect(server);
  const { listener, done } = outcome();
  const call = channel.open("/t/Early", [], listener);
  call.send(Uint8Array.of(1));
  assert.deepEqual(await done, { messages: [], status: Status.ABORTED, message: "enough" });
  assert.equal(call.send(Uint8Array.of(1)), false);
});

Deno.test("a paused RPC takes no more than its window, and goes on where it stopped", async () => {
  const taken = Promise.withResolvers<Rpc>();
  let received = 0;
  await using server = listen({
    "/t/Slow": (rpc) => {
      rpc.pause();
      taken.resolve(rpc);
      return { message: (bytes) => void (received += bytes.length), halfClosed: () => rpc.finish(), cancelled() {} };
    },
  });
  await using channel = await connect(server);
  const drained = Promise.withResolvers<void>();
  const { listener, done } = outcome();
  const call = channel.open("/t/Slow", [], { ...listener, drained: drained.resolve });
  let sent = 0;
  for (let going = true; going; sent += 1000) going = call.send(new Uint8Array(1000));
  assert.ok(sent < 65_535 + 65_536 + 2000, `${sent} bytes are the window and the high-water mark`);
  const rpc = await taken.promise;
  await callUnary(channel, "/t/Reverse", Uint8Array.of(1));
  assert.equal(received, 0);
  rpc.resume();
  await drained.promise;
  call.halfClose();
  assert.equal((await done).status, Status.OK);
  assert.equal(received, sent);
});

Deno.test("a service that sends too fast is told to stop, and when to go on", async () => {
  await using server = listen({
    "/t/Pour": (rpc) => {
      let left = 300;
      const pour = () => {
        while (left > 0 && rpc.send(new Uint8Array(10_000))) left--;
        if (left === 0) rpc.finish();
        else left--;
      };
      return { message() {}, halfClosed: pour, cancelled() {}, drained: pour };
    },
  });
  await using channel = await connect(server);
  const { listener, done } = outcome();
  channel.open("/t/Pour", [], listener).halfClose();
  const { messages, status } = await done;
  assert.deepEqual([messages.length, status], [300, Status.OK]);
});

Deno.test("a drained server finishes its RPCs, takes no new ones and closes", async () => {
  const server = listen({});
  await using channel = await connect(server);
  const echoed = Promise.withResolvers<void>();
  const { listener, done } = outcome(() => echoed.resolve());
  const call = channel.open("/t/Echo", [], listener);
  call.send(Uint8Array.of(1));
  await echoed.promise;
  server.drain();
  call.send(Uint8Array.of(2));
  while (!channel.closed) await callUnary(channel, "/t/Reverse", Uint8Array.of(1)).catch(() => {});
  assert.equal(await statusOf(callUnary(channel, "/t/Reverse", Uint8Array.of(1))), Status.UNAVAILABLE);
  assert.equal(await statusOf(connect(server)), Status.UNAVAILABLE);
  call.halfClose();
  assert.deepEqual([(await done).messages.length, (await done).status], [2, Status.OK]);
  await server.closed;
  assert.equal(server.connections, 0);
});

/** Sends one message, said to be compressed, and resolves with the head and the trailers of the answer. */
async function sendCompressed(server: GrpcServer, encoding: string, body: Uint8Array): Promise<HeaderList> {
  const connection = await connectHttp2({ hostname: HOST, port: server.port });
  const { promise, resolve } = Promise.withResolvers<HeaderList>();
  let head: HeaderList = [];
  const stream = connection.open([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", "/t/Reverse"],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
    ["grpc-encoding", encoding],
  ], {
    headers: (headers) => void (head = headers),
    data: (bytes) => stream.consume(bytes.length),
    ended: (trailers) => resolve([...head, ...trailers]),
    lost: (_code, reason) => assert.fail(reason),
  });
  stream.send(body, Uint8Array.of(1, 0, 0, body.length >>> 8, body.length));
  stream.end();
  const fields = await promise;
  connection.close();
  await connection.ended;
  return fields;
}

Deno.test("a compressed request is taken, and one that unfolds beyond the limit or is packed in another way is not", async () => {
  await using server = listen({}, { maxMessageBytes: 100_000 });
  const cases: [encoding: string, body: Uint8Array, status: Status][] = [
    ["gzip", gzipSync(new Uint8Array(100_000)), Status.OK],
    ["gzip", gzipSync(new Uint8Array(10_000_000)), Status.RESOURCE_EXHAUSTED],
    ["snappy", gzipSync(new Uint8Array(1)), Status.UNIMPLEMENTED],
  ];
  for (const [encoding, body, status] of cases) {
    const fields = new Map(await sendCompressed(server, encoding, body));
    assert.deepEqual([fields.get("grpc-status"), fields.get("grpc-accept-encoding")], [
      String(status),
      "identity,gzip",
    ]);
  }
});

Deno.test("the server counts what happens on its connections", async () => {
  await using server = listen({});
  const channel = await connect(server);
  await callUnary(channel, "/t/Reverse", new Uint8Array(1000));
  await channel[Symbol.asyncDispose]();
  const { connections, streams, bytesReceived, bytesSent, offences } = server.counters;
  assert.deepEqual([connections, streams, offences], [1, 1, {}]);
  assert.ok(bytesReceived > 1000 && bytesSent > 1000);
});
