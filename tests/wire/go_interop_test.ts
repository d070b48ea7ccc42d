import assert from "node:assert/strict";
import { type ClientCall, GrpcChannel } from "../../src/grpc/client.ts";
import { Metadata } from "../../src/grpc/metadata.ts";
import { Status } from "../../src/grpc/status.ts";
import {
  ECHO_FIRST,
  ECHO_LAST,
  Empty,
  listenForGo,
  type Message,
  SimpleRequest,
  SimpleResponse,
  StreamingInputCallRequest,
  StreamingInputCallResponse,
  StreamingOutputCallRequest,
  StreamingOutputCallResponse,
} from "./go_interop.ts";
import { outputOf, runs } from "./peer_process.ts";

/**
 * gRPC's interop cases by the programs of gRPC-Go itself: its client against our server, our client against its server.
 * What each case asks is in doc/interop-test-descriptions.md of the gRPC repository.
 */

const CLIENT = "grpc-go-interop-client", SERVER = "grpc-go-interop-server";
const installed = runs("sh", "-c", `command -v ${CLIENT} && command -v ${SERVER}`);
const lacks = installed ? "" : " (gRPC-Go's interop programs are not installed: .ci/run says how)";

/** The cases that gRPC-Go's client has and that need neither credentials of a cloud nor compression. */
const GO_CASES = [
  "empty_unary",
  "large_unary",
  "client_streaming",
  "server_streaming",
  "ping_pong",
  "empty_stream",
  "timeout_on_sleeping_server",
  "cancel_after_begin",
  "cancel_after_first_response",
  "status_code_and_message",
  "special_status_message",
  "custom_metadata",
  "unimplemented_method",
  "unimplemented_service",
];

for (const name of GO_CASES) {
  Deno.test({
    name: `${name}: gRPC-Go's client and our server${lacks}`,
    ignore: !installed,
    async fn() {
      await using server = listenForGo();
      await outputOf([CLIENT, "--server_host=127.0.0.1", `--server_port=${server.port}`, `--test_case=${name}`]);
    },
  });
}

/** What an RPC came to. */
interface Outcome {
  readonly status: Status;
  readonly message: string;
  readonly answers: readonly Uint8Array[];
  readonly first: Metadata;
  readonly last: Metadata;
}

interface Talk {
  /** Sent at once, unless `each`. */
  readonly requests: readonly Uint8Array[];
  /** Each request once the one before is answered. */
  readonly each?: boolean;
  readonly metadata?: readonly [string, string][];
  readonly timeoutMs?: number;
  readonly cancelAfter?: number;
  readonly endless?: boolean;
}

function talk(channel: GrpcChannel, method: string, about: Talk): Promise<Outcome> {
  const { requests, each = false, metadata = [], timeoutMs, cancelAfter, endless = false } = about;
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const answers: Uint8Array[] = [];
  const waiting = [...requests];
  let first = new Metadata([]);
  const step = () => {
    if (answers.length === cancelAfter) return call.cancel();
    const request = waiting.shift();
    if (request !== undefined) call.send(request);
    else if (!endless) call.halfClose();
  };
  const path = method.includes("/") ? method : `grpc.testing.TestService/${method}`;
  const call: ClientCall = channel.open(`/${path}`, metadata, {
    metadata: (fields) => first = fields,
    message(bytes) {
      answers.push(bytes.slice());
      if (each) step();
    },
    finished: (status, message, last) => resolve({ status, message, answers, first, last }),
  }, timeoutMs === undefined ? {} : { timeoutMs });
  if (each) step();
  else for (let steps = waiting.length + 1; steps > 0; steps--) step();
  return promise;
}

const SIZES = [31_415, 9, 2653, 58_979];
const SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
const payload = (size: number) => ({ body: new Uint8Array(size) });
const sizesOf = (answers: readonly Uint8Array[], type: Message<{ payload: { body: Uint8Array } }>) =>
  answers.map((bytes) => type.decode(bytes).payload.body.length);
const wanted = (responseParameters: readonly { size: number; intervalUs?: number }[], request = 0) =>
  StreamingOutputCallRequest.encode({ responseParameters, payload: payload(request) });

/** Each case with our client: what it does, told as what is expected. */
const OUR_CASES: Record<string, (channel: GrpcChannel) => Promise<void>> = {
  async empty_unary(channel) {
    const { status, answers } = await talk(channel, "EmptyCall", { requests: [Empty.encode({})] });
    assert.deepEqual([status, answers], [Status.OK, [new Uint8Array(0)]]);
  },
  async large_unary(channel) {
    const request = SimpleRequest.encode({ responseSize: 314_159, payload: payload(271_828) });
    const { status, answers } = await talk(channel, "UnaryCall", { requests: [request] });
    assert.deepEqual([status, sizesOf(answers, SimpleResponse)], [Status.OK, [314_159]]);
  },
  async client_streaming(channel) {
    const requests = [27_182, 8, 1828, 45_904].map((size) =>
      StreamingInputCallRequest.encode({ payload: payload(size) })
    );
    const { status, answers } = await talk(channel, "StreamingInputCall", { requests });
    const sums = answers.map((bytes) => StreamingInputCallResponse.decode(bytes).aggregatedPayloadSize);
    assert.deepEqual([status, sums], [Status.OK, [74_922]]);
  },
  async server_streaming(channel) {
    const request = wanted(SIZES.map((size) => ({ size })));
    const { status, answers } = await talk(channel, "StreamingOutputCall", { requests: [request] });
    assert.deepEqual([status, sizesOf(answers, StreamingOutputCallResponse)], [Status.OK, SIZES]);
  },
  async ping_pong(channel) {
    const requests = SIZES.map((size) => wanted([{ size }], 27_182));
    const { status, answers } = await talk(channel, "FullDuplexCall", { requests, each: true });
    assert.deepEqual([status, sizesOf(answers, StreamingOutputCallResponse)], [Status.OK, SIZES]);
  },
  async empty_stream(channel) {
    const { status, answers } = await talk(channel, "FullDuplexCall", { requests: [] });
    assert.deepEqual([status, answers], [Status.OK, []]);
  },
  async timeout_on_sleeping_server(channel) {
    const talked = talk(channel, "FullDuplexCall", { requests: [wanted([], 27_182)], endless: true, timeoutMs: 50 });
    assert.equal((await talked).status, Status.DEADLINE_EXCEEDED);
  },
  async cancel_after_begin(channel) {
    const { status } = await talk(channel, "StreamingInputCall", { requests: [], cancelAfter: 0 });
    assert.equal(status, Status.CANCELLED);
  },
  async cancel_after_first_response(channel) {
    const about = { requests: [wanted([{ size: SIZES[0]! }], 27_182)], each: true, cancelAfter: 1 };
    const { status, answers } = await talk(channel, "FullDuplexCall", about);
    assert.deepEqual([status, answers.length], [Status.CANCELLED, 1]);
  },
  async status_code_and_message(channel) {
    const responseStatus = { code: Status.UNKNOWN, message: "test status message" };
    const ends = [
      await talk(channel, "UnaryCall", { requests: [SimpleRequest.encode({ responseStatus })] }),
      await talk(channel, "FullDuplexCall", { requests: [StreamingOutputCallRequest.encode({ responseStatus })] }),
    ];
    for (const { status, message } of ends) assert.deepEqual({ code: status, message }, responseStatus);
  },
  async special_status_message(channel) {
    const responseStatus = { code: Status.UNKNOWN, message: SPECIAL };
    const request = SimpleRequest.encode({ responseStatus });
    const { status, message } = await talk(channel, "UnaryCall", { requests: [request] });
    assert.deepEqual({ code: status, message }, responseStatus);
  },
  async custom_metadata(channel) {
    const metadata: [string, string][] = [[ECHO_FIRST, "test_initial_metadata_value"], [ECHO_LAST, "q6ur"]];
    const request = SimpleRequest.encode({ responseSize: 314_159, payload: payload(271_828) });
    const ends = [
      await talk(channel, "UnaryCall", { requests: [request], metadata }),
      await talk(channel, "FullDuplexCall", { requests: [wanted([{ size: 314_159 }], 271_828)], metadata }),
    ];
    for (const { status, first, last } of ends) {
      assert.deepEqual([status, first.get(ECHO_FIRST)], [Status.OK, "test_initial_metadata_value"]);
      assert.deepEqual(last.bytes(ECHO_LAST), Uint8Array.of(0xab, 0xab, 0xab));
    }
  },
  async unimplemented_method(channel) {
    const { status } = await talk(channel, "UnimplementedCall", { requests: [Empty.encode({})] });
    assert.equal(status, Status.UNIMPLEMENTED);
  },
  async unimplemented_service(channel) {
    const path = "grpc.testing.UnimplementedService/UnimplementedCall";
    assert.equal((await talk(channel, path, { requests: [Empty.encode({})] })).status, Status.UNIMPLEMENTED);
  },
};

Deno.test("every case of gRPC's interop programs: our client and our server", async () => {
  assert.deepEqual(Object.keys(OUR_CASES), GO_CASES);
  await using server = listenForGo();
  for (const run of Object.values(OUR_CASES)) {
    await using channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port: server.port });
    await run(channel);
  }
});

Deno.test({
  name: `every case of gRPC's interop programs: our client and gRPC-Go's server${lacks}`,
  ignore: !installed,
  async fn() {
    const port = freePort();
    await using child = new Deno.Command(SERVER, { args: [`--port=${port}`], stdout: "null", stderr: "null" }).spawn();
    try {
      const channel = await connectSoon(port);
      for (const run of Object.values(OUR_CASES)) await run(channel);
      await channel[Symbol.asyncDispose]();
    } finally {
      child.kill();
    }
  },
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Connects to a server that is about to listen. */
async function connectSoon(port: number): Promise<GrpcChannel> {
  for (let tries = 0;; tries++) {
    try {
      return await GrpcChannel.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
