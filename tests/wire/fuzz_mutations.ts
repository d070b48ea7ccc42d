import { Flag, FrameType, MAX_FRAME_BYTES, MAX_UINT31, PREFACE } from "../../src/http2/frames.ts";
import { CONVERSATIONS } from "./fuzz_conversations.ts";
import type { Random } from "./fuzz_random.ts";
import {
  bytesOf,
  data,
  frame,
  goaway,
  joined,
  ping,
  type RawFrame,
  rstStream,
  uint32,
  windowUpdate,
} from "./raw_frames.ts";

/** Numbers at the edges of what fields of 8, 14, 16, 24, 31 and 32 bits hold. */
const EDGES = [
  0,
  1,
  2,
  5,
  127,
  255,
  256,
  MAX_FRAME_BYTES,
  MAX_FRAME_BYTES + 1,
  65_535,
  2 ** 24 - 1,
  MAX_UINT31,
  2 ** 32 - 1,
];
/** HPACK octets with a meaning of their own: indexes, size updates, literals, integers that go on. */
const HPACK = [0x00, 0x10, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0x82, 0xbe, 0xff];

type Mutation = (frames: RawFrame[], random: Random) => void;

/** Changes one frame of a conversation. */
function onFrame(change: (frame: RawFrame, random: Random) => RawFrame): Mutation {
  return (frames, random) => {
    if (frames.length === 0) return;
    const at = random.below(frames.length);
    frames[at] = change(frames[at]!, random);
  };
}

/** Changes one frame of a type, where there is one. */
function onType(type: number, change: (frame: RawFrame, random: Random) => RawFrame): Mutation {
  return (frames, random) => {
    const places = [...frames.keys()].filter((at) => frames[at]!.type === type);
    if (places.length === 0) return;
    const at = random.pick(places);
    frames[at] = change(frames[at]!, random);
  };
}

/** Changes octets of a payload: to any other, or to one of `likely`. */
function scratched(payload: Uint8Array, random: Random, likely?: readonly number[]): Uint8Array {
  const bytes = payload.slice();
  for (let times = 1 + random.below(4); times > 0 && bytes.length > 0; times--) {
    bytes[random.below(bytes.length)] = likely === undefined ? random.uint32() : random.pick(likely);
  }
  return bytes;
}

function inserted(payload: Uint8Array, random: Random, what: Uint8Array): Uint8Array {
  const at = random.below(payload.length + 1);
  return joined(payload.subarray(0, at), what, payload.subarray(at));
}

/** A frame that may not belong where it is put. */
function stranger(random: Random): RawFrame {
  const id = random.pick([0, 1, 1, 2, 3, 5, 7, 99, MAX_UINT31]);
  const edge = random.pick(EDGES);
  return random.pick([
    () => rstStream(id, edge),
    () => ping(random.once(2)),
    () => goaway(edge, random.below(16)),
    () => windowUpdate(id, edge),
    () => data(id, random.bytes(random.below(50)), random.once(2)),
    () => frame(FrameType.SETTINGS, random.once(3) ? Flag.ACK : 0, random.once(5) ? id : 0),
    () => frame(FrameType.PRIORITY, 0, id, joined(uint32(edge), Uint8Array.of(0))),
    () => frame(FrameType.PUSH_PROMISE, random.below(256), id, joined(uint32(edge), random.bytes(10))),
    () => frame(FrameType.CONTINUATION, random.below(8), id, random.bytes(random.below(20))),
    () => frame(FrameType.HEADERS, random.below(64), id, random.bytes(random.below(40))),
    () => frame(random.below(256), random.below(256), id, random.bytes(random.below(40))),
  ])();
}

function remove(frames: RawFrame[], random: Random): void {
  frames.splice(random.below(frames.length), 1);
}

function repeat(frames: RawFrame[], random: Random): void {
  const at = random.below(frames.length);
  const times = random.once(10) ? 200 : 1 + random.below(5);
  frames.splice(at, 0, ...Array.from({ length: times }, () => frames[at]!).filter((each) => each !== undefined));
}

function swap(frames: RawFrame[], random: Random): void {
  if (frames.length === 0) return;
  const [moved] = frames.splice(random.below(frames.length), 1);
  frames.splice(random.below(frames.length + 1), 0, moved!);
}

function intrude(frames: RawFrame[], random: Random): void {
  for (let times = 1 + random.below(3); times > 0; times--) {
    frames.splice(random.below(frames.length + 1), 0, stranger(random));
  }
}

/** Another conversation, on streams of its own or on the same ones, in between. */
function interleave(frames: RawFrame[], random: Random): void {
  const shift = random.pick([0, 2, 4, 100]);
  let at = random.below(frames.length + 1);
  for (const other of random.pick(CONVERSATIONS)) {
    frames.splice(at, 0, { ...other, id: other.id === 0 ? 0 : other.id + shift });
    at = Math.min(frames.length, at + 1 + random.below(3));
  }
}

/** A header block in pieces, with something between them now and then. */
function split(frames: RawFrame[], random: Random): void {
  const at = frames.findIndex(({ type }) => type === FrameType.HEADERS);
  if (at < 0) return;
  const { flags, id, payload } = frames[at]!;
  const cut = random.below(payload.length + 1);
  const pieces = [
    frame(FrameType.HEADERS, flags & ~Flag.END_HEADERS, id, payload.subarray(0, cut)),
    ...Array.from({ length: random.below(12) }, () => frame(FrameType.CONTINUATION, 0, id)),
    ...(random.once(4) ? [stranger(random)] : []),
    frame(FrameType.CONTINUATION, Flag.END_HEADERS, random.once(8) ? id + 2 : id, payload.subarray(cut)),
  ];
  frames.splice(at, 1, ...pieces);
}

/** Settings at the edges of their ranges. */
function settle(frame: RawFrame, random: Random): RawFrame {
  const parameters = Array.from({ length: 1 + random.below(random.once(10) ? 40 : 3) }, () => {
    return joined(Uint8Array.of(0, random.below(9)), uint32(random.pick(EDGES)));
  });
  return { ...frame, payload: joined(...parameters), length: parameters.length * 6 };
}

/** The flag and length before a message. */
function prefix(frame: RawFrame, random: Random): RawFrame {
  if (frame.payload.length < 5) return frame;
  const flag = random.once(2) ? 0 : random.below(256);
  return { ...frame, payload: joined(Uint8Array.of(flag), uint32(random.pick(EDGES)), frame.payload.subarray(5)) };
}

const MUTATIONS: readonly Mutation[] = [
  onFrame((each, random) => ({
    ...each,
    length: random.once(2) ? random.pick(EDGES) & 0xffffff : each.payload.length + 1,
  })),
  onFrame((each, random) => ({ ...each, flags: each.flags ^ (1 << random.below(8)) })),
  onFrame((each, random) => ({
    ...each,
    id: random.pick([0, 1, 2, 3, each.id + 2, each.id + 1, MAX_UINT31, 2 ** 32 - 1]),
  })),
  onFrame((each, random) => ({ ...each, type: random.below(12) })),
  onFrame((each, random) => ({ ...each, payload: scratched(each.payload, random) })),
  onFrame((each, random) => ({ ...each, payload: each.payload.subarray(0, random.below(each.payload.length + 1)) })),
  onFrame((each, random) => ({
    ...each,
    flags: each.flags | Flag.PADDED,
    payload: joined(Uint8Array.of(random.below(256)), each.payload, new Uint8Array(random.below(20))),
  })),
  onType(FrameType.HEADERS, (each, random) => ({ ...each, payload: scratched(each.payload, random, HPACK) })),
  onType(FrameType.HEADERS, (each, random) => ({
    ...each,
    payload: inserted(each.payload, random, Uint8Array.from({ length: 1 + random.below(6) }, () => random.pick(HPACK))),
  })),
  onType(FrameType.DATA, prefix),
  onType(
    FrameType.DATA,
    (each, random) => ({ ...each, payload: inserted(each.payload, random, random.bytes(1 + random.below(9))) }),
  ),
  onType(FrameType.SETTINGS, settle),
  remove,
  repeat,
  swap,
  intrude,
  interleave,
  split,
];

/** What a client sends on connection `number`: first each conversation as it is, crashers before all, then changed ones. */
export function said(number: number, random: Random): Uint8Array {
  const conversation = CONVERSATIONS[number];
  return conversation === undefined ? mutated(random) : joined(PREFACE, bytesOf(conversation));
}

function mutated(random: Random): Uint8Array {
  const bytes = changed(random.pick(CONVERSATIONS), random);
  return joined(random.once(50) ? random.bytes(random.below(30)) : PREFACE, bytes);
}

/** A conversation with up to five changes, cut short or with garbage in it now and then. */
export function changed(conversation: readonly RawFrame[], random: Random): Uint8Array {
  const frames = [...conversation];
  for (let times = random.below(6); times > 0; times--) random.pick(MUTATIONS)(frames, random);
  let bytes = bytesOf(frames);
  if (random.once(6)) bytes = bytes.subarray(0, random.below(bytes.length + 1));
  if (random.once(12)) bytes = inserted(bytes, random, random.bytes(1 + random.below(40)));
  return bytes;
}
