import { Reader } from "../lib/protobuf.ts";
import type { Span } from "../lib/span.ts";

/** The tag of VoiceVARequest.audio_input, and of the fields of VoiceInput that a frame is heard by. */
const AUDIO_INPUT = 6 << 3 | 2;
const CALLER_AUDIO = 1 << 3 | 2;
const ENCODING = 2 << 3;
const SAMPLE_RATE = 3 << 3;

/** A frame of audio in the buffer that its request stands in. */
export interface Frame {
  /** Where its audio starts and ends there, in bytes. */
  readonly from: number;
  readonly to: number;
  /** Its VoiceEncoding and its rate in Hz, 0 where the request leaves them out. */
  readonly encoding: number;
  readonly sampleRate: number;
}

/** What streams remember is kept in blocks that many share, in bytes. */
const BLOCK_BYTES = 4096;
/** The longest head that is remembered: ids of 256 bytes, and then some. Requests with a longer one are decoded whole. */
const LONGEST_HEAD = 2048;
let block = new Uint8Array(BLOCK_BYTES);
let blockUsed = 0;

/** Messages are read at once and one after the other: one reader does for all streams. */
const reader = new Reader(new Uint8Array());

/**
 * Reads frame after frame of one stream. All that its requests say before the audio (the ids above all) is the same
 * bytes again and again: they are compared, not decoded. Holds the frame that was read last.
 */
export class FrameReader implements Frame {
  from = 0;
  to = 0;
  encoding = 0;
  sampleRate = 0;
  /** The block that the head is kept in, and where. */
  #block: Uint8Array | undefined;
  #headAt = 0;
  #headBytes = 0;

  /** Remembers what a request that was decoded whole says before its audio. */
  learn(request: Uint8Array): void {
    this.#block = undefined;
    reader.start(request);
    while (reader.at < reader.end) {
      const at = reader.at;
      const tag = reader.tag();
      if (tag === AUDIO_INPUT) return at <= LONGEST_HEAD ? this.#keep(request.subarray(0, at)) : undefined;
      reader.skip(tag);
    }
  }

  /** Whether a request is a frame like the one that was learned, and nothing else. Throws DecodeError. */
  read({ bytes, from, to }: Span): boolean {
    const kept = this.#block, headAt = this.#headAt, headBytes = this.#headBytes;
    if (kept === undefined || to - from <= headBytes) return false;
    for (let at = 0; at < headBytes; at++) if (bytes[from + at] !== kept[headAt + at]) return false;
    reader.start(bytes, from + headBytes, to);
    if (reader.tag() !== AUDIO_INPUT) return false;
    reader.enter();
    if (reader.end !== to) return false;
    this.from =
      this.to =
      this.encoding =
      this.sampleRate =
        0;
    while (reader.at < reader.end) {
      const tag = reader.tag();
      if (tag === CALLER_AUDIO) this.#place(reader.span());
      else if (tag === ENCODING) this.encoding = reader.int32();
      else if (tag === SAMPLE_RATE) this.sampleRate = reader.int32();
      else reader.skip(tag);
    }
    return true;
  }

  #keep(head: Uint8Array): void {
    if (blockUsed + head.length > block.length) {
      block = new Uint8Array(BLOCK_BYTES);
      blockUsed = 0;
    }
    block.set(head, blockUsed);
    this.#block = block;
    this.#headAt = blockUsed;
    this.#headBytes = head.length;
    blockUsed += head.length;
  }

  #place(length: number): void {
    this.to = reader.at;
    this.from = reader.at - length;
  }
}
