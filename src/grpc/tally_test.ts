import { strict as assert } from "node:assert";
import { callUnary, GrpcChannel } from "./client.ts";
import { GrpcServer, unary } from "./server.ts";
import { GrpcError, Status } from "./status.ts";

Deno.test("RPCs are counted when they are over, by method and status; paths of a client's own are one", async () => {
  const copy = (bytes: Uint8Array) => bytes.slice();
  const refuse = () => Promise.reject(new GrpcError(Status.NOT_FOUND, "none"));
  await using server = GrpcServer.listen({
    hostname: "127.0.0.1",
    port: 0,
    methods: new Map([["/t/Echo", unary(copy, copy, copy)], ["/t/Refuse", unary(copy, copy, refuse)]]),
  });
  await using channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port: server.port });
  for (const path of ["/t/Echo", "/t/Echo", "/t/Refuse", "/t/invented-1", "/t/invented-2"]) {
    await callUnary(channel, path, new Uint8Array([1])).catch(() => {});
  }
  assert.deepEqual([...server.tally.counts()], [["/t/Echo", "OK", 2], ["/t/Refuse", "NOT_FOUND", 1], [
    "other",
    "UNIMPLEMENTED",
    2,
  ]]);
});
