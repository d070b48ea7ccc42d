import { type Audio, type AudioFormat, bytesPerSample } from "../audio/format.ts";

/** What is kept around the speech itself, in ms. The decision that speech began comes up to a few 100 ms after its first sound. */
const BEFORE_MS = 500;
const AFTER_MS = 200;
/** Audio is gathered in blocks of this many bytes, which go from one utterance to the next. */
const BLOCK_BYTES = 4000;
const MOST_SPARE_BLOCKS = 2000;

const spare: Uint8Array[] = [];

/** Gathers one utterance: the speech, a little of what came before it and a little of the silence that ended it. */
export class UtteranceBuffer implements Disposable {
  #blocks: Uint8Array[] = [];
  /** Bytes in the blocks, and how many of the first ones are older than what is kept. */
  #length = 0;
  #skipped = 0;
  #speaking = false;
  readonly #bytesPerMs: number;
  readonly #beforeBytes: number;
  readonly #maxBytes: number;

  /** `maxMs`: the longest speech that is gathered; what follows is left out. */
  constructor(readonly format: AudioFormat, maxMs: number) {
    this.#bytesPerMs = format.sampleRate * bytesPerSample(format) / 1000;
    this.#beforeBytes = BEFORE_MS * this.#bytesPerMs;
    this.#maxBytes = this.#beforeBytes + maxMs * this.#bytesPerMs;
  }

  /** Takes the bytes of `data` from `from` to `to`; they are copied. */
  add(data: Uint8Array, from: number, to: number): void {
    if (this.#speaking) to = Math.min(to, from + this.#maxBytes - (this.#length - this.#skipped));
    while (from < to) {
      const at = this.#length % BLOCK_BYTES;
      if (at === 0) this.#blocks.push(spare.pop() ?? new Uint8Array(BLOCK_BYTES));
      const size = Math.min(to - from, BLOCK_BYTES - at);
      const block = this.#blocks[this.#blocks.length - 1]!;
      // A loop: for a frame of 20 ms it takes a third of the time of `set` with a view.
      for (let n = 0; n < size; n++) block[at + n] = data[from + n]!;
      this.#length += size;
      from += size;
      if (!this.#speaking && this.#length - BLOCK_BYTES >= this.#beforeBytes) this.#dropOldest();
    }
  }

  /** Speech has begun: everything from now on belongs to the utterance, and so does what came just before. */
  begin(): void {
    this.#speaking = true;
    this.#skipped = Math.max(0, this.#length - this.#beforeBytes);
  }

  /** Speech has ended, after `silenceMs` of silence. Returns the utterance and starts afresh. */
  end(silenceMs: number): Audio {
    const trailing = Math.max(0, silenceMs - AFTER_MS) * this.#bytesPerMs;
    const until = Math.max(this.#skipped, this.#length - trailing);
    const data = new Uint8Array(until - this.#skipped);
    for (let from = this.#skipped; from < until;) {
      const at = from % BLOCK_BYTES;
      const size = Math.min(until - from, BLOCK_BYTES - at);
      data.set(this.#blocks[(from - at) / BLOCK_BYTES]!.subarray(at, at + size), from - this.#skipped);
      from += size;
    }
    this[Symbol.dispose]();
    return { format: this.format, data };
  }

  /** Lets go of everything gathered. */
  [Symbol.dispose](): void {
    for (const block of this.#blocks) if (spare.length < MOST_SPARE_BLOCKS) spare.push(block);
    this.#blocks = [];
    this.#length = 0;
    this.#skipped = 0;
    this.#speaking = false;
  }

  #dropOldest(): void {
    spare.push(this.#blocks.shift()!);
    this.#length -= BLOCK_BYTES;
  }
}
