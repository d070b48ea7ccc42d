import type { ByodsCode } from "./faults.ts";

/**
 * Where the registration stands: `starting` until the first attempt is over, `unregistered` when Webex has none to call by,
 * `active` while its token is good, `at_risk` when its token ends within the alert lead and was not renewed,
 * `lapsed` when its token has ended and every call fails.
 */
export type RegistrationWord = "starting" | "unregistered" | "active" | "at_risk" | "lapsed";

/** Everything that pages, metrics and alerts may know about the registration: never a token. Times in ms since 1970. */
export interface RegistrationState {
  readonly state: RegistrationWord;
  /** What that means now, in a sentence without a full stop. */
  readonly why: string;
  readonly id: string | undefined;
  readonly expiresAt: number | undefined;
  /** When this instance last renewed the token, or saw that another one had. */
  readonly renewedAt: number | undefined;
  readonly nextAttemptAt: number | undefined;
  /** The last thing that went wrong, though all may be well since. */
  readonly lastError: { readonly code: ByodsCode; readonly message: string; readonly at: number } | undefined;
  /** Attempts since the start. */
  readonly renewals: number;
  readonly failures: number;
}

/** What is known about the registration's token. */
export interface Known {
  readonly id: string;
  readonly expiresAt: number;
}

/** The word for a registration of which `known` is known at the time of day `now`, in ms. */
export function wordFor(
  known: Known | undefined,
  attempted: boolean,
  alertLeadMs: number,
  now: number,
): RegistrationWord {
  if (!known) return attempted ? "unregistered" : "starting";
  const left = known.expiresAt - now;
  return left <= 0 ? "lapsed" : left < alertLeadMs ? "at_risk" : "active";
}

/** What each word means, in a sentence without a full stop. */
export const MEANING: { readonly [Word in RegistrationWord]: string } = {
  starting: "the data source is being looked for",
  unregistered: "no active data source is registered: Webex cannot call",
  active: "the data source's token is good",
  at_risk: "the data source's token ends soon and was not renewed: then every call fails",
  lapsed: "the data source's token has ended: every call fails until it is renewed",
};
