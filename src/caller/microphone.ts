import { type AudioFormat, bytesPerSample } from "../audio/format.ts";
import { silenceByte } from "../audio/g711.ts";
import type { Clock } from "../lib/clock.ts";

/**
 * Where the caller's voice goes; `speech` is undefined where nobody can tell. Returns false when no more frames should
 * come until `Microphone.resume()`.
 */
export type FrameSink = (frame: Uint8Array, speech: boolean | undefined) => boolean;

/**
 * The caller's side of the line: a frame at every tick of the call's clock, of speech while there is some and of silence
 * otherwise. As on a telephone, speech goes on while nobody listens.
 */
export class Microphone {
  /** One frame of silence. */
  readonly silence: Uint8Array;
  /** Length of one frame, in ms. */
  readonly frameMs: number;
  #speech: Uint8Array = new Uint8Array();
  #at = 0;
  /** Whether what is being said comes from a person, silence included. */
  #live = false;
  #sink: FrameSink | undefined;
  #held = false;
  #nextAt: number | undefined;
  #callOffTimer: (() => void) | undefined;

  /** `frameBytes`: bytes of one frame, at least one sample. */
  constructor(readonly clock: Clock, readonly format: AudioFormat, readonly frameBytes: number) {
    this.silence = new Uint8Array(frameBytes).fill(silenceByte(format.encoding));
    this.frameMs = frameBytes / bytesPerSample(format) * 1000 / format.sampleRate;
  }

  /** Whether the caller is speaking. */
  get speaking(): boolean {
    return this.#at < this.#speech.length;
  }

  /** Speaks; `data` is in the microphone's format. Whatever was being said is cut off. */
  speak(data: Uint8Array): void {
    this.#live = false;
    this.#speech = data;
    this.#at = 0;
    this.#start();
  }

  /**
   * Speaks on: what a person says comes piece by piece, as fast as it is said. Beyond `mostMs` the oldest of what waits is
   * let go, so that a line that lagged catches up.
   */
  feed(data: Uint8Array, mostMs: number): void {
    const waiting = this.#live ? this.#speech.subarray(this.#at) : new Uint8Array();
    const joined = new Uint8Array(waiting.length + data.length);
    joined.set(waiting);
    joined.set(data, waiting.length);
    const most = Math.ceil(mostMs / this.frameMs) * this.frameBytes;
    this.#live = true;
    this.#speech = joined.subarray(Math.max(0, joined.length - most));
    this.#at = 0;
    this.#start();
  }

  /** Falls silent. */
  hush(): void {
    this.#speech = new Uint8Array();
  }

  /** Sends every frame from now on to `sink`, the first one at once. */
  connect(sink: FrameSink): void {
    this.#sink = sink;
    this.#held = false;
    this.#start();
  }

  disconnect(): void {
    this.#sink = undefined;
    this.#held = false;
  }

  /** The sink has room again: the frames that are due follow at once. */
  resume(): void {
    this.#held = false;
    this.#start();
  }

  [Symbol.dispose](): void {
    this.disconnect();
    this.hush();
    this.#callOffTimer?.();
  }

  #start(): void {
    if (this.#callOffTimer) return;
    this.#nextAt ??= this.clock.now();
    this.#tick();
  }

  #tick(): void {
    this.#callOffTimer = undefined;
    const now = this.clock.now();
    while (this.#nextAt! <= now && this.#wanted()) {
      this.#nextAt! += this.frameMs;
      const speech = this.#live ? undefined : this.speaking;
      const frame = this.#nextFrame();
      if (this.#sink?.(frame, speech) === false) this.#held = true;
    }
    if (this.#held) return;
    if (!this.#wanted()) this.#nextAt = undefined;
    else this.#callOffTimer ??= this.clock.setTimer(this.#nextAt! - now, () => this.#tick());
  }

  #wanted(): boolean {
    return !this.#held && (this.#sink !== undefined || this.speaking);
  }

  #nextFrame(): Uint8Array {
    if (!this.speaking) return this.silence;
    const frame = this.#speech.subarray(this.#at, this.#at += this.frameBytes);
    if (frame.length === this.frameBytes) return frame;
    const padded = this.silence.slice();
    padded.set(frame);
    return padded;
  }
}
