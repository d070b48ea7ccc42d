import * as z from "zod";
import type { Clock } from "../../lib/clock.ts";
import type { ErrorCode } from "../../lib/error_codes.ts";
import type { Log } from "../../lib/log.ts";
import type { Draft, PrivateFile } from "../../lib/private_file.ts";
import { Secret } from "../../lib/secret.ts";
import type { Access } from "./access.ts";
import type { RefreshAuth } from "./config.ts";
import { ByodsError } from "./faults.ts";
import { lifetimeMs, SPARE_MS, textOf } from "./token_answer.ts";
import type { WebexApi } from "./webex_api.ts";

/** What a grant needs from outside. */
export interface GrantDeps {
  readonly api: WebexApi;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the grant is kept. Whoever calls holds its lock. */
  readonly store: PrivateFile;
}

const grant = z.object({
  /** Which configured refresh token it grew from, as SHA-256. */
  seed: z.string(),
  refreshToken: z.string(),
  /** The one before, in case Webex never heard that its successor arrived. */
  previousRefreshToken: z.string().optional(),
  accessToken: z.string(),
  /** In ms since 1970. */
  accessUntil: z.number(),
});
const stored = z.object({ version: z.literal(1), grants: z.record(z.string(), grant) });

type Grant = z.infer<typeof grant>;
type Stored = z.infer<typeof stored>;

const ACTION = "get an access token";

/**
 * Access tokens for a refresh token (RFC 6749 6) that Webex may replace at every use. The newest is always on the disk
 * before anything else is done with it, beside its access token, by client id. A refresh token that the operator
 * configures anew wins over what is kept.
 */
export class RefreshGrant implements Access {
  readonly #auth: RefreshAuth;
  readonly #deps: GrantDeps;
  /** What the disk would not take; it is written at the next occasion. */
  #unsaved: Stored | undefined;
  #refused = "";
  trouble: ByodsError | undefined;

  constructor(auth: RefreshAuth, deps: GrantDeps) {
    this.#auth = auth;
    this.#deps = deps;
  }

  async token(signal?: AbortSignal): Promise<Secret> {
    if (this.#unsaved) await this.#save(this.#unsaved);
    const kept = this.#unsaved ?? await this.#read();
    const own = kept.grants[this.#auth.clientId];
    const configured = this.#auth.refreshToken;
    const seed = configured.empty && own ? own.seed : await fingerprint(configured);
    const current = own?.seed === seed ? own : undefined;
    const good = current && current.accessToken !== this.#refused &&
      this.#deps.clock.date() < current.accessUntil - SPARE_MS;
    if (good) return new Secret(current.accessToken);
    const candidates = current
      ? [current.refreshToken, current.previousRefreshToken, configured.reveal()]
      : [configured.reveal(), own?.refreshToken];
    return await this.#exchange(kept, seed, [...new Set(candidates.filter((token) => token))] as string[], signal);
  }

  refused(token: Secret): boolean {
    this.#refused = token.reveal();
    return true;
  }

  /** Spends the first refresh token that Webex takes. The disk is made ready before, and written after. */
  async #exchange(
    kept: Stored,
    seed: string,
    candidates: readonly string[],
    signal?: AbortSignal,
  ): Promise<Secret> {
    if (candidates.length === 0) throw new ByodsError("BYODS-NO-REFRESH-TOKEN", ACTION, "there is no refresh token");
    await using draft = this.#unsaved ? undefined : await this.#store(() => this.#deps.store.draft());
    const { used, answer } = await this.#spend(candidates, signal);
    const accessToken = textOf(answer, "access_token") ?? "";
    const fresh: Grant = {
      seed,
      refreshToken: textOf(answer, "refresh_token") ?? used,
      previousRefreshToken: used,
      accessToken,
      accessUntil: accessToken === "" ? 0 : this.#deps.clock.date() + lifetimeMs(answer),
    };
    await this.#save({ version: 1, grants: { ...kept.grants, [this.#auth.clientId]: fresh } }, draft);
    if (accessToken === "") throw new ByodsError("BYODS-MALFORMED", ACTION, "an answer without an access_token");
    this.#deps.log.info("access token renewed", { expires: new Date(fresh.accessUntil).toISOString() });
    return new Secret(accessToken);
  }

  async #spend(candidates: readonly string[], signal?: AbortSignal): Promise<{ used: string; answer: unknown }> {
    const { clientId, clientSecret } = this.#auth;
    let found = "";
    for (const used of candidates) {
      try {
        const { body } = await this.#deps.api.send({
          action: ACTION,
          method: "POST",
          path: "/access_token",
          form: {
            grant_type: "refresh_token",
            client_id: clientId,
            client_secret: clientSecret.reveal(),
            refresh_token: used,
          },
          hide: [clientSecret, new Secret(used)],
          precious: true, // it holds the one token that is good from now on
        }, signal);
        if (used !== candidates[0]) {
          this.#deps.log.warn("another refresh token was taken where the first was refused", {
            code: "TOKEN-OTHER-TAKEN" satisfies ErrorCode,
          });
        }
        return { used, answer: body };
      } catch (error) {
        if (!(error instanceof ByodsError)) throw error;
        if (error.status === 401) throw new ByodsError("BYODS-CLIENT-REFUSED", ACTION, error.found, { status: 401 });
        if (error.status !== 400) throw error;
        found = error.found;
      }
    }
    throw new ByodsError("BYODS-GRANT-REFUSED", ACTION, found, { status: 400 });
  }

  async #read(): Promise<Stored> {
    const text = await this.#store(() => this.#deps.store.read());
    if (text === undefined) return { version: 1, grants: {} };
    try {
      return stored.parse(JSON.parse(text));
    } catch {
      throw new ByodsError("BYODS-STORE", "read the token store", "it holds something else: move it away");
    }
  }

  /** Keeps what Webex gave, on the disk or, when that fails, in memory until it works. */
  async #save(next: Stored, ready?: Draft): Promise<void> {
    try {
      await using draft = ready ?? await this.#deps.store.draft();
      await draft.save(JSON.stringify(next, undefined, 2) + "\n");
      this.#unsaved = undefined;
      this.trouble = undefined;
    } catch (error) {
      this.#unsaved = next;
      this.trouble = storeFault(error);
      this.#deps.log.error("the new refresh token is not on the disk: it is lost if the gateway stops now", {
        code: this.trouble.code,
        problem: this.trouble.message,
      });
    }
  }

  async #store<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw storeFault(error);
    }
  }
}

/** What the disk said, with what to do about it. */
export function storeFault(error: unknown): ByodsError {
  return new ByodsError("BYODS-STORE", "use the token store", error instanceof Error ? error.message : String(error));
}

async function fingerprint(token: Secret): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token.reveal()));
  return new Uint8Array(digest).toHex();
}
