import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { KeySet, VerificationKey } from "./key_fetch.ts";
import type { Trouble } from "./trouble.ts";

const MINUTE_MS = 60_000;
/** However short or long an issuer says that its keys hold, they are asked for again after this long, in ms. */
const SHORTEST_AGE_MS = MINUTE_MS;
const LONGEST_AGE_MS = 24 * 60 * MINUTE_MS;
/** An issuer that cannot be reached is tried again after this long. */
const RETRY_MS = MINUTE_MS;
/** Keys that nobody has confirmed for this long are forgotten. */
const STALE_MS = 24 * 60 * MINUTE_MS;
/** The least time between two attempts for a key that is not known: with other keys at hand, and without any. */
const SEEK_AGAIN_MS = 30_000;
const SEEK_FIRST_MS = 5000;

export interface IssuerKeysOptions {
  readonly issuer: string;
  /** How long keys are kept when the issuer does not say, in ms. */
  readonly keepMs: number;
  readonly fetchKeys: (issuer: string, signal: AbortSignal) => Promise<KeySet>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The keys of one issuer. Fetched when the first is asked for, and from then on renewed in the background, so that
 * nobody ever waits for a key that is known; an issuer that is down keeps the keys that it had for 24 hours.
 */
export class IssuerKeys implements Disposable {
  /** Attempts to fetch, and how many of them failed. */
  fetches = 0;
  failures = 0;
  lastError: Trouble | undefined;
  readonly #options: IssuerKeysOptions;
  readonly #closing = new AbortController();
  #keys: ReadonlyMap<string, VerificationKey> = new Map();
  #attemptedAt = -Infinity;
  #confirmedAt = -Infinity;
  #loading: Promise<void> | undefined;
  #callOff = () => {};

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /** How many keys are known. */
  get size(): number {
    return this.#keys.size;
  }

  /** The key of that id, if it is known. The same object for as long as the issuer publishes it. */
  get(id: string): VerificationKey | undefined {
    return this.#keys.get(id);
  }

  /** Fetches the keys once more for one that is not known, unless that was done a moment ago. Never rejects. */
  async seek(id: string): Promise<VerificationKey | undefined> {
    const pause = this.#keys.size > 0 ? SEEK_AGAIN_MS : SEEK_FIRST_MS;
    if (this.#loading === undefined && this.#options.clock.now() - this.#attemptedAt >= pause) this.#load();
    await this.#loading;
    return this.#keys.get(id);
  }

  [Symbol.dispose](): void {
    this.#callOff();
    this.#closing.abort(new Error("the gateway stops"));
  }

  #load(): void {
    this.#callOff();
    this.#attemptedAt = this.#options.clock.now();
    this.#loading = this.#renew().finally(() => this.#loading = undefined);
  }

  async #renew(): Promise<void> {
    const { issuer, keepMs, fetchKeys, log, clock } = this.#options;
    this.fetches++;
    try {
      const { keys, maxAgeMs = keepMs } = await fetchKeys(issuer, this.#closing.signal);
      this.#keys = new Map([...keys].map(([id, fresh]) => [id, sameOr(this.#keys.get(id), fresh)]));
      this.#confirmedAt = clock.now();
      this.#loadIn(Math.min(LONGEST_AGE_MS, Math.max(SHORTEST_AGE_MS, maxAgeMs)));
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.failures++;
      const problem = error instanceof Error ? error.message : "unknown";
      this.lastError = { code: "JWKS-UNREACHABLE", message: problem, at: clock.date() };
      const { code } = this.lastError;
      log.warn("keys of an issuer cannot be fetched", { code, issuer, problem, known: this.#keys.size });
      if (clock.now() - this.#confirmedAt >= STALE_MS) this.#keys = new Map();
      else this.#loadIn(RETRY_MS);
    }
  }

  #loadIn(ms: number): void {
    if (!this.#closing.signal.aborted) this.#callOff = this.#options.clock.setTimer(ms, () => this.#load());
  }
}

function sameOr(known: VerificationKey | undefined, fresh: VerificationKey): VerificationKey {
  return known?.identity === fresh.identity ? known : fresh;
}
