import { Span } from "../lib/span.ts";
import { Cost } from "../http2/budget.ts";
import { NO_BYTES, readUint32, writeUint32 } from "../http2/frames.ts";
import { decompress, decompressedBytes } from "./compression.ts";
import { GrpcError, Status } from "./status.ts";

/** Bytes before each message: a flag for compression, and the length in big-endian (doc/PROTOCOL-HTTP2.md). */
export const PREFIX_BYTES = 5;
const FIRST_BUFFER_BYTES = 1024;
/** Bytes of decompressed message that cost their sender a token; the first of a message are free. */
const BYTES_PER_TOKEN = 16 * 1024;
const prefix = new Uint8Array(PREFIX_BYTES);

/** The prefix of a message of `length` bytes; the same array is filled anew by every call. */
export function prefixOf(length: number): Uint8Array {
  writeUint32(prefix, 1, length);
  return prefix;
}

/** Bytes that half-received messages may take, shared by every RPC of one end. */
export class HeldBytes {
  #bytes = 0;

  /** `cost`: tokens that who finds no room pays. Where others' calls wait too, they would pay for what strangers do. */
  constructor(readonly limit: number, readonly cost = 0) {}

  /** Changes the sum by `bytes`. Returns false, and changes nothing, when it would exceed the limit. */
  add(bytes: number): boolean {
    if (bytes > 0 && this.#bytes + bytes > this.limit) return false;
    this.#bytes += bytes;
    return true;
  }
}

/** Whose messages a reader reads. */
export interface MessageTaker {
  /** A whole message. */
  takeMessage(bytes: Span): void;
  /** Every message was handed out, and no more come. */
  takeEnd(): void;
  /** So many received bytes were taken: the peer may send as many more. */
  consumed(bytes: number): void;
  /** Lets the peer pay for what is cheap to send: empty, compressed, impossible and half messages. May close the reader. */
  charge(cost: number): void;
}

/** Cuts the DATA of one direction of one RPC into messages. While paused it keeps what comes, and takes none of it. */
export class MessageReader {
  /** What `grpc-encoding` of the peer says. */
  encoding: string | undefined;
  /** Largest message taken, decompressed. */
  maxMessageBytes: number;
  /** Where it counts what it keeps. */
  held: HeldBytes;
  readonly #taker: MessageTaker;
  /** Bytes that wait: of a half-received message, or of everything that came while paused. */
  #kept: Uint8Array | undefined;
  #keptBytes = 0;
  /** Received and not yet reported as consumed. */
  #untaken = 0;
  #paused = false;
  #reading = false;
  /** The message that is handed out. */
  readonly #message = new Span();
  #ended = false;
  #closed = false;

  constructor(taker: MessageTaker, options: { readonly maxMessageBytes: number; readonly held: HeldBytes }) {
    this.#taker = taker;
    this.maxMessageBytes = options.maxMessageBytes;
    this.held = options.held;
  }

  /** Takes a piece of DATA. Throws GrpcError for a message that is too long or compressed in vain, and what `takeMessage` throws. */
  receive(data: Span): void {
    if (this.#closed) return;
    this.#untaken += data.length;
    if (this.#kept === undefined && !this.#paused) return this.#read(data.bytes, data.from, data.to);
    this.#keep(data.bytes, data.from, data.to);
    this.#readKept();
  }

  /** Takes the end of the direction. Throws GrpcError INTERNAL when it cuts a message, and what `takeMessage` throws. */
  end(): void {
    this.#ended = true;
    this.#readKept();
  }

  /** Hands out no message until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on, beginning with what came meanwhile. Throws as `receive` does. */
  resume(): void {
    this.#paused = false;
    this.#readKept();
  }

  /** Forgets what is kept; nothing is handed out any more. */
  close(): void {
    this.#closed = true;
    this.#release();
  }

  #readKept(): void {
    if (this.#reading || this.#paused || this.#closed) return;
    this.#read(this.#kept ?? NO_BYTES, 0, this.#keptBytes);
  }

  /** Hands out the messages in `bytes` from `at` to `to`, a frame's DATA or everything that is kept, and keeps the rest. */
  #read(bytes: Uint8Array, at: number, to: number): void {
    this.#reading = true;
    try {
      while (!this.#paused && !this.#closed && to - at >= PREFIX_BYTES) {
        const start = at + PREFIX_BYTES;
        const end = start + this.#lengthAt(bytes, at);
        if (end > to) break;
        if (bytes[at] !== 0) this.#inflated(bytes.subarray(start, end));
        else if (end === start) this.#empty();
        else this.#taker.takeMessage(this.#message.set(bytes, start, end));
        at = end;
      }
    } finally {
      this.#reading = false;
    }
    if (this.#closed) return;
    this.#keepRest(bytes, at, to);
    if (this.#paused) return;
    const taken = this.#untaken;
    this.#untaken = 0;
    if (taken > 0) this.#taker.consumed(taken);
    if (this.#ended) this.#finish();
  }

  /** Has it paid for by the size that it tells, whatever it then turns out to hold. */
  #inflated(bytes: Uint8Array): void {
    const size = decompressedBytes(bytes, this.encoding, this.maxMessageBytes);
    if (size > BYTES_PER_TOKEN) this.#taker.charge(size / BYTES_PER_TOKEN);
    if (this.#closed) return;
    const whole = decompress(bytes, size);
    this.#taker.takeMessage(this.#message.set(whole, 0, whole.length));
  }

  #empty(): void {
    this.#taker.charge(Cost.CONTROL);
    if (!this.#closed) this.#taker.takeMessage(this.#message.set(NO_BYTES, 0, 0));
  }

  #finish(): void {
    if (this.#keptBytes > 0) throw new GrpcError(Status.INTERNAL, "Cannot read a message: the stream ended inside it");
    this.#closed = true;
    this.#taker.takeEnd();
  }

  #lengthAt(bytes: Uint8Array, at: number): number {
    const length = readUint32(bytes, at + 1);
    if (bytes[at]! > 1 || length > this.maxMessageBytes) this.#taker.charge(Cost.OFFENCE);
    if (bytes[at]! > 1) {
      throw new GrpcError(Status.INTERNAL, "Cannot read a message: 0 or 1 for its compression expected");
    }
    if (length > this.maxMessageBytes) {
      throw new GrpcError(
        Status.RESOURCE_EXHAUSTED,
        `Cannot read a message: at most ${this.maxMessageBytes} bytes expected: received ${length}`,
      );
    }
    return length;
  }

  #keepRest(bytes: Uint8Array, from: number, to: number): void {
    if (bytes !== this.#kept) return from < to ? this.#keep(bytes, from, to) : undefined;
    if (from === to) return this.#release();
    if (from > 0) bytes.copyWithin(0, from, to);
    this.#keptBytes = to - from;
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    const needed = this.#keptBytes + to - from;
    const room = this.#kept?.length ?? 0;
    if (needed > room) {
      const size = Math.max(needed, room * 2, FIRST_BUFFER_BYTES);
      if (!this.held.add(size - room)) {
        this.#taker.charge(this.held.cost);
        throw new GrpcError(Status.RESOURCE_EXHAUSTED, "Cannot keep a message: too many others are half received");
      }
      const grown = new Uint8Array(size);
      if (this.#kept !== undefined) grown.set(this.#kept.subarray(0, this.#keptBytes));
      this.#kept = grown;
    }
    this.#kept!.set(bytes.subarray(from, to), this.#keptBytes);
    this.#keptBytes = needed;
  }

  #release(): void {
    if (this.#kept === undefined) return;
    this.held.add(-this.#kept.length);
    this.#kept = undefined;
    this.#keptBytes = 0;
  }
}
