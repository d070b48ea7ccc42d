import { importJWK } from "jose";
import { boundedText } from "../lib/bounded_text.ts";
import type { Clock } from "../lib/clock.ts";

/** Where an issuer of Webex publishes its keys, after its own URL. */
const KEYS_PATH = "/oauth2/v2/keys/verificationjwk";
const FETCH_MS = 5000;
const MAX_BODY_BYTES = 256 * 1024;
const MOST_KEYS = 100;
const LONGEST_KEY_ID = 256;
/** Base64url characters of a modulus of 2048 bits, the least that RS256 takes (RFC 7518 §3.3). */
const SHORTEST_MODULUS = 342;

/** A public key that an issuer signs with. */
export interface VerificationKey {
  /** Its modulus and exponent as published: what tells whether two keys are one. */
  readonly identity: string;
  readonly key: CryptoKey;
}

/** What an issuer publishes. */
export interface KeySet {
  /** By key id (`kid`). */
  readonly keys: ReadonlyMap<string, VerificationKey>;
  /** How long the issuer says that it holds, in ms: `max-age` of Cache-Control (RFC 9111 §5.2.2.1), 0 for `no-store` and `no-cache`. */
  readonly maxAgeMs: number | undefined;
}

/** What fetching needs from outside. */
export interface KeyFetchDeps {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** Keys that could not be fetched; the message says why. */
export class KeyFetchError extends Error {
  override readonly name = "KeyFetchError";
}

/** The address of an issuer's keys. */
export function keysUrl(issuer: string): string {
  return issuer + KEYS_PATH;
}

/** Fetches the keys of an issuer of Webex such as "https://idbroker.webex.com/idb", as `fetchKeySet` does. */
export function fetchKeys(issuer: string, deps: KeyFetchDeps, signal?: AbortSignal): Promise<KeySet> {
  return fetchKeySet(keysUrl(issuer), deps, signal);
}

/**
 * Fetches the keys (RFC 7517) that are published at an address: 5 s and 256 KB at the most, no redirects. Keys that
 * cannot verify RS256 are left out. Throws KeyFetchError, also when `signal` is aborted.
 */
export async function fetchKeySet(url: string, deps: KeyFetchDeps, signal?: AbortSignal): Promise<KeySet> {
  const late = new AbortController();
  const callOff = deps.clock.setTimer(FETCH_MS, () => late.abort(new Error(`no answer within ${FETCH_MS / 1000} s`)));
  const either = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]);
  try {
    const response = await deps.fetch(url, {
      headers: { accept: "application/json" },
      redirect: "error",
      signal: either,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new KeyFetchError(`status 200 expected: received ${response.status}`);
    }
    return {
      keys: await readKeys(await boundedText(response, MAX_BODY_BYTES)),
      maxAgeMs: maxAgeOf(response.headers.get("cache-control")),
    };
  } catch (error) {
    const why = either.aborted ? either.reason : error;
    throw new KeyFetchError(`Cannot fetch ${url}: ${why instanceof Error ? why.message : String(why)}`);
  } finally {
    callOff();
  }
}

async function readKeys(text: string): Promise<ReadonlyMap<string, VerificationKey>> {
  const listed = listOf(text);
  const keys = new Map<string, VerificationKey>();
  for (const jwk of listed.slice(0, MOST_KEYS)) {
    const { kid, kty, use = "sig", alg = "RS256", n, e } = jwk as Record<string, unknown>;
    if (kty !== "RSA" || use !== "sig" || alg !== "RS256") continue;
    if (typeof kid !== "string" || kid === "" || kid.length > LONGEST_KEY_ID || keys.has(kid)) continue;
    if (typeof n !== "string" || n.length < SHORTEST_MODULUS || typeof e !== "string") continue;
    const key = await importJWK({ kty, n, e }, "RS256").catch(() => undefined);
    if (key !== undefined) keys.set(kid, { identity: `${n}.${e}`, key: key as CryptoKey });
  }
  if (keys.size === 0) throw new KeyFetchError("a key for RS256 with a kid expected: received none");
  return keys;
}

function listOf(text: string): readonly object[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const { keys } = Object(parsed) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new KeyFetchError('JSON with a list "keys" expected: received something else');
  return keys.filter((key) => typeof key === "object" && key !== null);
}

/** What a Cache-Control header says about time, in ms; undefined when it says nothing. */
export function maxAgeOf(cacheControl: string | null): number | undefined {
  if (cacheControl === null) return undefined;
  if (/(^|[\s,])no-(store|cache)($|[\s,])/i.test(cacheControl)) return 0;
  const seconds = /(?:^|[\s,])max-age="?(\d{1,10})/i.exec(cacheControl)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
