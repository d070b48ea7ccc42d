import type { Clock } from "../lib/clock.ts";

/** Tells when a caller has been silent for too long. */
export class SilenceTimer {
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  #callOff: (() => void) | undefined;

  constructor(clock: Clock, onSilence: () => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
  }

  /** Counts `ms` from now on, unless it counts already. */
  start(ms: number): void {
    this.#callOff ??= this.#clock.setTimer(ms, () => {
      this.#callOff = undefined;
      this.#onSilence();
    });
  }

  stop(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }
}
