import { Flag, FrameType, MAX_UINT31, PREFACE, writeUint32 } from "../../src/http2/frames.ts";
import { encodeHeaders } from "../../src/http2/hpack.ts";
import type { HeaderField } from "../../src/http2/static_table.ts";

/** Frames written by hand: what a peer may send, and what it may not. */

const NOTHING = new Uint8Array(0);

/** One frame; `length` is what its header says when that is not the payload's own length. */
export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Uint8Array;
  readonly length?: number;
}

export function frame(type: number, flags: number, id: number, payload: Uint8Array = NOTHING): RawFrame {
  return { type, flags, id, payload };
}

/** The bytes of frames, one behind the other. */
export function bytesOf(frames: readonly RawFrame[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((sum, { payload }) => sum + 9 + payload.length, 0));
  let at = 0;
  for (const { type, flags, id, payload, length = payload.length } of frames) {
    writeUint32(bytes, at, length << 8);
    bytes[at + 3] = type;
    bytes[at + 4] = flags;
    writeUint32(bytes, at + 5, id);
    bytes.set(payload, at + 9);
    at += 9 + payload.length;
  }
  return bytes;
}

/** One run of bytes, `times` times. */
export function repeated(bytes: Uint8Array, times: number): Uint8Array {
  const run = new Uint8Array(bytes.length * times);
  for (let i = 0; i < times; i++) run.set(bytes, i * bytes.length);
  return run;
}

export function joined(...runs: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(runs.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const run of runs) {
    bytes.set(run, at);
    at += run.length;
  }
  return bytes;
}

export function uint32(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  for (const [i, value] of values.entries()) writeUint32(bytes, i * 4, value);
  return bytes;
}

/** SETTINGS with the given parameters. */
export function settings(...parameters: readonly (readonly [number, number])[]): RawFrame {
  const each = parameters.map(([parameter, value]) => joined(Uint8Array.of(parameter >> 8, parameter), uint32(value)));
  return frame(FrameType.SETTINGS, 0, 0, joined(...each));
}

/** What every client begins with. */
export function opening(...parameters: readonly (readonly [number, number])[]): Uint8Array {
  return joined(PREFACE, bytesOf([settings(...parameters)]));
}

/** The header block of an RPC. */
export function requestBlock(path: string, fields: readonly HeaderField[] = []): Uint8Array {
  return encodeHeaders([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "wire.test"],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
    ...fields,
  ]);
}

/** HEADERS that open an RPC. */
export function request(id: number, path: string, fields: readonly HeaderField[] = []): RawFrame {
  return frame(FrameType.HEADERS, Flag.END_HEADERS, id, requestBlock(path, fields));
}

/** DATA. */
export function data(id: number, payload: Uint8Array, ends = false): RawFrame {
  return frame(FrameType.DATA, ends ? Flag.END_STREAM : 0, id, payload);
}

/** A gRPC message with its prefix; `length` is what the prefix says when that is not the truth. */
export function message(body: Uint8Array, length = body.length, compressed = 0): Uint8Array {
  return joined(Uint8Array.of(compressed), uint32(length), body);
}

export function rstStream(id: number, code = 8): RawFrame {
  return frame(FrameType.RST_STREAM, 0, id, uint32(code));
}

export function windowUpdate(id: number, bytes = MAX_UINT31): RawFrame {
  return frame(FrameType.WINDOW_UPDATE, 0, id, uint32(bytes));
}

export function ping(ack = false): RawFrame {
  return frame(FrameType.PING, ack ? Flag.ACK : 0, 0, new Uint8Array(8));
}

export function goaway(lastId = 0, code = 0): RawFrame {
  return frame(FrameType.GOAWAY, 0, 0, uint32(lastId, code));
}
