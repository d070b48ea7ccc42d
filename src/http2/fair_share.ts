import type { Clock } from "../lib/clock.ts";

/** Work for one client, in ms, after which the others get their turn of the event loop. */
const SHARE_MS = 2;

/** Sees to it that one busy connection does not keep the others waiting. */
export class FairShare {
  readonly #clock: Clock;
  #began = 0;
  #usedMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Work for the client begins. */
  begin(): void {
    this.#began = this.#clock.now();
  }

  /** It is done for now. Returns what to wait for when the client's share is used up. */
  end(): Promise<void> | undefined {
    this.#usedMs += this.#clock.now() - this.#began;
    if (this.#usedMs < SHARE_MS) return;
    this.#usedMs = 0;
    return this.#clock.nextTurn();
  }
}
