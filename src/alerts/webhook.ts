import { type Clock, sleep } from "../lib/clock.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import type { Log } from "../lib/log.ts";
import { retryAfterMs } from "../lib/retry_after.ts";
import type { Secret } from "../lib/secret.ts";
import type { Alert } from "./alert_board.ts";

/** Who is told of alerts, and how patiently. Times in ms. */
export interface WebhookOptions {
  /** Secret, since the addresses of many services let whoever knows them post. */
  readonly url: Secret;
  /** Signs what is sent; empty for no signature. */
  readonly secret: Secret;
  readonly timeoutMs: number;
  /** How often it is tried in all. */
  readonly attempts: number;
}

export interface WebhookDeps {
  readonly fetch: (url: string, request?: RequestInit) => Promise<Response>;
  readonly clock: Clock;
  readonly log: Log;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;
/** Deliveries that may be under way; one more fails at once. */
const MOST_DELIVERIES = 100;

/**
 * Posts alerts as JSON to one address, and tries again where a failure may pass: the network, 408, 429 and 5xx. Each
 * try carries `X-Byova-Signature: t=<seconds since 1970>,v1=<hex>`, the HMAC-SHA256 (RFC 2104) of `<t>.<body>` under the
 * secret, and `X-Byova-Delivery`, which is the same for every try, so that a receiver can tell a repetition.
 */
export class Webhook implements AsyncDisposable {
  readonly #underWay = new Set<Promise<boolean>>();
  readonly #stop = new AbortController();

  constructor(readonly options: WebhookOptions, readonly deps: WebhookDeps) {}

  /** Resolves with whether the receiver has taken it. Never rejects. */
  async deliver(alert: Alert): Promise<boolean> {
    if (this.#underWay.size >= MOST_DELIVERIES) return this.#giveUp(alert, "too many deliveries are under way");
    const delivery = this.#deliver(alert);
    this.#underWay.add(delivery);
    try {
      return await delivery;
    } finally {
      this.#underWay.delete(delivery);
    }
  }

  /** Calls off what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#underWay);
  }

  async #deliver(alert: Alert): Promise<boolean> {
    const { attempts } = this.options;
    const { clock } = this.deps;
    const body = JSON.stringify(messageOf(alert));
    const id = `${alert.id}-${alert.state}`;
    let problem = "";
    for (let attempt = 1; attempt <= attempts; attempt++) {
      let asked: number | undefined;
      try {
        const { status, headers } = await this.#post(body, id);
        if (status >= 200 && status < 300) return true;
        problem = `it answered ${status}`;
        if (status < 500 && status !== 408 && status !== 429) break;
        asked = retryAfterMs(headers.get("Retry-After"), clock);
      } catch (error) {
        problem = error instanceof Error ? error.name : "unknown";
      }
      if (this.#stop.signal.aborted) break;
      if (attempt === attempts) break;
      await sleep(clock, Math.min(asked ?? FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS), this.#stop.signal);
    }
    return this.#giveUp(alert, problem);
  }

  async #post(body: string, id: string): Promise<Response> {
    const { url, secret, timeoutMs } = this.options;
    const seconds = Math.floor(this.deps.clock.date() / 1000);
    const late = new AbortController();
    const callOff = this.deps.clock.setTimer(timeoutMs, () => late.abort(new DOMException("Too late", "TimeoutError")));
    try {
      const response = await this.deps.fetch(url.reveal(), {
        method: "POST",
        redirect: "manual",
        headers: {
          "Content-Type": "application/json",
          "X-Byova-Delivery": id,
          ...(secret.empty
            ? {}
            : { "X-Byova-Signature": `t=${seconds},v1=${await sign(secret, `${seconds}.${body}`)}` }),
        },
        body,
        signal: AbortSignal.any([late.signal, this.#stop.signal]),
      });
      await response.body?.cancel();
      return response;
    } finally {
      callOff();
    }
  }

  #giveUp({ rule }: Alert, problem: string): false {
    const code: ErrorCode = "ALERT-UNDELIVERED";
    this.deps.log.error("the webhook could not be told of an alert", { code, rule, problem });
    return false;
  }
}

function messageOf({ id, rule, severity, state, message, value, since, resolvedAt }: Alert) {
  return {
    id,
    rule,
    severity,
    state,
    message,
    value: value ?? null,
    since: new Date(since).toISOString(),
    resolved_at: resolvedAt === undefined ? null : new Date(resolvedAt).toISOString(),
  };
}

/** The HMAC-SHA256 of a text, in hexadecimal. */
async function sign(secret: Secret, text: string): Promise<string> {
  const bytes = (value: string) => new TextEncoder().encode(value);
  const key = await crypto.subtle.importKey("raw", bytes(secret.reveal()), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(text))).toHex();
}
