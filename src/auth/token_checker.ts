import { compactVerify } from "jose";
import type { Clock } from "../lib/clock.ts";
import { setNewest } from "../lib/newest.ts";
import type { IssuerKeys } from "./issuer_keys.ts";
import type { VerificationKey } from "./key_fetch.ts";
import type { Refusal } from "./refusal.ts";
import { checkClaims, type ClaimRules, type Grant, type ReadToken, readToken, tokenOf } from "./token_claims.ts";

/** Tokens that were proven and need not be proven again; a data source has one at a time. */
const MOST_PROVEN = 1000;
/** Tokens that may be waiting for a key or a verification at one time. */
const MOST_PENDING = 1000;

/** A token whose signature was verified, and by what. */
interface Proven extends Grant {
  readonly keys: IssuerKeys;
  readonly keyId: string;
  readonly key: VerificationKey;
}

/** What came of checking a token. */
export type Verdict = Grant | Refusal;

/**
 * Checks the JWS that Webex sends with every call. It is the registered token of a data source, the same on every turn
 * of every call, so `jti` does not make it single-use, and it is proven once: a turn costs a look-up.
 */
export class TokenChecker {
  readonly #proven = new Map<string, Proven>();
  readonly #pending = new Map<string, Promise<Verdict>>();

  /** `issuers`: the keys of every issuer in `rules.issuers`. */
  constructor(
    readonly rules: ClaimRules,
    readonly issuers: ReadonlyMap<string, IssuerKeys>,
    readonly clock: Clock,
  ) {}

  /**
   * Judges the value of an `authorization` field: at once when its token is known or cannot be right whatever its
   * signature, else as soon as that is verified. A promise never rejects.
   */
  check(authorization: string | undefined): Verdict | Promise<Verdict> {
    if (authorization === undefined) return "missing";
    const proven = this.#proven.get(authorization);
    if (proven !== undefined) {
      if (this.clock.date() < proven.until && proven.keys.get(proven.keyId) === proven.key) return proven;
      this.#proven.delete(authorization);
    }
    const token = tokenOf(authorization);
    const read = readToken(token);
    if (typeof read === "string") return read;
    // What costs little comes first, the signature last: a stranger's token costs neither a fetch nor a verification.
    const grant = checkClaims(read, this.rules, this.clock.date());
    if (typeof grant === "string") return grant;
    return this.#pending.get(authorization) ?? this.#prove(authorization, token, read, grant);
  }

  #prove(authorization: string, token: string, read: ReadToken, grant: Grant): Verdict | Promise<Verdict> {
    if (this.#pending.size >= MOST_PENDING) return "busy";
    const verdict = this.#verify(authorization, token, read, grant)
      .finally(() => this.#pending.delete(authorization));
    this.#pending.set(authorization, verdict);
    return verdict;
  }

  async #verify(authorization: string, token: string, { issuer, keyId }: ReadToken, grant: Grant): Promise<Verdict> {
    const keys = this.issuers.get(issuer)!;
    const key = keys.get(keyId) ?? await keys.seek(keyId);
    if (key === undefined) return keys.size === 0 ? "keys_unavailable" : "key";
    try {
      await compactVerify(token, key.key, { algorithms: ["RS256"] });
    } catch {
      return "signature";
    }
    setNewest(this.#proven, authorization, { ...grant, keys, keyId, key }, MOST_PROVEN);
    return grant;
  }
}
