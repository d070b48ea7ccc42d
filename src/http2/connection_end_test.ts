import assert from "node:assert/strict";
import { Flag, FrameType } from "./frames.ts";
import { frame, headers, repeat, serve, type Served, uint32 } from "./peer_in_memory_test.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** How connections end. A megabyte may be sent on each, and on its streams when `window` is 16. */
async function wide(window = 16): Promise<Served> {
  const served = serve();
  served.peer.send(
    frame(FrameType.SETTINGS, 0, 0, Uint8Array.of(0, 4, 0, window, 0, 0)),
    frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(0x10_0000)),
    headers(1),
  );
  while (served.streams.length === 0) await turn();
  return served;
}

Deno.test("a connection whose write fails while it lets others go first has ended", async () => {
  const served = await wide(0);
  await turn();
  served.streams[0]!.send(new Uint8Array(200_000));
  served.peer.stuck = Promise.reject(new Deno.errors.ConnectionReset());
  served.peer.stuck.catch(() => {});
  // What lets a large answer go stands in the middle of a full read, after which it takes a turn.
  const filler = repeat(4, frame(0x77, 0, 0, new Uint8Array(16_384 - 9)));
  served.peer.send(filler, frame(FrameType.WINDOW_UPDATE, 0, 1, uint32(0x10_0000)), filler);
  await served.connection.ended;
  assert.deepEqual(served.heard, ["1 drained", "1 lost 10"]);
});

Deno.test("the last answer of a connection that ends in peace leaves, although it is taken slowly", async () => {
  const served = await wide();
  const { promise, resolve } = Promise.withResolvers<void>();
  served.peer.stuck = promise;
  const [stream] = served.streams;
  stream!.sendHeaders([[":status", "200"]]);
  stream!.send(new Uint8Array(100_000));
  stream!.end([["grpc-status", "0"]]);
  served.peer.send(frame(FrameType.DATA, Flag.END_STREAM, 1), frame(FrameType.GOAWAY, 0, 0, uint32(0, 0)));
  while (!served.connection.over) await turn();
  await turn();
  served.clock.advance(10_000);
  resolve();
  await served.connection.ended;
  const sent = served.peer.frames.filter(({ type }) => type === FrameType.DATA);
  assert.equal(sent.reduce((sum, { payload }) => sum + payload.length, 0), 100_000);
  const trailers = served.peer.frames.filter(({ type }) => type === FrameType.HEADERS).at(-1)!;
  assert.equal(trailers.flags & Flag.END_STREAM, Flag.END_STREAM);
});

Deno.test("a connection that ends in peace, however slowly, ends at once when it is told to", async () => {
  const served = await wide();
  served.peer.stuck = new Promise(() => {});
  served.streams[0]!.send(new Uint8Array(1000));
  served.streams[0]!.end([["grpc-status", "0"]]);
  served.peer.send(frame(FrameType.DATA, Flag.END_STREAM, 1), frame(FrameType.GOAWAY, 0, 0, uint32(0, 0)));
  while (!served.connection.over) await turn();
  await turn();
  served.clock.advance(5000);
  served.connection.close();
  served.clock.advance(500);
  await served.connection.ended;
});

Deno.test("a connection that ends in peace and is read by nobody is cut off in the end", async () => {
  const served = await wide();
  served.peer.stuck = new Promise(() => {});
  served.streams[0]!.send(new Uint8Array(1000));
  served.streams[0]!.sendHeaders([["grpc-status", "0"]], true);
  served.peer.send(frame(FrameType.DATA, Flag.END_STREAM, 1), frame(FrameType.GOAWAY, 0, 0, uint32(0, 0)));
  while (!served.connection.over) await turn();
  served.clock.advance(15_000);
  served.clock.advance(15_000);
  await served.connection.ended;
});
