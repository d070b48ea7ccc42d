import { Span } from "../lib/span.ts";
import { ErrorCode, Http2Error } from "./errors.ts";
import { FRAME_HEADER_BYTES, MAX_FRAME_BYTES, PREFACE, readUint24, readUint31 } from "./frames.ts";

/** Holds what a client greets with: most connections stay idle. */
const FIRST_BYTES = 256;
/** Holds the largest frame, and about a hundred of the small ones of a call. */
const MAX_BYTES = 32 * 1024;

/** The one buffer that a connection is read into, and the frames in it. It grows for a peer that fills it. */
export class Inbox {
  type = 0;
  flags = 0;
  id = 0;
  /** How many frames `next` found so far: whoever waits for progress compares two readings. */
  frames = 0;
  /** Payload of the frame that `next` found; valid until `room` is called. */
  readonly payload = new Span();
  #bytes = new Uint8Array(FIRST_BYTES);
  #from = 0;
  #end = 0;

  /** Where the next read goes: never empty once `next` has taken every complete frame. */
  room(): Uint8Array {
    const rest = this.#end - this.#from;
    const full = this.#end === this.#bytes.length;
    if (full && this.#bytes.length < MAX_BYTES) {
      const bytes = new Uint8Array(Math.min(MAX_BYTES, this.#bytes.length * 4));
      bytes.set(this.#bytes.subarray(this.#from, this.#end));
      this.#bytes = bytes;
    } else if (rest > 0 && this.#from > 0) {
      this.#bytes.copyWithin(0, this.#from, this.#end);
    }
    this.#from = 0;
    this.#end = rest;
    return rest === 0 ? this.#bytes : this.#bytes.subarray(rest);
  }

  /** Counts `bytes` that were read into `room`. */
  received(bytes: number): void {
    this.#end += bytes;
  }

  /** Whether the last read filled the whole buffer: the next one may be served without a look at other sockets. */
  get brimful(): boolean {
    return this.#end === MAX_BYTES;
  }

  /** Whether a frame has begun whose end is not here yet. */
  get halfway(): boolean {
    return this.#end > this.#from;
  }

  /** Drops what was read. */
  clear(): void {
    this.#from = this.#end = 0;
  }

  /** Takes the client's preface. Returns false until it is complete. Throws Http2Error for anything else. */
  takePreface(): boolean {
    const length = Math.min(PREFACE.length, this.#end);
    for (let i = 0; i < length; i++) {
      if (this.#bytes[i] !== PREFACE[i]) {
        throw new Http2Error(
          ErrorCode.PROTOCOL_ERROR,
          `Cannot open the connection: the preface of HTTP/2 expected: received something else at byte ${i}`,
        );
      }
    }
    if (length < PREFACE.length) return false;
    this.#from = length;
    return true;
  }

  /** Moves to the next complete frame. Throws Http2Error FRAME_SIZE_ERROR for one above 16,384 bytes (RFC 9113 §4.2). */
  next(): boolean {
    const at = this.#from;
    const bytes = this.#bytes;
    if (this.#end - at < FRAME_HEADER_BYTES) return false;
    const length = readUint24(bytes, at);
    if (length > MAX_FRAME_BYTES) {
      throw new Http2Error(
        ErrorCode.FRAME_SIZE_ERROR,
        `Cannot take a frame: at most ${MAX_FRAME_BYTES} bytes expected: received ${length}`,
      );
    }
    const start = at + FRAME_HEADER_BYTES;
    if (this.#end - start < length) return false;
    this.type = bytes[at + 3]!;
    this.flags = bytes[at + 4]!;
    this.id = readUint31(bytes, at + 5);
    this.#from = start + length;
    this.frames++;
    this.payload.set(bytes, start, this.#from);
    return true;
  }
}
