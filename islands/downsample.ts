/** The rate of a telephone, in Hz. */
export const TELEPHONE_HZ = 8000;
/** Zero crossings of the kernel on each side: how sharp the edge at 4 kHz is. */
const CROSSINGS = 16;
/** Steps between two crossings in the kernel's table. */
const STEPS = 256;
/** Where the pass band ends, as part of half the telephone's rate. */
const EDGE = 0.9;

/**
 * Turns a browser's samples (-1 to 1, of `rate` Hz, 8000 or more) into 16-bit samples of 8 kHz, piece by piece: band-limited
 * interpolation with a windowed sinc (J. O. Smith, "Digital Audio Resampling"), Hann window. How the sound is cut into
 * pieces changes nothing of what comes out.
 */
export class Downsampler {
  readonly #step: number;
  /** Input samples on each side of an output sample that count for it. */
  readonly #reach: number;
  /** The kernel from its middle on, `STEPS` values a crossing. */
  readonly #kernel: Float32Array;
  #held: Float32Array<ArrayBufferLike>;
  /** Where the next output sample lies among the samples that are held. */
  #at: number;

  constructor(rate: number) {
    if (!(rate >= TELEPHONE_HZ)) throw new RangeError(`Cannot downsample: 8000 Hz or more expected: received ${rate}`);
    this.#step = rate / TELEPHONE_HZ;
    this.#reach = Math.ceil(CROSSINGS * this.#step / EDGE);
    this.#kernel = Float32Array.from({ length: CROSSINGS * STEPS + 2 }, (_, n) => {
      const x = n / STEPS;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      return x >= CROSSINGS ? 0 : sinc * (0.5 + 0.5 * Math.cos(Math.PI * x / CROSSINGS));
    });
    this.#held = new Float32Array(this.#reach);
    this.#at = this.#reach;
  }

  /** Takes a piece of any length. Returns what is complete of it, `reach` samples late. */
  push(piece: Float32Array): Int16Array<ArrayBuffer> {
    const held = new Float32Array(this.#held.length + piece.length);
    held.set(this.#held);
    held.set(piece, this.#held.length);
    const last = held.length - 1 - this.#reach;
    const made = new Int16Array(Math.max(0, Math.floor((last - this.#at) / this.#step) + 1));
    for (let n = 0; n < made.length; n++) {
      made[n] = Math.max(-32768, Math.min(32767, Math.round(32767 * this.#sample(held, this.#at))));
      this.#at += this.#step;
    }
    const spent = Math.max(0, Math.floor(this.#at) - this.#reach);
    this.#at -= spent;
    this.#held = held.subarray(spent);
    return made;
  }

  #sample(held: Float32Array, at: number): number {
    const scale = EDGE / this.#step;
    let sum = 0;
    for (let n = Math.ceil(at - this.#reach); n <= at + this.#reach; n++) {
      const place = Math.abs(n - at) * scale * STEPS;
      const before = Math.floor(place);
      if (before > CROSSINGS * STEPS) continue;
      const low = this.#kernel[before]!;
      sum += (held[n] ?? 0) * (low + (this.#kernel[before + 1]! - low) * (place - before));
    }
    return sum * scale;
  }
}
