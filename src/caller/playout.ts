import { readPrompt } from "../audio/convert.ts";
import { type Audio, durationMs, TELEPHONY } from "../audio/format.ts";
import { silenceByte } from "../audio/g711.ts";
import { WavError } from "../audio/wav.ts";
import type { Clock } from "../lib/clock.ts";
import type { Prompt } from "../protocols/gen/voicevirtualagent.ts";

/** A piece of 8 kHz mu-law on its way to the caller's ear. Times in ms of the call's clock. */
interface Piece {
  readonly audio: Uint8Array;
  readonly bargeIn: boolean;
  readonly startsAt: number;
  endsAt: number;
}

/** Who hears what is played, as it comes: a person's telephone. */
export interface Ear {
  /** 8 kHz mu-law, to be played after what came before. */
  plays(audio: Uint8Array): void;
  /** What has not been played is not to be. */
  cutOff(): void;
}

/** Longest call whose audio is kept, in ms: what comes later is played and forgotten. */
const KEPT_MS = 3_600_000;

/**
 * What the caller hears, on a playout clock: pieces follow each other without a gap as long as they come early enough.
 * `onChange` is called whenever the piece being played ends.
 */
export class Playout {
  #pieces: Piece[] = [];
  /** Index of the first piece that has not been played to its end. */
  #next = 0;
  #startedAt = 0;
  #firstAt: number | undefined;
  #callOffTimer: (() => void) | undefined;

  constructor(readonly clock: Clock, readonly onChange: () => void, readonly ear?: Ear) {}

  /** Whether something is being played, and then whether the caller may interrupt it. */
  get playing(): { readonly bargeIn: boolean } | undefined {
    return this.#pieces[this.#next];
  }

  /** When the prompts being played began, or the last ones did. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** Queues 8 kHz mu-law. */
  play(audio: Uint8Array, bargeIn: boolean): void {
    const now = this.clock.now();
    const before = this.#pieces.at(-1);
    const startsAt = Math.max(now, before?.endsAt ?? 0);
    if (!this.playing) this.#startedAt = startsAt;
    this.#firstAt ??= startsAt;
    const endsAt = startsAt + durationMs({ format: TELEPHONY, data: audio });
    this.#pieces.push({ audio, bargeIn, startsAt, endsAt });
    this.ear?.plays(audio);
    this.#schedule();
  }

  /** Stops at once and lets go of what is queued. Returns how much of it was not heard, in ms. */
  drop(): number {
    if (!this.playing) return 0;
    this.ear?.cutOff();
    const now = this.clock.now();
    const end = this.#pieces.at(-1)!.endsAt;
    const current = this.#pieces[this.#next]!;
    this.#pieces.length = this.#next + 1;
    current.endsAt = Math.max(current.startsAt, Math.min(current.endsAt, now));
    this.#next = this.#pieces.length;
    this.#callOffTimer?.();
    this.#callOffTimer = undefined;
    return Math.max(0, end - now);
  }

  /** Returns everything that was heard so far, from the first sound on, gaps as silence. */
  heard(): Audio {
    const now = this.clock.now(), first = this.#firstAt ?? now;
    const last = Math.min(now, this.#pieces.at(-1)?.endsAt ?? first, first + KEPT_MS);
    const samplesAt = (ms: number) => Math.max(0, Math.round((ms - first) * TELEPHONY.sampleRate / 1000));
    const data = new Uint8Array(samplesAt(last)).fill(silenceByte(TELEPHONY.encoding));
    for (const { audio, startsAt, endsAt } of this.#pieces) {
      const at = samplesAt(startsAt);
      const samples = Math.min(audio.length, samplesAt(endsAt) - at, data.length - at);
      if (samples > 0) data.set(audio.subarray(0, samples), at);
    }
    return { format: TELEPHONY, data };
  }

  [Symbol.dispose](): void {
    this.#callOffTimer?.();
  }

  #schedule(): void {
    if (this.#callOffTimer || !this.playing) return;
    this.#callOffTimer = this.clock.setTimer(Math.max(0, this.#pieces[this.#next]!.endsAt - this.clock.now()), () => {
      this.#callOffTimer = undefined;
      const now = this.clock.now();
      // Timers may fire a little early; a piece is over when its time is, within a sample.
      while (this.playing && this.#pieces[this.#next]!.endsAt <= now + 0.125) this.#next++;
      this.#schedule();
      this.onChange();
    });
  }
}

/** Returns a prompt's audio as 8 kHz mu-law. Without a WAV header, or with one that cannot be read, it is taken as such. */
export function audioOf({ audioContent }: Prompt, chunk: boolean): Uint8Array {
  if (chunk || audioContent.length === 0) return audioContent;
  try {
    return readPrompt(audioContent).data;
  } catch (error) {
    if (error instanceof WavError) return audioContent;
    throw error;
  }
}
