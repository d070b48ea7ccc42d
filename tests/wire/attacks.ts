import { gzipSync } from "node:zlib";
import { Flag, FrameType } from "../../src/http2/frames.ts";
import { Setting } from "../../src/http2/settings.ts";
import { Health } from "../../src/protocols/gen/health.ts";
import { encodeVoiceVARequest, VoiceVirtualAgent } from "../../src/protocols/gen/voicevirtualagent.ts";
import { RawClient } from "./raw_client.ts";
import {
  bytesOf,
  data,
  frame,
  joined,
  message,
  opening,
  ping,
  type RawFrame,
  repeated,
  request,
  requestBlock,
  rstStream,
  settings,
  uint32,
  windowUpdate,
} from "./raw_frames.ts";

/** What an attack came to. */
export interface AttackReport {
  /** Connections that were made. */
  readonly connections: number;
  /** How many of them the server ended. */
  readonly cutOff: number;
  /** The longest that it took to end one, in ms from its first byte. */
  readonly slowestCutOffMs: number;
}

/** Does its harm to the server on a port for about so many ms. */
export type Attack = (port: number, ms: number) => Promise<AttackReport>;

const CALL = VoiceVirtualAgent.ProcessCallerInput;
const nothing = message(new Uint8Array(0));
const start = message(
  encodeVoiceVARequest({ conversationId: "attack", customerOrgId: "o", eventInput: { eventType: 1 } }),
);
const frameOfAudio = message(
  encodeVoiceVARequest({
    conversationId: "attack",
    customerOrgId: "o",
    audioInput: { callerAudio: new Uint8Array(160).fill(0xff), encoding: 2, sampleRateHertz: 8000 },
  }),
);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Stream identifiers of a client, in order. */
const ids = (count: number) => Array.from({ length: count }, (_, i) => i * 2 + 1);

/**
 * Pours bytes into one connection, and into another one as soon as the server has ended it. When the time is over the
 * last one is given `lastMs` more to be ended in.
 */
function flood(first: Uint8Array, more: (round: number) => Uint8Array, lastMs = 1000): Attack {
  return async (port, ms) => {
    const until = performance.now() + ms;
    let connections = 0;
    let cutOff = 0;
    let slowestCutOffMs = 0;
    while (performance.now() < until) {
      using client = await RawClient.connect(port);
      connections++;
      const since = performance.now();
      let going = await client.send(first);
      for (let round = 0; going && performance.now() < until + lastMs; round++) going = await client.send(more(round));
      if (going) continue;
      await client.ended;
      cutOff++;
      slowestCutOffMs = Math.max(slowestCutOffMs, performance.now() - since);
    }
    return { connections, cutOff, slowestCutOffMs };
  };
}

/** The same frames over and over. */
function floodOf(...frames: readonly RawFrame[]): Attack {
  const run = repeated(bytesOf(frames), Math.ceil(8192 / bytesOf(frames).length));
  return flood(opening(), () => run);
}

/** A hundred new streams a round; `about` gives the frames of one. */
function floodOfStreams(about: (id: number) => readonly RawFrame[], first = opening(), lastMs = 1000): Attack {
  return flood(first, (round) => bytesOf(ids(100).flatMap((id) => about(id + round * 200))), lastMs);
}

/** RPCs that carry work, or look as if they did: they are served or refused one by one, however many come. */
function rpcs(about: (id: number) => readonly RawFrame[], lastMs = 0): Attack {
  return floodOfStreams(about, joined(opening(), bytesOf([windowUpdate(0, 1 << 30)])), lastMs);
}

/** The same, of a kind that ends the connection. */
function offences(about: (id: number) => readonly RawFrame[]): Attack {
  return rpcs(about, 3000);
}

/** More connections than the gateway keeps of those that ask for nothing. */
const CROWD = 9000;

/** Whether this machine lets a process have as many. */
export function holdsCrowd(): boolean {
  const limit = /Max open files\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/limits"));
  return Number(limit![1]) > CROWD + 100;
}

/** Holds so many connections open; `drip` is what each sends over and over, every 100 ms. */
function hold(count: number, first: Uint8Array, drip: Uint8Array = new Uint8Array(0)): Attack {
  return async (port, ms) => {
    using held = new DisposableStack();
    const clients: RawClient[] = [];
    const until = performance.now() + ms;
    while (clients.length < count) {
      const batch = Array.from({ length: Math.min(100, count - clients.length) }, async () => {
        const client = held.use(await RawClient.connect(port));
        await client.send(first);
        return client;
      });
      clients.push(...await Promise.all(batch));
    }
    do {
      await pause(100);
      if (drip.length > 0) { for (const client of clients) if (!client.over) await client.send(drip); }
    } while (performance.now() < until);
    return { connections: clients.length, cutOff: clients.filter(({ over }) => over).length, slowestCutOffMs: 0 };
  };
}

/** Requests whose answers are never read, after so many bytes of greeting. */
const neverReads = (greeting: Uint8Array): Attack => async (port, ms) => {
  using held = new DisposableStack();
  const clients = await Promise.all(
    Array.from({ length: 20 }, async () => held.use(await RawClient.connect(port, { reads: false }))),
  );
  const round = (first: number) =>
    bytesOf(ids(50).flatMap((id) => [request(first + id, Health.Check), data(first + id, nothing, true)]));
  for (const client of clients) {
    void (async () => {
      let going = await client.send(greeting);
      for (let first = 0; going; first += 100) going = await client.send(round(first));
    })();
  }
  await pause(ms);
  return { connections: clients.length, cutOff: clients.filter(({ over }) => over).length, slowestCutOffMs: 0 };
};

/** `depth` messages of a google.protobuf.Value inside one another, as a parameter of an event. */
function nested(depth: number): Uint8Array {
  let inner: Uint8Array = Uint8Array.of(0x08, 0x00);
  const within = (tag: number, body: Uint8Array) => {
    const length: number[] = [];
    for (let rest = body.length;; rest >>>= 7) {
      length.push(rest < 0x80 ? rest : rest & 0x7f | 0x80);
      if (rest < 0x80) break;
    }
    return joined(Uint8Array.of(tag, ...length), body);
  };
  // Value.list_value = 6, ListValue.values = 1
  for (let level = 0; level < depth; level++) inner = within(0x32, within(0x0a, inner));
  const entry = joined(within(0x0a, new TextEncoder().encode("k")), within(0x12, inner));
  const event = joined(Uint8Array.of(0x08, 1), within(0x1a, within(0x0a, entry)));
  return joined(encodeVoiceVARequest({ conversationId: "n", customerOrgId: "o" }), within(0x42, event));
}

/** A request's body in DATA frames of at most 10,000 bytes. */
function pieces(id: number, body: Uint8Array): RawFrame[] {
  const frames: RawFrame[] = [];
  for (let from = 0; from < body.length; from += 10_000) {
    frames.push(data(id, body.subarray(from, from + 10_000), from + 10_000 >= body.length));
  }
  return frames;
}

/** A header of 4,000 bytes goes into the table; a byte each then says it again, 16,000 times a block. */
function hpackBomb(): Attack {
  const plant = requestBlock("/");
  const value = new Uint8Array(3900).fill(0x61);
  const name = new TextEncoder().encode("bomb");
  const literal = joined(Uint8Array.of(0x40, name.length), name, Uint8Array.of(0x7f, 0xbd, 0x1d), value);
  const block = joined(plant, literal, new Uint8Array(12_000).fill(0xbe));
  return floodOfStreams((id) => [frame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, id, block)]);
}

const zeroWindow = opening([Setting.INITIAL_WINDOW_SIZE, 0]);
const halfDone = ids(1000).flatMap((id) => [request(id, CALL), data(id, frameOfAudio.subarray(0, 40))]);
const deep = message(nested(6000));
const aQuestion = message(Uint8Array.of(0x0a, 1, 0x78));
/** A message without its last bytes, as long as one may be where anybody may call. */
const halfSent = message(new Uint8Array(4000), 4096);

const bomb = message(gzipSync(new Uint8Array(20_000_000)), undefined, 1);
/** The same, which tells of no more than a message may have. */
const lyingBomb = bomb.slice();
new DataView(lyingBomb.buffer).setUint32(lyingBomb.length - 4, 1024 * 1024, true);
const hostile = ["../../../etc/passwd", "__proto__", "\0\x1b[31m\r\n", "<script>alert(1)</script>", "x".repeat(10_000)]
  .map((text) =>
    message(
      encodeVoiceVARequest({
        conversationId: text,
        customerOrgId: text,
        virtualAgentId: text,
        eventInput: { eventType: 1 },
      }),
    )
  );

/** Floods of what carries no work: the server ends the connection. */
export const FLOODS: Readonly<Record<string, Attack>> = {
  rapid_reset: floodOfStreams((id) => [request(id, CALL), rstStream(id)]),
  made_you_reset: floodOfStreams((id) => [request(id, CALL), windowUpdate(id, 0)]),
  continuation_flood: flood(
    joined(opening(), bytesOf([frame(FrameType.HEADERS, 0, 1, requestBlock(CALL))])),
    () => bytesOf([frame(FrameType.CONTINUATION, 0, 1, new Uint8Array(10))]),
  ),
  hpack_bomb: hpackBomb(),
  ping_flood: floodOf(ping()),
  settings_flood: floodOf(settings([Setting.INITIAL_WINDOW_SIZE, 1]), settings([Setting.INITIAL_WINDOW_SIZE, 2])),
  empty_data_flood: flood(
    joined(opening(), bytesOf([request(1, CALL)])),
    () => repeated(bytesOf([data(1, new Uint8Array(0))]), 1000),
  ),
  window_update_flood: floodOf(windowUpdate(0, 1)),
  priority_flood: floodOf(frame(FrameType.PRIORITY, 0, 1, joined(uint32(3), Uint8Array.of(1)))),
  unknown_frame_flood: floodOf(frame(0xee, 0xff, 1, new Uint8Array(8))),
  unknown_method_flood: floodOfStreams((id) => [request(id, "/no/Such"), data(id, nothing, true)]),
};

/** What is refused piece by piece until the server has had enough, and ends the connection. */
export const OFFENCES: Readonly<Record<string, Attack>> = {
  length_prefix_4gib: offences((id) => [request(id, CALL), data(id, message(start, 0xffffffff))]),
  zero_length_messages: offences((id) => [request(id, CALL), data(id, repeated(nothing, 300))]),
  lying_gzip_bomb: offences((id) => [request(id, CALL, [["grpc-encoding", "gzip"]]), ...pieces(id, lyingBomb)]),
  // Cut inside a field: elsewhere a part of it is a message as well.
  truncated_protobuf: offences((id) => [request(id, CALL), data(id, message(start.subarray(5, 6 + id % 7)), true)]),
  nested_protobuf: offences((id) => [request(id, CALL), ...pieces(id, deep)]),
  // More questions than the one that may be asked, and no room for answers.
  watch_again_and_again: floodOfStreams(
    (id) => [request(id, Health.Watch), data(id, repeated(aQuestion, 1500))],
    zeroWindow,
    3000,
  ),
};

/** What is borne, or refused piece by piece, for as long as it lasts. */
export const BURDENS: Readonly<Record<string, Attack>> = {
  unary_flood: rpcs((id) => [request(id, Health.Check), data(id, nothing, true)]),
  gzip_bomb: rpcs((id) => [request(id, CALL, [["grpc-encoding", "gzip"]]), ...pieces(id, bomb)]),
  half_sent_requests: hold(
    10,
    joined(opening(), bytesOf(ids(1000).flatMap((id) => [request(id, Health.Check), data(id, halfSent)]))),
  ),
  call_flood: rpcs((id) => [request(id, CALL), data(id, start, true)]),
  hostile_strings: rpcs((id) => [request(id, CALL), ...pieces(id, hostile[(id >> 1) % hostile.length]!)]),
  watch_without_window: flood(
    joined(zeroWindow, bytesOf([request(1, Health.Watch)])),
    () => bytesOf([data(1, repeated(nothing, 3000))]),
    0,
  ),
  zero_window_stall: hold(
    10,
    joined(zeroWindow, bytesOf(ids(100).flatMap((id) => [request(id, CALL), data(id, start)]))),
  ),
  // Its answers meet the connection's window, and what no window takes is paid for …
  never_reads: neverReads(opening([Setting.INITIAL_WINDOW_SIZE, 1 << 30])),
  // … or they pile up where the system takes no more.
  never_reads_with_window: neverReads(
    joined(opening([Setting.INITIAL_WINDOW_SIZE, 1 << 30]), bytesOf([windowUpdate(0, 1 << 30)])),
  ),
  slow_headers: hold(
    300,
    joined(
      opening(),
      bytesOf([
        frame(FrameType.HEADERS, 0, 1, requestBlock(CALL).subarray(0, 20)),
        { ...frame(FrameType.CONTINUATION, 0, 1), length: 16_000 },
      ]),
    ),
    Uint8Array.of(0),
  ),
  slow_body: hold(
    300,
    joined(opening(), bytesOf([request(1, CALL), data(1, frameOfAudio.subarray(0, 6))])),
    bytesOf([data(1, Uint8Array.of(0))]),
  ),
  half_open_10000: hold(10, joined(opening(), bytesOf(halfDone))),
};

/** Crowds at the door: as many as are not wanted go. */
export const CROWDS: Readonly<Record<string, Attack>> = {
  idle: hold(CROWD, new Uint8Array(0)),
  idle_greeted: hold(CROWD, opening()),
};

/** Every attack by its name. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  // No attack: what the others are to be compared with.
  none: hold(0, new Uint8Array(0)),
  ...FLOODS,
  ...OFFENCES,
  ...BURDENS,
  ...CROWDS,
};
