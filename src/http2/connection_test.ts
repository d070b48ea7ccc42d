import assert from "node:assert/strict";
import { ManualClock } from "../../tests/manual_clock.ts";
import { Http2Connection } from "./connection.ts";
import { WireCounters } from "./counters.ts";
import { ErrorCode } from "./errors.ts";
import { Flag, FrameType, PREFACE, readUint32 } from "./frames.ts";
import { close, frame, headers, Peer, REQUEST, serve, uint32 } from "./peer_in_memory_test.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("a server greets with SETTINGS and acknowledges the client's", async () => {
  const served = serve();
  const settings = await served.peer.next(FrameType.SETTINGS);
  assert.equal(settings.flags, 0);
  assert.equal((await served.peer.next(FrameType.SETTINGS)).flags, Flag.ACK);
  await close(served);
});

Deno.test("a PING comes back with its bytes", async () => {
  const served = serve();
  const payload = uint32(1, 2);
  served.peer.send(frame(FrameType.PING, 0, 0, payload));
  const answer = await served.peer.next(FrameType.PING);
  assert.deepEqual([answer.flags, answer.payload], [Flag.ACK, payload]);
  await close(served);
});

Deno.test("a client that does not begin with the preface, or with SETTINGS, gets GOAWAY", async () => {
  for (const first of [new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"), PREFACE]) {
    const peer = new Peer();
    const connection = new Http2Connection(peer, { clock: new ManualClock(), accept: () => assert.fail("no request") });
    peer.send(first, headers(1));
    assert.equal(readUint32((await peer.next(FrameType.GOAWAY)).payload, 4), ErrorCode.PROTOCOL_ERROR);
    await connection.ended;
  }
});

Deno.test("DATA keeps to the peer's windows, byte by byte if they are that small", async () => {
  const served = serve();
  served.peer.send(frame(FrameType.SETTINGS, 0, 0, Uint8Array.of(0, 4, 0, 0, 0, 1)), headers(1));
  while (served.streams.length === 0) await served.peer.next(FrameType.SETTINGS);
  const stream = served.streams[0]!;
  stream.sendHeaders([[":status", "200"]]);
  stream.send(Uint8Array.of(7, 8, 9));
  stream.end();
  for (const byte of [7, 8, 9]) {
    const { payload, flags } = await served.peer.next(FrameType.DATA);
    assert.deepEqual([[...payload], flags], [[byte], 0]);
    served.peer.send(frame(FrameType.WINDOW_UPDATE, 0, 1, uint32(1)));
  }
  assert.equal((await served.peer.next(FrameType.DATA)).flags, Flag.END_STREAM);
  await close(served);
});

Deno.test("what is sent may be written over at once, whatever the windows still hold back", async () => {
  for (const window of [3, 5, 16_384, 40_000, 65_535]) {
    const served = serve();
    const settings = new Uint8Array([0, 4, ...uint32(window)]);
    served.peer.send(frame(FrameType.SETTINGS, 0, 0, settings), headers(1));
    while (served.streams.length === 0) await served.peer.next(FrameType.SETTINGS);
    const [head, body] = [Uint8Array.of(1, 2, 3, 4, 5), Uint8Array.from({ length: 60_000 }, (_, at) => at % 251)];
    const expected = [...head, ...body, ...head, ...body];
    for (let times = 0; times < 2; times++) {
      const [ownHead, ownBody] = [head.slice(), body.slice()];
      served.streams[0]!.send(ownBody, ownHead);
      ownHead.fill(0);
      ownBody.fill(0);
    }
    served.peer.send(
      frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(200_000)),
      frame(FrameType.WINDOW_UPDATE, 0, 1, uint32(200_000)),
    );
    const got: number[] = [];
    while (got.length < expected.length) got.push(...(await served.peer.next(FrameType.DATA)).payload);
    assert.ok(got.every((byte, at) => byte === expected[at]), `window of ${window}`);
    await close(served);
  }
});

Deno.test("streams share the connection's window in turns", async () => {
  const served = serve();
  served.peer.send(headers(1), headers(3), frame(FrameType.SETTINGS, 0, 0, Uint8Array.of(0, 4, 0, 16, 0, 0)));
  for (let acks = 0; acks < 3; acks++) await served.peer.next(FrameType.SETTINGS);
  for (const stream of served.streams) stream.send(new Uint8Array(200_000));
  const before = [];
  for (let i = 0; i < 4; i++) before.push(await served.peer.next(FrameType.DATA));
  assert.equal(before.reduce((sum, { payload }) => sum + payload.length, 0), 65_535);
  served.peer.send(frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(65_536)));
  const after = [];
  for (let i = 0; i < 4; i++) after.push((await served.peer.next(FrameType.DATA)).id);
  assert.deepEqual(after, [1, 3, 1, 3]);
  await close(served);
});

Deno.test("frames of one turn leave in one write", async () => {
  const served = serve();
  served.peer.send(
    ...Array.from({ length: 50 }, (_, i) => headers(i * 2 + 1)),
    frame(FrameType.PING, 0, 0, uint32(1, 2)),
  );
  await served.peer.next(FrameType.PING);
  const before = served.peer.writes;
  for (const stream of served.streams) {
    stream.sendHeaders([[":status", "200"]]);
    stream.send(new Uint8Array(200));
  }
  await served.peer.next(FrameType.DATA);
  assert.equal(served.peer.writes, before + 1);
  assert.equal(served.peer.frames.filter(({ type }) => type === FrameType.DATA).length, 49);
  await close(served);
});

Deno.test("a stream over the limit is refused alone", async () => {
  const served = serve({ limits: { maxConcurrentStreams: 1 } });
  served.peer.send(headers(1), headers(3));
  const reset = await served.peer.next(FrameType.RST_STREAM);
  assert.deepEqual([reset.id, readUint32(reset.payload, 0)], [3, ErrorCode.REFUSED_STREAM]);
  await close(served);
});

Deno.test("a complete response ends a stream whose request is not, without an error", async () => {
  const served = serve();
  served.peer.send(headers(1), frame(FrameType.PING, 0, 0, uint32(1, 2)));
  await served.peer.next(FrameType.PING);
  served.streams[0]!.sendHeaders([[":status", "200"]], true);
  assert.equal(readUint32((await served.peer.next(FrameType.RST_STREAM)).payload, 0), ErrorCode.NO_ERROR);
  served.peer.send(frame(FrameType.DATA, 0, 1, uint32(1)), frame(FrameType.PING, 0, 0, uint32(3, 4)));
  await served.peer.next(FrameType.PING);
  await close(served);
});

Deno.test("a peer that never greets is cut off", async () => {
  const peer = new Peer();
  const clock = new ManualClock();
  const connection = new Http2Connection(peer, {
    clock,
    accept: () => assert.fail("no request"),
  });
  peer.send(PREFACE.subarray(0, 10));
  clock.advance(4999);
  assert.ok(!connection.over);
  clock.advance(1);
  assert.ok(connection.over);
  await connection.ended;
});

Deno.test("a peer that takes nothing for long is cut off, and a stream that it starves is lost", async () => {
  const served = serve({ limits: { stallTimeoutMs: 1000 } });
  served.peer.send(headers(1), frame(FrameType.PING, 0, 0, uint32(1, 2)));
  await served.peer.next(FrameType.PING);
  served.streams[0]!.send(new Uint8Array(100_000));
  for (let i = 0; i < 4; i++) await served.peer.next(FrameType.DATA);
  served.clock.advance(1000);
  served.clock.advance(1000);
  assert.deepEqual(served.heard, ["1 lost 8"]);
  await served.peer.next(FrameType.RST_STREAM);
  served.peer.stuck = new Promise(() => {});
  served.peer.send(frame(FrameType.PING, 0, 0, uint32(1, 2)), headers(3), headers(5));
  while (served.streams.length < 3) await Promise.resolve();
  served.clock.advance(1000);
  served.clock.advance(1000);
  await served.connection.ended;
  assert.deepEqual(served.heard.slice(1), ["3 lost 10", "5 lost 10"]);
});

/** What a peer may begin and leave at that; behind it a whole frame that does nothing. */
const BEGUN: Record<string, Uint8Array> = {
  "the first byte of a frame": Uint8Array.of(0),
  "a frame without its last byte": frame(FrameType.PING, 0, 0, uint32(1, 2)).subarray(0, 16),
  "a header block without its end": headers(1, REQUEST, 0),
};

for (const [what, bytes] of Object.entries(BEGUN)) {
  Deno.test(`a peer that sends ${what} and nothing more for long is cut off, once`, async () => {
    const offences: number[] = [];
    const keeper = { busy() {}, idle() {}, takesStream: () => true };
    const offended = (_: unknown, code: ErrorCode) => void offences.push(code);
    const served = serve({ limits: { stallTimeoutMs: 1000 }, keeper: { ...keeper, offended } });
    await served.peer.next(FrameType.SETTINGS);
    served.clock.advance(500);
    served.peer.send(bytes);
    await turn();
    served.clock.advance(1000);
    assert.ok(!served.connection.over);
    served.clock.advance(1000);
    await served.connection.ended;
    assert.deepEqual(offences, [ErrorCode.CANCEL]);
  });
}

Deno.test("a peer that stops within a frame again and again, and goes on, is not cut off", async () => {
  const served = serve({ limits: { stallTimeoutMs: 1000 } });
  const ping = frame(FrameType.PING, 0, 0, uint32(1, 2));
  served.peer.send(ping.subarray(0, 5));
  for (let times = 0; times < 5; times++) {
    await turn();
    served.clock.advance(1000);
    served.peer.send(ping.subarray(5), ping.subarray(0, 5));
  }
  assert.ok(!served.connection.over);
  await close(served);
});

Deno.test("a peer that is told why its connection ends, and does not read it, has offended once", async () => {
  const offences: number[] = [];
  const keeper = { busy() {}, idle() {}, takesStream: () => true };
  const offended = (_: unknown, code: ErrorCode) => void offences.push(code);
  const served = serve({ limits: { stallTimeoutMs: 100 }, keeper: { ...keeper, offended } });
  await served.peer.next(FrameType.SETTINGS);
  await turn();
  served.peer.stuck = new Promise(() => {});
  served.peer.send(frame(FrameType.PING, 0, 1, uint32(1, 2)));
  await turn();
  for (let times = 0; times < 5; times++) served.clock.advance(100);
  await served.connection.ended;
  assert.deepEqual(offences, [ErrorCode.PROTOCOL_ERROR]);
});

Deno.test("a peer that was asked for nothing for long has its time from the first thing that waits", async () => {
  const served = serve({ limits: { stallTimeoutMs: 1000 } });
  served.peer.send(headers(1), frame(FrameType.PING, 0, 0, uint32(1, 2)));
  await served.peer.next(FrameType.PING);
  served.clock.advance(1000);
  served.clock.advance(999);
  served.streams[0]!.sendHeaders([[":status", "200"]]); // waits for the end of this turn
  served.clock.advance(1);
  assert.equal((await served.peer.next(FrameType.HEADERS)).id, 1);
  assert.ok(!served.connection.over);
  await close(served);
});

Deno.test("a peer that takes what waits little by little is not cut off", async () => {
  const served = serve({ limits: { stallTimeoutMs: 1000 } });
  served.peer.send(headers(1), frame(FrameType.PING, 0, 0, uint32(1, 2)));
  await served.peer.next(FrameType.PING);
  served.peer.mouthful = 1;
  let swallow = () => {};
  const chew = () => served.peer.stuck = new Promise((resolve) => swallow = resolve);
  chew();
  served.streams[0]!.sendHeaders([[":status", "200"]]);
  for (let bytes = 0; bytes < 5; bytes++) {
    await turn(); // the next write waits
    const swallowed = swallow;
    chew();
    swallowed();
    await turn();
    served.clock.advance(1000);
  }
  assert.ok(!served.connection.over);
  served.clock.advance(1000);
  await served.connection.ended;
});

Deno.test("what was read while the connection came to its end opens no stream", async () => {
  const counters = new WireCounters();
  const served = serve({ counters, limits: { stallTimeoutMs: 1000 } });
  await served.peer.next(FrameType.SETTINGS);
  served.peer.stuck = new Promise(() => {});
  served.peer.send(frame(FrameType.PING, 0, 0, uint32(1, 2)));
  while (served.connection.bytesReceived < 50) await Promise.resolve();
  served.clock.advance(1000);
  served.peer.send(headers(1));
  served.clock.advance(1000);
  await served.connection.ended;
  assert.deepEqual([served.streams.length, counters.openStreams], [0, 0]);
});

Deno.test("a client that does not read its answers is not read from, until it does", async () => {
  let requests = 0;
  const served = serve({
    accept: (stream) => {
      requests++;
      stream.sendHeaders([[":status", "200"], ["x", "y".repeat(1000)]], true);
      return { data() {}, ended() {}, lost() {} };
    },
  });
  await served.peer.next(FrameType.SETTINGS);
  const { promise, resolve } = Promise.withResolvers<void>();
  served.peer.stuck = promise;
  for (let id = 1; id < 4000; id += 2) served.peer.send(headers(id, REQUEST, Flag.END_HEADERS | Flag.END_STREAM));
  served.peer.send(frame(FrameType.PING, 0, 0, uint32(1, 2)));
  while (requests < 100) await turn();
  for (let turns = 0; turns < 20; turns++) await turn();
  assert.ok(requests < 300, `${requests} requests were taken`);
  resolve();
  await served.peer.next(FrameType.PING);
  assert.equal(requests, 2000);
  await close(served);
});

Deno.test("a graceful shutdown loses no request that was on its way, and closes with the last one", async () => {
  const served = serve();
  served.peer.send(headers(1), frame(FrameType.PING, 0, 0, uint32(1, 2)));
  await served.peer.next(FrameType.PING);
  served.connection.shutdown();
  assert.equal(readUint32((await served.peer.next(FrameType.GOAWAY)).payload, 0), 0x7fff_ffff);
  const ping = await served.peer.next(FrameType.PING);
  served.peer.send(headers(3), frame(FrameType.PING, Flag.ACK, 0, ping.payload));
  assert.equal(readUint32((await served.peer.next(FrameType.GOAWAY)).payload, 0), 3);
  served.peer.send(headers(5));
  assert.equal((await served.peer.next(FrameType.RST_STREAM)).id, 5);
  for (const stream of served.streams) stream.sendHeaders([[":status", "200"]], true);
  await served.connection.ended;
  assert.deepEqual(served.streams.map((stream) => stream.id), [1, 3]);
});

Deno.test("no more pieces wait than are allowed, however small they are, and half of them gone is room again", async () => {
  const served = serve({ limits: { highWaterMessages: 4 } });
  served.peer.send(frame(FrameType.SETTINGS, 0, 0, Uint8Array.of(0, 4, 0, 0, 0, 0)), headers(1));
  while (served.streams.length === 0) await served.peer.next(FrameType.SETTINGS);
  const stream = served.streams[0]!;
  stream.sendHeaders([[":status", "200"]]);
  assert.deepEqual([1, 2, 3, 4].map((byte) => stream.send(Uint8Array.of(byte))), [true, true, true, false]);
  served.peer.send(frame(FrameType.WINDOW_UPDATE, 0, 1, uint32(1)));
  await served.peer.next(FrameType.DATA);
  assert.equal(served.heard.includes("1 drained"), false);
  served.peer.send(frame(FrameType.WINDOW_UPDATE, 0, 1, uint32(1)));
  await served.peer.next(FrameType.DATA);
  assert.equal(served.heard.filter((line) => line === "1 drained").length, 1);
  assert.equal(stream.send(Uint8Array.of(5)), true);
  await close(served);
});
