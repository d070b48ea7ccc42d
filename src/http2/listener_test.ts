import assert from "node:assert/strict";
import type { Clock } from "../lib/clock.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import { connectHttp2 } from "./client.ts";
import type { Http2Connection } from "./connection.ts";
import { ErrorCode } from "./errors.ts";
import { Flag, FrameType, PREFACE } from "./frames.ts";
import { HTTP2_LIMITS, type Http2Limits } from "./limits.ts";
import { Http2Listener, type Offence } from "./listener.ts";
import { frame, headers, REQUEST, SETTINGS, uint32 } from "./peer_in_memory_test.ts";

const HOST = "127.0.0.1";
const DEAF = { data() {}, ended() {}, lost() {} };

/** A server that leaves every stream open, with what its peers did wrong. */
function listen(
  limits: Partial<Http2Limits> = {},
  clock?: Clock,
): { listener: Http2Listener; offences: Offence[] } & AsyncDisposable {
  const offences: Offence[] = [];
  const listener = new Http2Listener({
    hostname: HOST,
    port: 0,
    accept: () => DEAF,
    limits: { ...HTTP2_LIMITS, ...limits },
    ...(clock && { clock }),
    onError: (error) => assert.fail(String(error)),
    onOffence: (offence) => offences.push(offence),
  });
  const end = async () => {
    listener.close();
    await listener.closed;
  };
  return { listener, offences, [Symbol.asyncDispose]: end };
}

function connect({ port }: Http2Listener): Promise<Http2Connection> {
  return connectHttp2({ hostname: HOST, port });
}

/** Resolves once the server has ended the connection. */
async function cutOff(socket: Deno.TcpConn): Promise<void> {
  const sink = new Uint8Array(4096);
  while (await socket.read(sink).catch(() => null) !== null);
  socket.close();
}

Deno.test("a full server closes who has not greeted, then who has no stream, the longest waiting first", async () => {
  await using served = listen({ maxConnections: 3 });
  const { listener } = served;
  const idle = await connect(listener);
  const busy = await connect(listener);
  busy.open(REQUEST, DEAF).send(new Uint8Array(2000));
  const stranger = await Deno.connect({ hostname: HOST, port: listener.port });
  const third = await connect(listener);
  await cutOff(stranger);
  assert.ok(!idle.over && !busy.over);
  const fourth = await connect(listener);
  await idle.ended;
  assert.ok(!busy.over && !third.over && !fourth.over);
  assert.equal(listener.counters.evictedConnections, 2);
  assert.deepEqual(served.offences, []);
  for (const connection of [busy, third, fourth]) connection.close();
  await Promise.all([busy.ended, third.ended, fourth.ended]);
});

Deno.test("of those that have not greeted the oldest goes when there are too many, whatever room there is", async () => {
  await using served = listen({ maxStrangers: 2 });
  const { listener } = served;
  const greeted = await connect(listener);
  const strangers = [];
  for (let i = 0; i < 3; i++) strangers.push(await Deno.connect({ hostname: HOST, port: listener.port }));
  await cutOff(strangers[0]!);
  assert.equal(listener.counters.evictedConnections, 1);
  assert.equal(listener.connections, 3);
  greeted.open(REQUEST, DEAF);
  assert.ok(!greeted.over);
  for (const socket of strangers.slice(1)) socket.close();
  greeted.close();
  await greeted.ended;
});

Deno.test("of those that ask for nothing the oldest goes when there are too many; whoever asked once stays", async () => {
  await using served = listen({ maxUnused: 2 });
  const { listener } = served;
  const used = await connect(listener);
  used.open(REQUEST, DEAF).reset(ErrorCode.CANCEL);
  while (listener.counters.openStreams > 0 || listener.counters.streams < 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const fresh = [await connect(listener), await connect(listener), await connect(listener)] as const;
  await fresh[0].ended;
  assert.equal(listener.counters.evictedConnections, 1);
  assert.deepEqual([used, ...fresh.slice(1)].map(({ over }) => over), [false, false, false]);
  for (const connection of [used, ...fresh]) connection.close();
  await Promise.all([used, ...fresh].map(({ ended }) => ended));
});

Deno.test("a full server whose connections all work refuses newcomers", async () => {
  await using served = listen({ maxConnections: 1 });
  const busy = await connect(served.listener);
  busy.open(REQUEST, DEAF).send(new Uint8Array(2000));
  while (served.listener.counters.bytesReceived < 2000) await new Promise((resolve) => setTimeout(resolve, 1));
  await assert.rejects(connect(served.listener));
  assert.equal(served.listener.counters.refusedConnections, 1);
  busy.close();
  await busy.ended;
});

Deno.test("a server full of streams closes the connection that brings nothing for its own", async () => {
  await using served = listen({ maxStreams: 100 });
  const idler = await connect(served.listener);
  for (let i = 0; i < 99; i++) idler.open(REQUEST, DEAF);
  const worker = await connect(served.listener);
  worker.open(REQUEST, DEAF).send(new Uint8Array(2000));
  while (served.listener.counters.openStreams < 100) await new Promise((resolve) => setTimeout(resolve, 1));
  worker.open(REQUEST, DEAF).send(new Uint8Array(2000));
  await idler.ended;
  assert.ok(!worker.over);
  assert.equal(served.listener.counters.openStreams, 2);
  worker.close();
  await worker.ended;
});

Deno.test("what was brought long ago keeps no connection in a server full of streams", async () => {
  const clock = new ManualClock();
  await using served = listen({ maxStreams: 3 }, clock);
  const { counters } = served.listener;
  const [once, worker] = [await connect(served.listener), await connect(served.listener)];
  for (const bytes of [60_000, 0]) once.open(REQUEST, DEAF).send(new Uint8Array(bytes));
  while (counters.bytesReceived < 60_000) await new Promise((resolve) => setTimeout(resolve, 1));
  for (let looks = 0; looks < 2; looks++) clock.advance(15_000);
  worker.open(REQUEST, DEAF).send(new Uint8Array(2000));
  worker.open(REQUEST, DEAF).send(new Uint8Array(2000));
  await once.ended;
  assert.ok(!worker.over);
  worker.close();
  await worker.ended;
});

Deno.test("nobody goes for a request of a connection that takes none any more", async () => {
  await using served = listen({ maxStreams: 2 });
  const { counters } = served.listener;
  const bystander = await connect(served.listener);
  bystander.open(REQUEST, DEAF);
  const leaving = await Deno.connect({ hostname: HOST, port: served.listener.port });
  const goaway = frame(FrameType.GOAWAY, 0, 0, uint32(0, 0));
  for (const part of [PREFACE, SETTINGS, headers(1), goaway, headers(3)]) await leaving.write(part);
  while (counters.refusedStreams === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual([counters.evictedConnections, bystander.over], [0, false]);
  leaving.close();
  bystander.close();
  await bystander.ended;
});

Deno.test("a flood is one offence of its connection, and its address gains nothing by coming again", async () => {
  await using served = listen();
  const { listener, offences } = served;
  const sent: number[] = [];
  for (let round = 0; round < 3; round++) {
    const socket = await Deno.connect({ hostname: HOST, port: listener.port });
    const before = listener.counters.streams;
    const resets = Array.from(
      { length: 3000 },
      (_, i) => [...headers(2 * i + 1), ...frame(FrameType.RST_STREAM, 0, 2 * i + 1, uint32(8))],
    );
    const bytes = Uint8Array.from([...PREFACE, ...SETTINGS, ...resets.flat()]);
    try {
      for (let at = 0; at < bytes.length;) at += await socket.write(bytes.subarray(at));
    } catch (error) {
      assert.ok(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe);
    }
    await cutOff(socket);
    sent.push(listener.counters.streams - before);
  }
  assert.ok(sent[0]! > 1500 && sent[2]! < sent[0]! / 4, `${sent}`);
  assert.deepEqual(offences.map(({ code }) => code), new Array(3).fill(ErrorCode.ENHANCE_YOUR_CALM));
  assert.equal(listener.counters.floods, 3);
  assert.deepEqual(listener.counters.offences, { ENHANCE_YOUR_CALM: 3 });
});

Deno.test("answers that no window takes are paid for", async () => {
  const offences: Offence[] = [];
  const listener = new Http2Listener({
    hostname: HOST,
    port: 0,
    accept: (stream) => {
      stream.sendHeaders([[":status", "200"]]);
      stream.send(new Uint8Array(100));
      stream.end();
      return DEAF;
    },
    limits: { ...HTTP2_LIMITS, maxConcurrentStreams: 10_000 },
    onOffence: (offence) => offences.push(offence),
  });
  const socket = await Deno.connect({ hostname: HOST, port: listener.port });
  const noWindow = frame(FrameType.SETTINGS, 0, 0, Uint8Array.of(0, 4, 0, 0, 0, 0));
  const requests = Array.from(
    { length: 3000 },
    (_, i) => [...headers(2 * i + 1, REQUEST, Flag.END_HEADERS | Flag.END_STREAM)],
  );
  const bytes = Uint8Array.from([...PREFACE, ...noWindow, ...requests.flat()]);
  await socket.write(bytes).catch(() => {});
  await cutOff(socket);
  assert.deepEqual(offences.map(({ code }) => code), [ErrorCode.ENHANCE_YOUR_CALM]);
  assert.ok(listener.counters.streams < 2500, `${listener.counters.streams}`);
  listener.close();
  await listener.closed;
  assert.equal(listener.counters.openStreams, 0);
});

Deno.test("closeDoor() takes everybody who is at the door, and leaves the connections open", async () => {
  await using served = listen();
  const { listener } = served;
  const { port } = listener;
  const inside = await connect(listener);
  const waiting = await Promise.all(Array.from({ length: 200 }, () => Deno.connect({ hostname: HOST, port })));
  await listener.closeDoor();
  assert.equal(listener.connections, 201);
  await assert.rejects(Deno.connect({ hostname: HOST, port }), Deno.errors.ConnectionRefused);
  assert.equal(inside.usable, true);
  for (const socket of waiting) socket.close();
});
