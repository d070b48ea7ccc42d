import type { Clock } from "../lib/clock.ts";
import { ErrorCode, Http2Error } from "./errors.ts";

/**
 * What frames that carry no work cost their sender. A request answered and a DATA frame sent by us each earn one token
 * back: a peer may acknowledge what it gets with WINDOW_UPDATE and PING frames at any rate without meeting the bound.
 */
export const Cost = {
  /** WINDOW_UPDATE, or a frame for a stream that is already over. */
  SLIGHT: 0.2,
  /** PING, PRIORITY, SETTINGS ack, an empty DATA frame, a frame of an unknown type. */
  CONTROL: 1,
  /** A request cancelled before any answer, or one that is refused (CVE-2023-44487). */
  ABANDONED: 2,
  /** SETTINGS, and whatever makes us reset a stream (CVE-2025-8671) or answer with an error of HTTP. */
  OFFENCE: 5,
} as const;

const BURST_TOKENS = 4000;
const TOKENS_PER_MS = 0.4;

/** A token bucket against floods of frames that are cheap to send: PING, SETTINGS, RST_STREAM, WINDOW_UPDATE … */
export class ControlBudget {
  #tokens = BURST_TOKENS;
  #filledAt: number;

  constructor(readonly clock: Clock) {
    this.#filledAt = clock.now();
  }

  /** Takes `cost` tokens. Throws Http2Error ENHANCE_YOUR_CALM when they are used up. */
  spend(cost: number): void {
    this.#tokens -= cost;
    if (this.#tokens >= 0) return;
    const now = this.clock.now();
    this.#tokens = Math.min(BURST_TOKENS, this.#tokens + (now - this.#filledAt) * TOKENS_PER_MS);
    this.#filledAt = now;
    if (this.#tokens >= 0) return;
    throw new Http2Error(
      ErrorCode.ENHANCE_YOUR_CALM,
      "Cannot go on with the connection: frames that carry work expected: received too many others",
    );
  }

  /** Gives one token back for a piece of work. */
  earn(): void {
    if (this.#tokens < BURST_TOKENS) this.#tokens++;
  }
}
