import assert from "node:assert/strict";
import { WireCounters } from "./counters.ts";
import { Flag, FrameType, readUint32 } from "./frames.ts";
import { close, frame, headers, serve, type Served, uint32 } from "./peer_in_memory_test.ts";

const LIMITS = { keepaliveMs: 1000, keepaliveTimeoutMs: 500 };

/** Lets the connection take what its peer has sent so far. */
async function settled({ peer }: Served): Promise<void> {
  const mark = uint32(9, peer.writes);
  peer.send(frame(FrameType.PING, 0, 0, mark));
  while (readUint32((await peer.next(FrameType.PING)).payload, 4) !== readUint32(mark, 4));
}

Deno.test("a silent peer is asked for a sign of life, and any frame is one", async () => {
  const served = serve({ limits: LIMITS });
  await settled(served);
  served.clock.advance(1000);
  served.clock.advance(1000);
  assert.equal((await served.peer.next(FrameType.PING)).flags, 0);
  served.peer.send(frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(1)));
  await settled(served);
  served.clock.advance(500);
  assert.ok(!served.connection.over);
  await close(served);
});

Deno.test("a peer that gives no sign of life is gone, and its streams are lost", async () => {
  const counters = new WireCounters();
  const served = serve({ limits: LIMITS, counters });
  served.peer.send(headers(1));
  await settled(served);
  served.clock.advance(1000);
  served.clock.advance(1000);
  served.clock.advance(499);
  assert.ok(!served.connection.over);
  served.clock.advance(1);
  await served.connection.ended;
  assert.deepEqual([served.heard, counters.silentConnections], [["1 lost 10"], 1]);
  assert.equal(served.clock.timers, 0);
});

Deno.test("nobody is taken for dead who is not listened to", async () => {
  const served = serve({ limits: { ...LIMITS, stallTimeoutMs: Infinity } });
  served.peer.send(frame(FrameType.SETTINGS, 0, 0, Uint8Array.of(0, 4, 0, 0x10, 0, 0)));
  served.peer.send(frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(0x10_0000)), headers(1));
  await settled(served);
  served.peer.stuck = new Promise(() => {});
  served.streams[0]!.send(new Uint8Array(200_000));
  for (let ms = 0; ms < 10_000; ms += 500) served.clock.advance(500);
  assert.ok(!served.connection.over);
  served.connection.close();
  served.clock.advance(500);
  await served.connection.ended;
});

Deno.test("an old connection takes no new streams, lets the open ones finish, and ends them when their grace is over", async () => {
  const served = serve({ limits: { maxAgeMs: 10_000, maxAgeGraceMs: 5000, keepaliveMs: Infinity } });
  served.peer.send(headers(1));
  await settled(served);
  served.clock.advance(8999);
  await settled(served);
  assert.ok(!served.peer.frames.some(({ type }) => type === FrameType.GOAWAY));
  served.clock.advance(2001);
  assert.equal(readUint32((await served.peer.next(FrameType.GOAWAY)).payload, 0), 0x7fff_ffff);
  const ping = await served.peer.next(FrameType.PING);
  served.peer.send(frame(FrameType.PING, Flag.ACK, 0, ping.payload));
  assert.equal(readUint32((await served.peer.next(FrameType.GOAWAY)).payload, 0), 1);
  assert.deepEqual(served.heard, []);
  served.clock.advance(5000);
  await served.connection.ended;
  assert.deepEqual(served.heard, ["1 lost 8"]);
});

Deno.test("the answer to another PING does not end the first half of a graceful shutdown", async () => {
  const served = serve();
  await settled(served);
  served.connection.shutdown();
  await served.peer.next(FrameType.GOAWAY);
  served.peer.send(frame(FrameType.PING, Flag.ACK, 0, uint32(0, 0)), headers(1));
  await settled(served);
  assert.equal(served.streams.length, 1);
  await close(served);
});
