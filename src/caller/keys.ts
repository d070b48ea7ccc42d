import type { Clock } from "../lib/clock.ts";
import type { DTMFInputConfig } from "../protocols/gen/byova_common.ts";

/** The keys of a telephone at the place of their DTMFDigits number; none is 0. */
const KEYS = ["", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "A", "B", "C", "D", "*", "#"];

/** Longest pause between two keys where the endpoint sets none, in ms. */
const BETWEEN_KEYS_MS = 3000;

/** Returns the DTMFDigits number of each key. Throws RangeError for what no telephone has. */
export function readKeys(text: string): number[] {
  return Array.from(text, (key) => {
    const digit = KEYS.indexOf(key.toUpperCase());
    if (digit > 0) return digit;
    throw new RangeError(`Cannot press "${text}": keys must be 0-9, *, # or A-D: received "${key}"`);
  });
}

/** Returns the keys of DTMFDigits numbers as text. */
export function showKeys(digits: readonly number[]): string {
  return digits.map((digit) => KEYS[digit] ?? "?").join("");
}

/**
 * Collects the keys of one entry as Webex does, by the endpoint's rules: it is complete after `dtmfInputLength` keys, with
 * `termchar` (which is not part of it) or when no key follows within `interDigitTimeoutMsec`.
 */
export class KeyEntry {
  readonly digits: number[] = [];
  #callOffTimer: () => void = () => {};

  constructor(readonly clock: Clock, readonly rules: DTMFInputConfig | undefined, readonly onComplete: () => void) {}

  /** Takes a key, by its DTMFDigits number. */
  press(digit: number): void {
    this.#callOffTimer();
    if (digit === this.rules?.termchar) return this.onComplete();
    this.digits.push(digit);
    if (this.digits.length === this.rules?.dtmfInputLength) return this.onComplete();
    this.#callOffTimer = this.clock.setTimer(this.rules?.interDigitTimeoutMsec || BETWEEN_KEYS_MS, this.onComplete);
  }

  [Symbol.dispose](): void {
    this.#callOffTimer();
  }
}
