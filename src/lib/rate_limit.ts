import type { Clock } from "./clock.ts";
import { setNewest } from "./newest.ts";

const MINUTE_MS = 60_000;
/** Keys that are told apart; who was forgotten starts anew. */
const MOST_KEYS = 10_000;

/** What is left to one key. */
interface Allowance {
  left: number;
  at: number;
}

/** How often something may be done for each of many keys: a minute's worth at once, and as much a minute from then on. */
export class RateLimit {
  readonly #allowances = new Map<string, Allowance>();

  constructor(readonly perMinute: number, readonly clock: Clock) {}

  /** Counts one more for `key`. Returns 0 when it may be done, else the milliseconds until it may. */
  take(key: string): number {
    const now = this.clock.now();
    const { left: before, at } = this.#allowances.get(key) ?? { left: this.perMinute, at: now };
    const left = Math.min(this.perMinute, before + (now - at) * this.perMinute / MINUTE_MS);
    const allowed = left >= 1;
    setNewest(this.#allowances, key, { left: allowed ? left - 1 : left, at: now }, MOST_KEYS);
    return allowed ? 0 : (1 - left) * MINUTE_MS / this.perMinute;
  }
}
