import type { Clock } from "../lib/clock.ts";
import { ErrorCode, Http2Error } from "./errors.ts";
import { HTTP2_LIMITS, type Http2Limits } from "./limits.ts";

/** How many tokens an address has. */
export type TokenLimits = Pick<Http2Limits, "controlBurst" | "controlPerSecond">;

/**
 * What frames that carry no work cost their sender. A request answered and a DATA frame sent by us each earn one token
 * back: a peer may acknowledge what it gets with WINDOW_UPDATE and PING frames at any rate without meeting the bound.
 */
export const Cost = {
  /** WINDOW_UPDATE, or a frame for a stream that is already over. */
  SLIGHT: 0.2,
  /** PING, PRIORITY, SETTINGS ack, an empty DATA frame or message, a frame of an unknown type. */
  CONTROL: 1,
  /**
   * A request cancelled before any answer, or one that is refused (CVE-2023-44487), for want of a right too; an answer
   * that no window takes.
   */
  ABANDONED: 2,
  /** SETTINGS, and whatever makes us reset a stream (CVE-2025-8671) or answer with an error of HTTP. */
  OFFENCE: 5,
} as const;

/** What a connection may hold of its own, safe from its neighbours behind the same address. */
const OWN_TOKENS = 100;
/** What it begins with when the address has nothing left: enough to greet, not to harm. */
const LEAST_TOKENS = 40;
/** Enough for PINGs every other second on connections that do nothing else. */
const OWN_TOKENS_PER_MS = 0.0005;

/** The tokens that all connections of one address share, so that a new connection brings no new ones. */
export class TokenPool {
  readonly #most: number;
  readonly #perMs: number;
  #tokens: number;
  #filledAt: number;

  constructor(readonly clock: Clock, { controlBurst, controlPerSecond }: TokenLimits = HTTP2_LIMITS) {
    this.#most = this.#tokens = controlBurst;
    this.#perMs = controlPerSecond / 1000;
    this.#filledAt = clock.now();
  }

  /** Whether nothing is missing: such a pool is as good as a new one. */
  get full(): boolean {
    this.#refill();
    return this.#tokens >= this.#most;
  }

  /** Takes up to `tokens`; returns how many there were. */
  take(tokens: number): number {
    this.#refill();
    const taken = Math.min(tokens, this.#tokens);
    this.#tokens -= taken;
    return taken;
  }

  give(tokens: number): void {
    this.#tokens = Math.min(this.#most, this.#tokens + tokens);
  }

  #refill(): void {
    const now = this.clock.now();
    this.give((now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
  }
}

/** One connection's tokens against floods of frames that are cheap to send: PING, SETTINGS, RST_STREAM, WINDOW_UPDATE … */
export class ControlBudget {
  readonly #pool: TokenPool;
  #tokens: number;
  #filledAt: number;

  constructor(pool: TokenPool) {
    this.#pool = pool;
    this.#tokens = LEAST_TOKENS + pool.take(OWN_TOKENS - LEAST_TOKENS);
    this.#filledAt = pool.clock.now();
  }

  /** Whether most of its own tokens are there: not so for whoever lately needed those of the address. */
  get ample(): boolean {
    return this.#tokens > OWN_TOKENS / 2;
  }

  /** Takes `cost` tokens. Throws Http2Error ENHANCE_YOUR_CALM when the connection's and the address's are used up. */
  spend(cost: number): void {
    this.#tokens -= cost;
    if (this.#tokens >= 0) return;
    const now = this.#pool.clock.now();
    this.#tokens = Math.min(OWN_TOKENS, this.#tokens + (now - this.#filledAt) * OWN_TOKENS_PER_MS);
    this.#filledAt = now;
    if (this.#tokens >= 0) return;
    const needed = -this.#tokens;
    const taken = this.#pool.take(needed + OWN_TOKENS / 2);
    this.#tokens += taken;
    if (taken >= needed) return;
    throw new Http2Error(
      ErrorCode.ENHANCE_YOUR_CALM,
      "Cannot go on with the connection: frames that carry work expected: received too many others",
    );
  }

  /** Gives tokens back for a piece of work; what the connection cannot hold is its address's. */
  earn(tokens: number): void {
    if (this.#tokens < OWN_TOKENS) this.#tokens += tokens;
    else this.#pool.give(tokens);
  }

  /** The connection is over: what it had beyond the least goes back to its address. */
  close(): void {
    this.#pool.give(Math.max(0, this.#tokens - LEAST_TOKENS));
    this.#tokens = 0;
  }
}
