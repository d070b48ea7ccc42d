import { strict as assert } from "node:assert";
import { callUnary, GrpcChannel } from "../grpc/client.ts";
import { GrpcServer } from "../grpc/server.ts";
import { GrpcError, Status } from "../grpc/status.ts";
import {
  decodeHealthCheckResponse,
  decodeHealthListResponse,
  encodeHealthCheckRequest,
  Health,
  HealthCheckResponse_ServingStatus as Serving,
} from "./gen/health.ts";
import { HealthBoard } from "./health.ts";

const SERVICE = "com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent";

class TestBoard implements AsyncDisposable {
  readonly errors: unknown[] = [];
  readonly board = new HealthBoard();
  readonly server = GrpcServer.listen({
    hostname: "127.0.0.1",
    port: 0,
    methods: new Map(this.board.methods()),
    onError: (error) => this.errors.push(error),
  });
  channel!: GrpcChannel;

  static async open(): Promise<TestBoard> {
    const board = new TestBoard();
    board.channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port: board.server.port });
    return board;
  }

  async check(service: string): Promise<number> {
    const answer = await callUnary(this.channel, Health.Check, encodeHealthCheckRequest({ service }));
    return decodeHealthCheckResponse(answer).status;
  }

  /** Watches a service; says that no more requests come when it `leaves`. Returns what is said, and the status when it ends. */
  watch(request: Uint8Array, leaves = true) {
    const said: number[] = [];
    let wake = () => {};
    const ended = Promise.withResolvers<number>();
    const call = this.channel.open(Health.Watch, [], {
      message(bytes) {
        said.push(decodeHealthCheckResponse(bytes).status);
        wake();
      },
      finished: (status) => ended.resolve(status),
    });
    const ask = (bytes: Uint8Array) => call.send(bytes);
    ask(request);
    if (leaves) call.halfClose();
    const until = async (count: number) => {
      while (said.length < count) await new Promise<void>((resolve) => wake = resolve);
    };
    return { said, until, ask, ended: ended.promise, cancel: () => call.cancel() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.channel[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

Deno.test("Check answers for the server and the service by its real name, and NOT_FOUND for any other", async () => {
  await using house = await TestBoard.open();
  assert.equal(await house.check(""), Serving.NOT_SERVING);
  house.board.serving = true;
  assert.deepEqual([await house.check(""), await house.check(SERVICE)], [Serving.SERVING, Serving.SERVING]);
  const notFound = (error: unknown) => error instanceof GrpcError && error.status === Status.NOT_FOUND;
  await assert.rejects(house.check("nobody"), notFound);
});

Deno.test("List names every service with its state", async () => {
  await using house = await TestBoard.open();
  house.board.serving = true;
  const { statuses } = decodeHealthListResponse(await callUnary(house.channel, Health.List, new Uint8Array()));
  assert.deepEqual(Object.keys(statuses), [...house.board.services]);
  assert.equal(statuses[SERVICE]!.status, Serving.SERVING);
});

Deno.test("Watch says what holds, then every change, once each, and ends when the gateway stops", async () => {
  await using house = await TestBoard.open();
  const watch = house.watch(encodeHealthCheckRequest({ service: SERVICE }));
  await watch.until(1);
  for (const serving of [true, true, false]) house.board.serving = serving;
  await watch.until(3);
  assert.deepEqual(watch.said, [Serving.NOT_SERVING, Serving.SERVING, Serving.NOT_SERVING]);
  house.board.dismiss();
  assert.equal(await watch.ended, Status.UNAVAILABLE);
});

Deno.test("Watch takes one request: a second one ends it, so that nobody has answers pile up", async () => {
  await using house = await TestBoard.open();
  const watch = house.watch(encodeHealthCheckRequest({ service: SERVICE }), false);
  await watch.until(1);
  watch.ask(encodeHealthCheckRequest({ service: SERVICE }));
  assert.equal(await watch.ended, Status.INVALID_ARGUMENT);
  assert.equal(watch.said.length, 1);
  assert.deepEqual(house.errors, []);
});

Deno.test("Watch of an unknown service says so and goes on; one that is cancelled is told nothing more", async () => {
  await using house = await TestBoard.open();
  const unknown = house.watch(encodeHealthCheckRequest({ service: "nobody" }));
  await unknown.until(1);
  assert.deepEqual(unknown.said, [Serving.SERVICE_UNKNOWN]);
  const left = house.watch(encodeHealthCheckRequest({}));
  await left.until(1);
  left.cancel();
  await left.ended;
  await house.check("");
  house.board.serving = true;
  await house.check("");
  assert.deepEqual(left.said, [Serving.NOT_SERVING]);
});

Deno.test("bytes that are no request are INVALID_ARGUMENT, and nothing for the operator's log", async () => {
  await using house = await TestBoard.open();
  const watch = house.watch(new Uint8Array([0xff]));
  assert.equal(await watch.ended, Status.INVALID_ARGUMENT);
  assert.deepEqual(house.errors, []);
});
