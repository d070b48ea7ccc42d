import { Secret } from "../../lib/secret.ts";
import type { DataSourceOptions, ServiceAppAuth, StaticAuth } from "./config.ts";
import { ByodsError } from "./faults.ts";
import { type GrantDeps, RefreshGrant } from "./grant.ts";
import { lifetimeMs, SPARE_MS, textOf } from "./token_answer.ts";

/** Where access tokens come from. Everything throws ByodsError. */
export interface Access {
  /** An access token that should be good for the next minutes. Throws the signal's reason once it is aborted. */
  token(signal?: AbortSignal): Promise<Secret>;
  /** Webex refused this one. Returns whether another can be had. */
  refused(token: Secret): boolean;
  /** What is wrong although there is a token. */
  readonly trouble: ByodsError | undefined;
}

/** Opens the way to access tokens that the configuration names. */
export function openAccess(auth: DataSourceOptions["auth"], deps: GrantDeps): Access {
  switch (auth.type) {
    case "static":
      return new StaticToken(auth);
    case "oauth_refresh":
      return new RefreshGrant(auth, deps);
    case "service_app":
      return new ServiceApp(auth, openAccess(auth.personal, deps), deps);
  }
}

class StaticToken implements Access {
  readonly trouble = undefined;

  constructor(readonly auth: StaticAuth) {}

  token(): Promise<Secret> {
    return Promise.resolve(this.auth.accessToken);
  }

  refused(): boolean {
    return false;
  }
}

/** A Service App's token for one organization (https://developer.webex.com/docs/service-apps), asked for by a person's. */
class ServiceApp implements Access {
  readonly #auth: ServiceAppAuth;
  readonly #personal: Access;
  readonly #deps: GrantDeps;
  #held: { readonly token: Secret; readonly until: number } | undefined;

  constructor(auth: ServiceAppAuth, personal: Access, deps: GrantDeps) {
    this.#auth = auth;
    this.#personal = personal;
    this.#deps = deps;
  }

  get trouble(): ByodsError | undefined {
    return this.#personal.trouble;
  }

  async token(signal?: AbortSignal): Promise<Secret> {
    const { clock } = this.#deps;
    if (this.#held && clock.date() < this.#held.until) return this.#held.token;
    const personal = await this.#personal.token(signal);
    const answer = await this.#ask(personal, signal).catch(async (error) => {
      const again = error instanceof ByodsError && error.code === "BYODS-UNAUTHORIZED" &&
        this.#personal.refused(personal);
      if (!again) throw error;
      return await this.#ask(await this.#personal.token(signal), signal);
    });
    const token = textOf(answer, "access_token");
    if (token === undefined) throw new ByodsError("BYODS-MALFORMED", ACTION, "an answer without an access_token");
    this.#held = { token: new Secret(token), until: clock.date() + lifetimeMs(answer) - SPARE_MS };
    return this.#held.token;
  }

  refused(token: Secret): boolean {
    if (this.#held?.token === token) this.#held = undefined;
    return true;
  }

  async #ask(token: Secret, signal?: AbortSignal): Promise<unknown> {
    const { appId, clientId, clientSecret, targetOrgId } = this.#auth;
    const { body } = await this.#deps.api.send({
      action: ACTION,
      method: "POST",
      path: `/applications/${encodeURIComponent(appId)}/token`,
      token,
      json: { clientId, clientSecret: clientSecret.reveal(), targetOrgId },
      hide: [clientSecret],
    }, signal);
    return body;
  }
}

const ACTION = "get the Service App's token";
