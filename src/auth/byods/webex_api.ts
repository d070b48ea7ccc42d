import { type Clock, sleep } from "../../lib/clock.ts";
import { retryAfterMs } from "../../lib/retry_after.ts";
import type { Secret } from "../../lib/secret.ts";
import { type ByodsCode, ByodsError } from "./faults.ts";

/** How long one request may take, body included, in ms. */
const REQUEST_MS = 10_000;
/** How often a request is made before its failure counts. */
const ATTEMPTS = 3;
/** The pause before the second attempt, in ms; it doubles from then on, and up to half of it is left to chance. */
const FIRST_PAUSE_MS = 500;
/** The longest pause between two attempts, in ms; when Webex asks for more, the failure counts at once. */
const LONGEST_PAUSE_MS = 15_000;
/** The longest answer that is read, in bytes. */
const LONGEST_ANSWER = 1_048_576;
/** Characters of Webex's own explanation that are shown. */
const LONGEST_SAID = 200;

/** What the API needs from outside. */
export interface ApiDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** A number from 0 up to 1, for pauses that no two gateways share. */
  readonly random: () => number;
}

/** One thing to ask of Webex. */
export interface ApiRequest {
  /** What it is for, as an error says it: "list the data sources". */
  readonly action: string;
  readonly method: "GET" | "POST" | "PUT";
  /** The path below the base address, such as `/dataSources`, or a whole address from a Link header. */
  readonly path: string;
  readonly token?: Secret;
  /** The body: as JSON, or as a form (application/x-www-form-urlencoded). */
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** What is in the body and must not come back in an error; the token is hidden anyway. */
  readonly hide?: readonly Secret[];
  /** It must not be done twice: it is asked again only when Webex surely did nothing. */
  readonly once?: boolean;
  /** Its answer must not be missed: an aborted signal keeps it from being asked again, but lets it finish. */
  readonly precious?: boolean;
}

/** What Webex answered: its JSON, and the address of the next page (RFC 8288, rel="next") if there is one. */
export interface ApiAnswer {
  readonly body: unknown;
  readonly next: string | undefined;
}

/** Webex's REST API: bounded in time, size and attempts. */
export class WebexApi {
  /** `baseUrl`: without a slash at its end, such as `https://webexapis.com/v1`. */
  constructor(readonly baseUrl: string, readonly deps: ApiDeps) {}

  /**
   * Asks, and asks again a few times where a failure may pass. Throws ByodsError, or the signal's reason once it is
   * aborted.
   */
  async send(request: ApiRequest, signal?: AbortSignal): Promise<ApiAnswer> {
    const { clock, random } = this.deps;
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#once(request, signal);
      } catch (error) {
        if (!(error instanceof ByodsError) || attempt === ATTEMPTS || !mayRepeat(error, request)) throw error;
        const pause = error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1) * (1 - random() / 2);
        if (pause > LONGEST_PAUSE_MS) throw error;
        await sleep(clock, pause, signal);
        signal?.throwIfAborted();
      }
    }
  }

  async #once(request: ApiRequest, signal?: AbortSignal): Promise<ApiAnswer> {
    const { action, method, token, json, form, precious } = request;
    const url = this.#address(request);
    const deadline = new AbortController();
    const callOff = this.deps.clock.setTimer(REQUEST_MS, () => deadline.abort());
    try {
      const response = await this.deps.fetch(url, {
        method,
        headers: {
          Accept: "application/json",
          ...(token && { Authorization: `Bearer ${token.reveal()}` }),
          ...(json !== undefined && { "Content-Type": "application/json" }),
        },
        body: json !== undefined ? JSON.stringify(json) : form ? new URLSearchParams(form) : null,
        redirect: "manual", // a redirected request would carry the token elsewhere
        signal: signal && !precious ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
      });
      const text = await readText(response, action);
      if (!response.ok) throw refusal(request, response, text, this.deps.clock);
      return { body: parse(text, action), next: nextPage(response.headers.get("Link")) };
    } catch (error) {
      if (error instanceof ByodsError) throw error;
      signal?.throwIfAborted();
      if (deadline.signal.aborted) throw new ByodsError("BYODS-TIMEOUT", action, `no answer in ${REQUEST_MS / 1000} s`);
      const found = shorten(error instanceof Error ? error.message : String(error));
      const code = error instanceof Deno.errors.NotCapable ? "BYODS-NO-PERMISSION" : "BYODS-UNREACHABLE";
      throw new ByodsError(code, action, found);
    } finally {
      callOff();
    }
  }

  /** The request's address. A page that Webex links to must lie below the base: the token goes with the request. */
  #address({ action, path }: ApiRequest): string {
    if (path.startsWith("/")) return this.baseUrl + path;
    if (path.startsWith(`${this.baseUrl}/`)) return path;
    throw new ByodsError("BYODS-MALFORMED", action, "a next page outside Webex's API");
  }
}

function mayRepeat({ passing, code }: ByodsError, { once }: ApiRequest): boolean {
  return once ? code === "BYODS-RATE-LIMITED" : passing;
}

async function readText(response: Response, action: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > LONGEST_ANSWER) throw new ByodsError("BYODS-MALFORMED", action, `more than ${LONGEST_ANSWER} bytes`);
    text += decoder.decode(piece, { stream: true });
  }
  return text;
}

function parse(text: string, action: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ByodsError("BYODS-MALFORMED", action, "an answer that is not JSON");
  }
}

const CODES: ReadonlyMap<number, ByodsCode> = new Map([
  [401, "BYODS-UNAUTHORIZED"],
  [403, "BYODS-FORBIDDEN"],
  [404, "BYODS-NOT-FOUND"],
  [408, "BYODS-TIMEOUT"],
  [409, "BYODS-CONFLICT"],
  [429, "BYODS-RATE-LIMITED"],
]);

function refusal(request: ApiRequest, response: Response, text: string, clock: Clock): ByodsError {
  const { action, token, hide = [] } = request;
  const { status, headers } = response;
  const code = CODES.get(status) ??
    (status >= 500 ? "BYODS-SERVER-ERROR" : status >= 400 ? "BYODS-REJECTED" : "BYODS-MALFORMED");
  const said = explanation(token ? [...hide, token] : hide, text);
  const found = `HTTP ${status}${said === "" ? "" : ` (${said})`}`;
  return new ByodsError(code, action, found, { status, retryAfterMs: retryAfterMs(headers.get("Retry-After"), clock) });
}

/** Webex's own sentence and its tracking id, for a support case; secrets and what looks like one are left out. */
function explanation(secrets: readonly Secret[], text: string): string {
  try {
    const { message, error, trackingId } = JSON.parse(text);
    const said = [message ?? error, trackingId].filter((part): part is string =>
      typeof part === "string" && part !== ""
    );
    const clean = (part: string) =>
      secrets.reduce((rest, secret) => secret.empty ? rest : rest.replaceAll(secret.reveal(), "…"), part);
    return said.map((part) => shorten(clean(part))).join(", ");
  } catch {
    return "";
  }
}

/** A stranger's text as a message can show it: one line, cut, without control characters and long opaque words. */
function shorten(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]+/g, " ").replace(/[\w.~+/=-]{48,}/g, "…")
    .slice(0, LONGEST_SAID);
}

/** The address of the next page in a Link header (RFC 8288), as Webex pages its lists. */
function nextPage(link: string | null): string | undefined {
  return /<([^<>]*)>[^,<]*;\s*rel="?next"?/i.exec(link ?? "")?.[1];
}
