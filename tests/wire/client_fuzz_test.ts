import assert from "node:assert/strict";
import { GrpcChannel } from "../../src/grpc/client.ts";
import { GrpcError, Status } from "../../src/grpc/status.ts";
import { Flag, FrameType } from "../../src/http2/frames.ts";
import { encodeHeaders } from "../../src/http2/hpack.ts";
import { Setting } from "../../src/http2/settings.ts";
import type { HeaderList } from "../../src/http2/static_table.ts";
import { until } from "../until.ts";
import { changed } from "./fuzz_mutations.ts";
import { Random } from "./fuzz_random.ts";
import {
  bytesOf,
  data,
  frame,
  goaway,
  joined,
  message,
  ping,
  type RawFrame,
  rstStream,
  settings,
  windowUpdate,
} from "./raw_frames.ts";

/** Servers that break the rules: what the client makes of them. */

const SERVERS = 20_000;
const MOST_MS = 20_000;
/** Servers at once. */
const AT_ONCE = 32;
/** Bytes by which the requests of a client have come. */
const REQUESTS_BYTES = 10_000;
/** How long a client that hears nothing waits, for the connection and for its RPCs, in ms. */
const PATIENCE_MS = 40;

const HEAD: HeaderList = [[":status", "200"], ["content-type", "application/grpc"], ["a-bin", "AAEC"]];
const OK: HeaderList = [["grpc-status", "0"], ["grpc-message", "f%C3%BCr"]];
const answer = message(Uint8Array.of(1, 2, 3, 4));

function headers(id: number, list: HeaderList, ends = false): RawFrame {
  return frame(FrameType.HEADERS, Flag.END_HEADERS | (ends ? Flag.END_STREAM : 0), id, encodeHeaders(list));
}

/** What a server sends that keeps to every rule, to a client whose RPCs are on the streams 1, 3 and 5. */
const CONVERSATIONS: readonly (readonly RawFrame[])[] = [
  [settings(), frame(FrameType.SETTINGS, Flag.ACK, 0), headers(1, HEAD), data(1, answer), headers(1, OK, true)],
  [
    settings([Setting.INITIAL_WINDOW_SIZE, 0], [Setting.MAX_CONCURRENT_STREAMS, 1], [Setting.HEADER_TABLE_SIZE, 0]),
    headers(3, [...HEAD, ["grpc-status", "12"]], true),
    settings([Setting.INITIAL_WINDOW_SIZE, 1 << 20]),
    windowUpdate(0),
    windowUpdate(1, 1000),
    ping(),
    rstStream(5, 7),
    goaway(3),
    headers(1, [[":status", "100"]]),
    headers(1, HEAD),
    data(1, joined(answer, answer.subarray(0, 3))),
    data(1, answer.subarray(3), true),
  ],
  [
    settings(),
    frame(FrameType.HEADERS, 0, 5, encodeHeaders(HEAD).subarray(0, 5)),
    frame(FrameType.CONTINUATION, Flag.END_HEADERS, 5, encodeHeaders(HEAD).subarray(5)),
    frame(FrameType.DATA, Flag.PADDED, 5, joined(Uint8Array.of(3), answer, new Uint8Array(3))),
    headers(3, [[":status", "503"], ["content-type", "text/html"]], true),
    headers(5, OK, true),
  ],
];

Deno.test(`${SERVERS} servers that break the rules end each RPC once, and harm no client`, async () => {
  const seed = Math.floor(performance.timeOrigin) >>> 0;
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const since = performance.now();
  let next = 0;
  const served = serve(listener, seed);
  const ended: Record<number, number> = {};
  const work = async () => {
    while (next < SERVERS && performance.now() - since < MOST_MS) {
      next++;
      for (const status of await ask(listener.addr.port)) ended[status] = (ended[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await until(() => served.open === 0); // the client has closed every connection
  listener.close();
  await served.over;
  console.log(`${next} servers from seed ${seed}; RPCs by status: ${JSON.stringify(ended)}`);
  assert.ok(next > 1000, `only ${next} servers`);
  assert.ok(ended[Status.OK]! > 0, "no RPC was answered");
  assert.ok(Object.keys(ended).length > 3, "RPCs ended in few ways");
});

/** Answers each connection, once its requests are there, with a conversation of its own in up to three pieces. */
function serve(listener: Deno.TcpListener, seed: number) {
  const served = { open: 0, over: Promise.resolve() };
  const answer = async (conn: Deno.TcpConn, random: Random) => {
    served.open++;
    await converse(conn, random);
    served.open--;
  };
  const accept = async () => {
    let number = 0;
    for await (const conn of listener) void answer(conn, new Random(seed + number++));
  };
  served.over = accept();
  return served;
}

async function converse(conn: Deno.TcpConn, random: Random): Promise<void> {
  const bytes = changed(random.pick(CONVERSATIONS), random);
  const cuts = Array.from({ length: random.below(3) }, () => random.below(bytes.length + 1)).sort((a, b) => a - b);
  const sink = new Uint8Array(65_536);
  try {
    if (!random.once(4)) {
      await conn.write(bytesOf([settings()]));
      for (let heard = 0; heard < REQUESTS_BYTES;) heard += await conn.read(sink) ?? REQUESTS_BYTES;
    }
    let from = 0;
    for (const to of [...cuts, bytes.length]) {
      for (; from < to; from += await conn.write(bytes.subarray(from, to)));
      await conn.read(sink);
    }
    if (random.once(2)) await conn.closeWrite();
    while (!random.once(20) && await conn.read(sink) !== null);
  } catch {
    // the client has had enough
  }
  conn.close();
}

/** Makes three RPCs on a connection of their own. Returns how they ended; fails when one ends twice. */
async function ask(port: number): Promise<readonly Status[]> {
  let channel: GrpcChannel;
  try {
    channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port, connectTimeoutMs: PATIENCE_MS });
  } catch (error) {
    assert.ok(error instanceof GrpcError, `${error}`);
    return [error.status];
  }
  const ends: Status[] = [];
  const over = Array.from({ length: 3 }, (_, at) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const call = channel.open("/fuzz.Test/Ask", [["n", `${at}`]], {
      message: (bytes) => void bytes.length,
      finished: (status) => {
        ends.push(status);
        resolve();
      },
    }, { timeoutMs: PATIENCE_MS });
    call.send(new Uint8Array(10_000));
    call.halfClose();
    return promise;
  });
  const late = setTimeout(() => assert.fail(`of 3 RPCs ${ends.length} ended`), MOST_MS);
  await Promise.all(over);
  await channel[Symbol.asyncDispose]();
  clearTimeout(late);
  assert.equal(ends.length, 3, `${ends}`);
  return ends;
}
