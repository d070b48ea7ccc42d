import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { Gate } from "./gate.ts";
import { IssuerKeys } from "./issuer_keys.ts";
import { fetchKeys } from "./key_fetch.ts";
import { TokenChecker } from "./token_checker.ts";
import type { Trouble } from "./trouble.ts";
import type { Validation } from "./validation_config.ts";

export interface ValidationDeps {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is known of an issuer. */
export interface IssuerState {
  readonly issuer: string;
  /** How many of its keys are known. */
  readonly keys: number;
  /** Attempts to fetch them, and how many of those failed. */
  readonly fetches: number;
  readonly failures: number;
  readonly lastError: Trouble | undefined;
}

/** The gate that a configuration asks for, and the keys behind it. */
export class TokenValidation implements Disposable {
  readonly gate: Gate;
  readonly #issuers: ReadonlyMap<string, IssuerKeys>;

  constructor(rules: Validation, { fetch, clock, log }: ValidationDeps) {
    const fetching = (issuer: string, signal: AbortSignal) => fetchKeys(issuer, { fetch, clock }, signal);
    this.#issuers = new Map(
      rules.issuers.map((issuer) => [
        issuer,
        new IssuerKeys({ issuer, keepMs: rules.keepKeysMs, fetchKeys: fetching, clock, log }),
      ]),
    );
    const checker = new TokenChecker(rules, this.#issuers, clock);
    this.gate = new Gate({
      check: (authorization) => checker.check(authorization),
      enforced: rules.enforced,
      clock,
      log,
    });
  }

  /** What is known of the issuers that were asked so far. */
  issuers(): readonly IssuerState[] {
    return [...this.#issuers].filter(([, { fetches }]) => fetches > 0)
      .map(([issuer, { size, fetches, failures, lastError }]) => ({
        issuer,
        keys: size,
        fetches,
        failures,
        lastError,
      }));
  }

  [Symbol.dispose](): void {
    this.gate[Symbol.dispose]();
    for (const keys of this.#issuers.values()) keys[Symbol.dispose]();
  }
}
