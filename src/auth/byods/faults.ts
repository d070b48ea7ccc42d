/** Everything that can go wrong between the gateway and its registration, and what to do about it. */
export const REMEDIES = {
  "BYODS-UNREACHABLE": "check the network, the proxy and the firewall on the way to Webex's API",
  "BYODS-TIMEOUT": "Webex's API did not answer in time: it is tried again, so look at status.webex.com if this lasts",
  "BYODS-NO-PERMISSION": "start the gateway with --allow-net for the host and port of data_source.api_base_url",
  "BYODS-UNAUTHORIZED": "the access token is not valid or has expired: see data_source.auth in docs/byods.md",
  "BYODS-FORBIDDEN":
    "give the Service App the scopes spark-admin:datasource_read and spark-admin:datasource_write, and let an administrator authorize it again",
  "BYODS-NOT-FOUND": "the id names nothing that this token may see: check data_source.id, app_id and api_base_url",
  "BYODS-CONFLICT": "another registration stands in the way: run byods list and set data_source.id",
  "BYODS-RATE-LIMITED": "Webex asks for fewer requests: they are made again after the time it names",
  "BYODS-SERVER-ERROR":
    "Webex's API has a problem of its own: it is tried again, so look at status.webex.com if this lasts",
  "BYODS-REJECTED":
    "Webex refuses what was asked: check that data_source.url lies in the Service App's valid domains, and schema_id",
  "BYODS-MALFORMED":
    "this is not what Webex's API answers: check data_source.api_base_url, and for a proxy that answers",
  "BYODS-SEVERAL": "run byods list and set data_source.id to the one that is meant",
  "BYODS-UNREGISTERED": "run byods register",
  "BYODS-INACTIVE": "look at the Service App and the data source in Control Hub",
  "BYODS-CLOCK": "the new token counts as expired: set this machine's clock",
  "BYODS-GRANT-REFUSED":
    "make a new refresh token for the app, set data_source.auth.refresh_token to it and start again",
  "BYODS-CLIENT-REFUSED": "check client_id and client_secret in data_source.auth",
  "BYODS-NO-REFRESH-TOKEN": "set data_source.auth.refresh_token, or WEBEX_BYODS_REFRESH_TOKEN",
  "BYODS-STORE": "make data_source.token_store a plain file in a folder that the gateway may write, with --allow-write",
  "BYODS-BUSY": "another gateway or command holds the registration's lock: it is tried again",
  "BYODS-FAILED": "this is a defect of the gateway: report it",
} as const;

/** A short name for what went wrong, from a list that does not grow by itself. */
export type ByodsCode = keyof typeof REMEDIES;

/** Faults that may pass by themselves within seconds. */
const PASSING: ReadonlySet<ByodsCode> = new Set([
  "BYODS-UNREACHABLE",
  "BYODS-TIMEOUT",
  "BYODS-RATE-LIMITED",
  "BYODS-SERVER-ERROR",
]);

/** Something that the registration needed did not come about. Its message says what to do. */
export class ByodsError extends Error {
  override readonly name = "ByodsError";
  /** The HTTP status of the answer, if there was one. */
  readonly status: number | undefined;
  /** How long Webex asks to be left alone, in ms. */
  readonly retryAfterMs: number | undefined;
  /** Whether it is certain that there is no registration by which Webex could call. */
  unregistered = false;

  /** `action`: what could not be done, such as "list the data sources"; `found`: what was there instead. */
  constructor(
    readonly code: ByodsCode,
    action: string,
    readonly found: string,
    more: { readonly status?: number; readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(`Cannot ${action}: ${found}: ${REMEDIES[code]}`);
    this.status = more.status;
    this.retryAfterMs = more.retryAfterMs;
  }

  /** Whether it may pass by itself within seconds. */
  get passing(): boolean {
    return PASSING.has(this.code);
  }
}

/** What was thrown, as a fault with a code. */
export function asFault(error: unknown): ByodsError {
  if (error instanceof ByodsError) return error;
  return new ByodsError("BYODS-FAILED", "look after the data source", error instanceof Error ? error.name : "unknown");
}
