import { type Audio, type AudioFormat, bytesPerSample } from "../audio/format.ts";

/** What is kept around the speech itself, in ms. The decision that speech began comes up to a few 100 ms after its first sound. */
const BEFORE_MS = 500;
const AFTER_MS = 200;

/** Gathers one utterance: the speech, a little of what came before it and a little of the silence that ended it. */
export class UtteranceBuffer {
  /** The last BEFORE_MS before speech, as a ring. */
  #before: Uint8Array;
  #beforeLength = 0;
  #speech: Uint8Array | undefined;
  #length = 0;
  readonly #bytesPerMs: number;
  readonly #maxBytes: number;

  /** `maxMs`: the longest speech that is gathered; what follows is left out. */
  constructor(readonly format: AudioFormat, maxMs: number) {
    this.#bytesPerMs = format.sampleRate * bytesPerSample(format) / 1000;
    this.#before = new Uint8Array(BEFORE_MS * this.#bytesPerMs);
    this.#maxBytes = (BEFORE_MS + maxMs) * this.#bytesPerMs;
  }

  /** Takes the bytes of `data` from `from` to `to`. */
  add(data: Uint8Array, from: number, to: number): void {
    if (to <= from) return;
    if (this.#speech) this.#append(data, from, Math.min(to, from + this.#maxBytes - this.#length));
    else this.#remember(data, from, to);
  }

  /** Speech has begun: everything from now on belongs to the utterance, and so does what came just before. */
  begin(): void {
    this.#speech = new Uint8Array(4 * this.#before.length);
    const start = this.#beforeLength % this.#before.length;
    if (this.#beforeLength > this.#before.length) this.#append(this.#before, start, this.#before.length);
    this.#append(this.#before, 0, this.#beforeLength > this.#before.length ? start : this.#beforeLength);
  }

  /** Speech has ended, after `silenceMs` of silence. Returns the utterance and starts afresh. */
  end(silenceMs: number): Audio {
    const trailing = Math.max(0, silenceMs - AFTER_MS) * this.#bytesPerMs;
    const data = (this.#speech ?? new Uint8Array()).subarray(0, Math.max(0, this.#length - trailing));
    this.#speech = undefined;
    this.#length = 0;
    this.#beforeLength = 0;
    return { format: this.format, data };
  }

  #append(data: Uint8Array, from: number, to: number): void {
    if (to <= from) return;
    let speech = this.#speech!;
    if (this.#length + to - from > speech.length) {
      const larger = new Uint8Array(Math.max(2 * speech.length, this.#length + to - from));
      larger.set(speech.subarray(0, this.#length));
      this.#speech = speech = larger;
    }
    speech.set(from === 0 && to === data.length ? data : data.subarray(from, to), this.#length);
    this.#length += to - from;
  }

  #remember(data: Uint8Array, from: number, to: number): void {
    const ring = this.#before;
    if (to - from > ring.length) from = to - ring.length;
    const at = this.#beforeLength % ring.length;
    const room = ring.length - at;
    const piece = from === 0 && to === data.length ? data : data.subarray(from, to);
    if (piece.length <= room) {
      ring.set(piece, at);
    } else {
      ring.set(piece.subarray(0, room), at);
      ring.set(piece.subarray(room), 0);
    }
    this.#beforeLength += piece.length;
    if (this.#beforeLength >= 2 * ring.length) this.#beforeLength = ring.length + this.#beforeLength % ring.length;
  }
}
