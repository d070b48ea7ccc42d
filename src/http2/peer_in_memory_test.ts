import assert from "node:assert/strict";
import { ManualClock } from "../../tests/manual_clock.ts";
import { Http2Connection } from "./connection.ts";
import type { ConnectionOptions } from "./connection_options.ts";
import { Flag, FrameType, PREFACE, readUint24, readUint31, readUint32, writeUint32 } from "./frames.ts";
import { encodeHeaders } from "./hpack.ts";
import { HTTP2_LIMITS, type Http2Limits } from "./limits.ts";
import type { HeaderList } from "./static_table.ts";
import type { Http2Stream } from "./stream.ts";
import type { Transport } from "./transport.ts";

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Uint8Array;
}

export const REQUEST: HeaderList = [[":method", "POST"], [":scheme", "http"], [":path", "/a/b"]];
export const SETTINGS = frame(FrameType.SETTINGS, 0, 0);

export function frame(type: number, flags: number, id: number, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(9 + payload.length);
  writeUint32(bytes, 0, (payload.length << 8) | type);
  bytes[4] = flags;
  writeUint32(bytes, 5, id);
  bytes.set(payload, 9);
  return bytes;
}

export function uint32(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  for (const [i, value] of values.entries()) writeUint32(bytes, i * 4, value);
  return bytes;
}

export function headers(id: number, list: HeaderList = REQUEST, flags: number = Flag.END_HEADERS): Uint8Array {
  return frame(FrameType.HEADERS, flags, id, encodeHeaders(list));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function repeat(times: number, bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(times * bytes.length);
  for (let i = 0; i < times; i++) all.set(bytes, i * bytes.length);
  return all;
}

/** The peer's end of a connection in memory. */
export class Peer implements Transport {
  readonly frames: Frame[] = [];
  writes = 0;
  /** While set, the connection's writes wait for it. */
  stuck: Promise<void> | undefined;
  /** Bytes that are taken in one write at most. */
  mouthful = Infinity;
  /** Bytes that come before the first frame. */
  preface = 0;
  #unread = new Uint8Array(0);
  #incoming: Uint8Array[] = [];
  #ended = false;
  #readable = Promise.withResolvers<void>();
  #written = Promise.withResolvers<void>();

  /** Sends bytes to the connection. */
  send(...parts: Uint8Array[]): void {
    this.#incoming.push(concat(parts));
    this.#readable.resolve();
  }

  /** Resolves with the first frame of that type that was not taken yet. */
  async next(type: number): Promise<Frame> {
    for (;;) {
      const at = this.frames.findIndex((frame) => frame.type === type);
      if (at >= 0) return this.frames.splice(at, 1)[0]!;
      assert.ok(!this.#ended, `the connection ended before a frame of type ${type}`);
      await this.#written.promise;
    }
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#incoming.length === 0) {
      if (this.#ended) return null;
      this.#readable = Promise.withResolvers();
      await this.#readable.promise;
    }
    const part = this.#incoming[0]!;
    const length = Math.min(part.length, into.length);
    into.set(part.subarray(0, length));
    if (length < part.length) this.#incoming[0] = part.subarray(length);
    else this.#incoming.shift();
    return length;
  }

  async write(bytes: Uint8Array): Promise<number> {
    await this.stuck;
    if (this.#ended) throw new Deno.errors.BadResource();
    this.writes++;
    const taken = bytes.subarray(0, this.mouthful);
    this.#take(concat([this.#unread, taken]));
    return taken.length;
  }

  closeWrite(): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  close(): void {
    this.#ended = true;
    this.#readable.resolve();
    this.#wake();
  }

  #take(bytes: Uint8Array): void {
    let at = Math.min(this.preface, bytes.length);
    this.preface -= at;
    for (let end; bytes.length - at >= 9 && (end = at + 9 + readUint24(bytes, at)) <= bytes.length; at = end) {
      const payload = bytes.slice(at + 9, end);
      this.frames.push({ type: bytes[at + 3]!, flags: bytes[at + 4]!, id: readUint31(bytes, at + 5), payload });
    }
    this.#unread = bytes.slice(at);
    this.#wake();
  }

  #wake(): void {
    this.#written.resolve();
    this.#written = Promise.withResolvers();
  }
}

export interface Served {
  readonly peer: Peer;
  readonly connection: Http2Connection;
  readonly clock: ManualClock;
  readonly streams: Http2Stream[];
  readonly heard: string[];
}

export interface ServeOptions extends Omit<ConnectionOptions, "limits"> {
  readonly limits?: Partial<Http2Limits>;
}

/** A server's end that only listens, greeted by its peer. */
export function serve({ limits, ...options }: ServeOptions = {}): Served {
  const peer = new Peer();
  const clock = new ManualClock();
  const streams: Http2Stream[] = [];
  const heard: string[] = [];
  const connection = new Http2Connection(peer, {
    clock,
    accept: (stream) => {
      streams.push(stream);
      return {
        data: (bytes) => void heard.push(`${stream.id} data ${bytes.length}`),
        ended: () => void heard.push(`${stream.id} ended`),
        lost: (code) => void heard.push(`${stream.id} lost ${code}`),
        drained: () => void heard.push(`${stream.id} drained`),
      };
    },
    limits: { ...HTTP2_LIMITS, ...limits },
    ...options,
  });
  peer.send(PREFACE, SETTINGS);
  return { peer, connection, clock, streams, heard };
}

export async function codeOfGoaway({ peer, connection }: Served): Promise<number> {
  const goaway = await peer.next(FrameType.GOAWAY);
  await connection.ended;
  return readUint32(goaway.payload, 4);
}

export async function close({ connection }: Served): Promise<void> {
  connection.close();
  await connection.ended;
}
