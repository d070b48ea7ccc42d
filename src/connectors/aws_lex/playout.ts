import type { Clock } from "../../lib/clock.ts";

/**
 * What the caller has heard: Webex never says that it has finished playing, so it is reckoned from when audio was sent and
 * how long it is.
 */
export class Playout {
  /** When all that was sent will have been played, in ms of the clock. */
  #until = 0;
  #callOff: (() => void) | undefined;

  constructor(readonly clock: Clock) {}

  /** Audio of `ms` has been sent. */
  sent(ms: number): void {
    this.#until = Math.max(this.#until, this.clock.now()) + ms;
  }

  /** Calls `done` once everything has been played, unless it is stopped before. */
  whenPlayed(done: () => void): void {
    this.stop(this.#until);
    this.#callOff = this.clock.setTimer(Math.max(0, this.#until - this.clock.now()), () => {
      this.#callOff = undefined;
      done();
    });
  }

  /** The caller has cut it short, at the time `until`. Returns whether anybody was still to be told of its end. */
  stop(until = 0): boolean {
    const waited = this.#callOff !== undefined;
    this.#callOff?.();
    this.#callOff = undefined;
    this.#until = until;
    return waited;
  }
}
