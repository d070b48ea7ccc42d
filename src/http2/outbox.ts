import { BufferPool } from "./buffer_pool.ts";
import type { ErrorCode } from "./errors.ts";
import { Flag, FRAME_HEADER_BYTES, FrameType, MAX_FRAME_BYTES, NO_BYTES, writeUint32 } from "./frames.ts";
import { withoutTable } from "./hpack.ts";
import type { Transport } from "./transport.ts";

/** Above this many waiting bytes streams hold their DATA back. */
const DATA_HIGH_WATER_BYTES = 256 * 1024;
/** A peer that lets this many bytes of answers pile up does not read: the connection is given up. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

const buffers = new BufferPool();

export interface OutboxListener {
  /** A write of `bytes` is done: there may be room for DATA again. */
  written(bytes: number): void;
  /** The transport failed. */
  failed(): void;
  /** The peer lets too much pile up. */
  overfull(): void;
}

/**
 * Everything on its way to one peer. Frames are built in place, one behind the other, and leave in one write per turn
 * of the event loop; while a write is under way the next one collects.
 */
export class Outbox {
  /** Where the frame that `frame()` opened last is to be filled in. */
  bytes: Uint8Array = NO_BYTES;
  /** How often the transport has taken something so far: whoever waits for progress compares two readings. */
  writes = 0;
  #length = 0;
  #inFlight = 0;
  #busy = false;
  #closed = false;
  #saysNoTable = false;
  #emptied: (() => void) | undefined;
  readonly #start = () => void this.#write();

  constructor(readonly transport: Transport, readonly listener: OutboxListener) {}

  /** Bytes that the transport has not taken yet. */
  get waiting(): number {
    return this.#length + this.#inFlight;
  }

  /** Whether streams may add DATA. */
  get roomForData(): boolean {
    return this.waiting < DATA_HIGH_WATER_BYTES;
  }

  /** Opens a frame of `length` payload bytes; the caller fills `bytes` from the returned offset on, at once. */
  frame(type: number, flags: number, id: number, length: number): number {
    const at = this.#length;
    const end = at + FRAME_HEADER_BYTES + length;
    if (end > this.bytes.length) this.#grow(end);
    const bytes = this.bytes;
    bytes[at] = length >>> 16;
    bytes[at + 1] = length >>> 8;
    bytes[at + 2] = length;
    bytes[at + 3] = type;
    bytes[at + 4] = flags;
    writeUint32(bytes, at + 5, id);
    this.#commit(end);
    return at + FRAME_HEADER_BYTES;
  }

  /** Adds a frame whose payload is one 32-bit number: RST_STREAM or WINDOW_UPDATE. */
  frameOfUint32(type: number, id: number, value: number): void {
    const at = this.frame(type, 0, id, 4);
    writeUint32(this.bytes, at, value);
  }

  /** The peer's table for our header blocks has become smaller: the next block says that none is used (RFC 7541 §4.2). */
  tableNarrowed(): void {
    this.#saysNoTable = true;
  }

  /** Adds a header block as HEADERS and as many CONTINUATIONs as it needs (RFC 9113 §6.10). */
  headers(id: number, fields: Uint8Array, endStream: boolean): void {
    const block = this.#saysNoTable ? withoutTable(fields) : fields;
    this.#saysNoTable = false;
    let type: number = FrameType.HEADERS;
    let flags: number = endStream ? Flag.END_STREAM : 0;
    let from = 0;
    do {
      const end = Math.min(block.length, from + MAX_FRAME_BYTES);
      if (end === block.length) flags |= Flag.END_HEADERS;
      const at = this.frame(type, flags, id, end - from);
      this.bytes.set(from === 0 && end === block.length ? block : block.subarray(from, end), at);
      type = FrameType.CONTINUATION;
      flags = 0;
      from = end;
    } while (from < block.length);
  }

  /** Adds a PING; `mark` is the first byte of its payload, by which its answer is told from others' (RFC 9113 §6.7). */
  ping(mark: number): void {
    const at = this.frame(FrameType.PING, 0, 0, 8);
    this.bytes.fill(0, at, at + 8);
    this.bytes[at] = mark;
  }

  /** Adds a GOAWAY: no stream above `lastId` is taken (RFC 9113 §6.8). `reason` is for whoever looks at the wire. */
  goaway(lastId: number, code: ErrorCode, reason = ""): void {
    const text = new TextEncoder().encode(reason);
    const at = this.frame(FrameType.GOAWAY, 0, 0, 8 + text.length);
    writeUint32(this.bytes, at, lastId);
    writeUint32(this.bytes, at + 4, code);
    this.bytes.set(text, at + 8);
  }

  /** Adds bytes that are no frame: the client's preface. */
  raw(bytes: Uint8Array): void {
    const at = this.#length;
    if (at + bytes.length > this.bytes.length) this.#grow(at + bytes.length);
    this.bytes.set(bytes, at);
    this.#commit(at + bytes.length);
  }

  /** Calls `then` once everything that waits now has been taken by the transport. */
  whenEmpty(then: () => void): void {
    if (this.#busy) this.#emptied = then;
    else then();
  }

  /** Forgets what waits; nothing is written any more. */
  close(): void {
    this.#closed = true;
    this.#length = this.#inFlight = 0;
  }

  #commit(end: number): void {
    if (this.#closed) return;
    this.#length = end;
    if (this.#busy) {
      if (this.waiting > MAX_WAITING_BYTES) this.listener.overfull();
      return;
    }
    this.#busy = true;
    queueMicrotask(this.#start);
  }

  #grow(needed: number): void {
    const old = this.bytes;
    this.bytes = buffers.take(needed);
    if (old === NO_BYTES) return;
    this.bytes.set(old.subarray(0, this.#length));
    buffers.give(old);
  }

  async #write(): Promise<void> {
    while (this.#length > 0) {
      const bytes = this.bytes;
      const length = this.#length;
      this.bytes = NO_BYTES;
      this.#inFlight = length;
      this.#length = 0;
      try {
        for (let from = 0; from < length; this.writes++) {
          from += await this.transport.write(bytes.subarray(from, length));
        }
      } catch {
        return this.listener.failed();
      }
      this.#inFlight = 0;
      buffers.give(bytes);
      if (this.#closed) return;
      this.listener.written(length);
    }
    this.#busy = false;
    this.#emptied?.();
  }
}
