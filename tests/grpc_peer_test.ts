import assert from "node:assert/strict";
import { callUnary, type ClientListener, GrpcChannel } from "../src/grpc/client.ts";
import { GrpcServer, type Method, unary } from "../src/grpc/server.ts";
import { GrpcError, Status } from "../src/grpc/status.ts";

const HOST = "127.0.0.1";

/** A peer in a process of its own. */
function peer(script: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", new URL(`peers/${script}`, import.meta.url).pathname, ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
}

/** The lines of a process's output, one by one. */
function linesOf(output: ReadableStream<Uint8Array<ArrayBuffer>>): () => Promise<string> {
  const reader = output.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return async () => {
    while (!text.includes("\n")) {
      const { done, value } = await reader.read();
      assert.ok(!done, "the peer ended before a line was complete");
      text += value;
    }
    const line = text.slice(0, text.indexOf("\n"));
    text = text.slice(line.length + 1);
    return line;
  };
}

Deno.test("grpc-js as a client gets along with our server", async () => {
  const heard: unknown[] = [];
  const cancelled = Promise.withResolvers<void>();
  const echo: Method = (rpc) => {
    heard.push([...rpc.metadata.bytes("token-bin") ?? []]);
    rpc.respondWith([["trackingid", rpc.metadata.get("trackingid")!]]);
    return { message: (bytes) => void rpc.send(bytes.view()), halfClosed: () => rpc.finish(), cancelled() {} };
  };
  const hold: Method = (rpc) => ({
    message: (bytes) => void rpc.send(bytes.view()),
    halfClosed() {},
    cancelled: cancelled.resolve,
  });
  const refuse: Method = (rpc) => ({
    message: (bytes) => bytes.length > 0 ? rpc.finish(Status.NOT_FOUND, "50 % of ü") : undefined,
    halfClosed() {},
    cancelled() {},
  });
  const reverse = unary((bytes) => bytes.slice(), (bytes: Uint8Array) => bytes, (request) => request.reverse());
  await using server = GrpcServer.listen({
    hostname: HOST,
    port: 0,
    methods: new Map([
      ["/peer.Test/Reverse", reverse],
      ["/peer.Test/Echo", echo],
      ["/peer.Test/Refuse", refuse],
      ["/peer.Test/Hold", hold],
    ]),
    onError: (error) => assert.fail(String(error)),
  });
  const client = peer("grpc_js_client.ts", String(server.port));
  await client.stdin.close();
  const { stdout, success } = await client.output();
  assert.ok(success);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
    unary: 3,
    megabyte: 1_000_000,
    echo: [100, "call-1", 0],
    refused: [Status.NOT_FOUND, "50 % of ü"],
    unknown: Status.UNIMPLEMENTED,
    cancelled: Status.CANCELLED,
    deadline: Status.DEADLINE_EXCEEDED,
  });
  assert.deepEqual(heard, [[0, 1, 255]]);
  await cancelled.promise;
});

Deno.test("grpc-js as a server gets along with our client", async () => {
  const process = peer("grpc_js_server.ts");
  const line = linesOf(process.stdout);
  await using channel = await GrpcChannel.connect({ hostname: HOST, port: Number(await line()) });

  assert.deepEqual(await callUnary(channel, "/peer.Test/Reverse", Uint8Array.of(1, 2, 3)), Uint8Array.of(3, 2, 1));
  assert.equal((await callUnary(channel, "/peer.Test/Reverse", new Uint8Array(1_000_000))).length, 1_000_000);
  await assert.rejects(
    callUnary(channel, "/peer.Test/Refuse", Uint8Array.of(1)),
    (error) => error instanceof GrpcError && error.status === Status.NOT_FOUND && error.message === "50 % of ü",
  );
  await assert.rejects(callUnary(channel, "/peer.Test/None", Uint8Array.of(1)), { status: Status.UNIMPLEMENTED });
  await assert.rejects(callUnary(channel, "/peer.Test/Never", Uint8Array.of(1), [], { timeoutMs: 100 }), {
    status: Status.DEADLINE_EXCEEDED,
  });

  const echoed = Promise.withResolvers<unknown[]>();
  let tracking: string | undefined;
  let count = 0;
  const listener: ClientListener = {
    metadata: (metadata) => tracking = metadata.get("trackingid"),
    message: (bytes) => void (++count < 100 ? call.send(bytes) : call.halfClose()),
    finished: (status) => echoed.resolve([count, tracking, status]),
  };
  const call = channel.open("/peer.Test/Echo", [["trackingid", "call-1"]], listener);
  call.send(new Uint8Array(200));
  assert.deepEqual(await echoed.promise, [100, "call-1", Status.OK]);

  const held = Promise.withResolvers<Status>();
  const hold = channel.open("/peer.Test/Hold", [], { message: () => hold.cancel(), finished: held.resolve });
  assert.equal(await held.promise, Status.CANCELLED);
  assert.equal(await line(), "cancelled");

  await channel[Symbol.asyncDispose]();
  await process.stdin.close();
  await process.status;
});
