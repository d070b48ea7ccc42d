import { type ClientCall, GrpcChannel } from "../../src/grpc/client.ts";
import { Status } from "../../src/grpc/status.ts";
import { type Ask, decodeAnswer, encodeAsk } from "./interop_service.ts";

/** What an RPC came to: its status, and the lengths of the answers' bodies. */
interface Outcome {
  readonly status: number;
  readonly message: string;
  readonly bodies: readonly number[];
  readonly echo: readonly (string | undefined)[];
}

const SIZES = [31_415, 9, 2653, 58_979];
const SPECIAL = "\t\ntwo  spaces\r\n50 % of ☺ and 😈\t\n";
const ECHO: [string, string][] = [["echo", "one value, two words"], ["echo-bin", "q6sA/w"]];

/** What every client gets from every server, by the case's name. */
export const EXPECTED: Readonly<Record<string, unknown>> = {
  empty_unary: [Status.OK, [0]],
  large_unary: [Status.OK, [314_159]],
  client_streaming: [Status.OK, [93_056]],
  ping_pong: [Status.OK, SIZES],
  empty_stream: [Status.OK, []],
  cancel_after_begin: [Status.CANCELLED, []],
  cancel_after_first_response: [Status.CANCELLED, [31_415]],
  timeout_on_sleeping_server: [Status.DEADLINE_EXCEEDED, []],
  special_status_message: [Status.UNKNOWN, SPECIAL],
  status_code_and_message: [[Status.ABORTED, "so it ends"], [Status.ABORTED, "so it ends"]],
  unimplemented_method: Status.UNIMPLEMENTED,
  unimplemented_service: Status.UNIMPLEMENTED,
  custom_metadata: [["one value, two words", "abab00ff"], ["one value, two words", "abab00ff"]],
  orderly_shutdown: [Status.OK, [1, 2, 3], Status.UNAVAILABLE],
};

/** Runs every case with our client against the interop service on a port. */
export async function runCases(port: number): Promise<Record<string, unknown>> {
  await using channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port });
  const one = (ask: Ask, path = "Interop/Unary", metadata = ECHO) => talk(channel, path, { asks: [ask], metadata });
  const many = (asks: readonly Ask[], rest: Partial<Talk> = {}) =>
    talk(channel, "Interop/Duplex", { asks, metadata: ECHO, ...rest });
  const results: Record<string, unknown> = {};
  results.empty_unary = told(await one({}));
  results.large_unary = told(await one({ answerBytes: 314_159, body: new Uint8Array(271_828) }));
  const collected = SIZES.map((size) => ({ body: new Uint8Array(size) }));
  results.client_streaming = told(await talk(channel, "Interop/Collect", { asks: collected }));
  results.ping_pong = told(await many(SIZES.map((answerBytes) => ({ answerBytes, body: new Uint8Array(27_182) }))));
  results.empty_stream = told(await many([]));
  results.cancel_after_begin = told(await talk(channel, "Interop/Collect", { asks: [], cancelAfter: 0 }));
  results.cancel_after_first_response = told(await many([{ answerBytes: SIZES[0]! }, {}], { cancelAfter: 1 }));
  results.timeout_on_sleeping_server = told(await many([{ answerBytes: -1 }], { timeoutMs: 100 }));
  const special = await one({ status: Status.UNKNOWN, message: SPECIAL });
  results.special_status_message = [special.status, special.message];
  const ends = { status: Status.ABORTED, message: "so it ends" };
  results.status_code_and_message = [await one(ends), await many([ends])].map((
    { status, message },
  ) => [status, message]);
  results.unimplemented_method = (await one({}, "Interop/Undone")).status;
  results.unimplemented_service = (await one({}, "Nowhere/Unary")).status;
  results.custom_metadata = [(await one({})).echo, (await many([{}])).echo];
  results.orderly_shutdown = await orderlyShutdown(channel);
  return results;
}

/** An open RPC goes on while the server leaves; new ones are refused. */
async function orderlyShutdown(channel: GrpcChannel): Promise<unknown> {
  const asks = [{ answerBytes: 1 }, { answerBytes: 2 }, { answerBytes: 3 }];
  const leave = async () => void await talk(channel, "Interop/Leave", { asks: [{}] });
  const { status, bodies } = await talk(channel, "Interop/Duplex", { asks, afterFirst: leave });
  let refused: number = Status.OK;
  while (refused === Status.OK) refused = (await talk(channel, "Interop/Unary", { asks: [{}] })).status;
  return [status, bodies, refused];
}

interface Talk {
  /** Sent one after the other, each once the one before is answered; then the client half-closes. */
  readonly asks: readonly Ask[];
  readonly metadata?: readonly [string, string][];
  readonly timeoutMs?: number;
  /** All messages are sent before any answer. */
  readonly atOnce?: boolean;
  /** Pause after each answer, in ms. */
  readonly stepMs?: number;
  /** Cancels after so many answers. */
  readonly cancelAfter?: number;
  /** What to do after the first answer, before going on. */
  readonly afterFirst?: () => Promise<void>;
}

/** One RPC from beginning to end. */
export function talk(channel: GrpcChannel, path: string, about: Talk): Promise<Outcome> {
  const { asks, metadata = [], timeoutMs, atOnce = path !== "Interop/Duplex", cancelAfter, afterFirst, stepMs = 0 } =
    about;
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const bodies: number[] = [];
  let echo: (string | undefined)[] = [];
  let sent = 0;
  const step = () => {
    if (bodies.length === cancelAfter) return call.cancel();
    if (sent < asks.length) call.send(encodeAsk(asks[sent++]!));
    else call.halfClose();
  };
  const call: ClientCall = channel.open(`/wire.${path}`, metadata, {
    metadata: (initial) => echo = [initial.get("echo"), hex(initial.bytes("echo-bin"))],
    message(bytes) {
      bodies.push(decodeAnswer(bytes));
      if (atOnce) return;
      if (bodies.length === 1 && afterFirst !== undefined) afterFirst().then(step);
      else if (stepMs > 0) setTimeout(step, stepMs);
      else step();
    },
    finished: (status, message) => resolve({ status, message, bodies, echo }),
  }, timeoutMs === undefined ? {} : { timeoutMs });
  for (let steps = atOnce ? asks.length + 1 : 1; steps > 0; steps--) step();
  return promise;
}

function told({ status, bodies }: Outcome): unknown {
  return [status, bodies];
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
