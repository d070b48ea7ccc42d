import { type AudioFormat, bytesPerSample } from "../audio/format.ts";
import { ALAW_TO_LINEAR, MULAW_TO_LINEAR } from "../audio/g711.ts";
import type { AudioQuality } from "./event.ts";

/** So many ms after it was due, a packet is late: a telephone's jitter buffer would have run dry. */
const LATE_MS = 40;
/**
 * Every third sample is measured. No frame is left out, and since a packet of 20 ms is no multiple of three, no tone
 * is met at the same point of its wave for long.
 */
const STRIDE = 3;
/** The largest value of mu-law: from here on a sample counts as clipped. */
const FULL = 32124;
const FULL_SCALE = 32768;
const LOWEST_DB = -100;

/**
 * Measures what the audio of one turn is like, frame by frame as it comes: every packet for lateness, every third
 * sample for level, peak and clipping, so that a peak of a single sample may be missed. Nothing is allocated while
 * hearing; a frame of 20 ms takes 0.1 µs.
 */
export class AudioMeter {
  #samples = 0;
  /** Sum of the squares of 16-bit samples. */
  #energy = 0;
  #peak = 0;
  #clipped = 0;
  #late = 0;
  #longestGapMs = 0;
  /** When the last packet came, and when its audio has been played. */
  #cameAt = Infinity;
  #dueAt = Infinity;

  /** Hears the bytes of `data` from `from` to `to`, which came at `now`, in ms of a clock that never jumps. */
  hear(data: Uint8Array, format: AudioFormat, from: number, to: number, now: number): void {
    if (now - this.#cameAt > this.#longestGapMs) this.#longestGapMs = now - this.#cameAt;
    if (now - this.#dueAt > LATE_MS) this.#late++;
    this.#cameAt = now;
    this.#dueAt = now + (to - from) * 1000 / (format.sampleRate * bytesPerSample(format));
    if (format.encoding === "linear16") this.#measureLinear(data, from, to);
    else this.#measure(data, from, to, format.encoding === "mulaw" ? MULAW_TO_LINEAR : ALAW_TO_LINEAR);
  }

  /** What was heard so far. */
  quality(): AudioQuality {
    const samples = Math.max(1, this.#samples);
    return {
      late: this.#late,
      longestGapMs: rounded(this.#longestGapMs),
      levelDb: decibels(Math.sqrt(this.#energy / samples)),
      peakDb: decibels(this.#peak),
      clipped: this.#clipped / samples,
    };
  }

  #measure(data: Uint8Array, from: number, to: number, table: Int16Array): void {
    let energy = 0, peak = this.#peak, clipped = 0, samples = 0;
    for (let at = from; at < to; at += STRIDE) {
      const sample = Math.abs(table[data[at]!]!);
      energy += sample * sample;
      if (sample > peak) peak = sample;
      if (sample >= FULL) clipped++;
      samples++;
    }
    this.#add(energy, peak, clipped, samples);
  }

  #measureLinear(data: Uint8Array, from: number, to: number): void {
    let energy = 0, peak = this.#peak, clipped = 0, samples = 0;
    for (let at = from; at + 1 < to; at += 2 * STRIDE) {
      const sample = Math.abs((data[at]! | data[at + 1]! << 8) << 16 >> 16);
      energy += sample * sample;
      if (sample > peak) peak = sample;
      if (sample >= FULL) clipped++;
      samples++;
    }
    this.#add(energy, peak, clipped, samples);
  }

  #add(energy: number, peak: number, clipped: number, samples: number): void {
    this.#energy += energy;
    this.#peak = peak;
    this.#clipped += clipped;
    this.#samples += samples;
  }
}

function decibels(amplitude: number): number {
  return Math.max(LOWEST_DB, rounded(20 * Math.log10(amplitude / FULL_SCALE)));
}

/** To a tenth. */
function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
