import { createHash, randomBytes } from "node:crypto";
import { boundedText } from "../../lib/bounded_text.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Secret } from "../../lib/secret.ts";
import { fetchKeySet } from "../key_fetch.ts";
import type { OidcOptions } from "./config.ts";
import { LoginFault } from "./fault.ts";
import { checkIdToken } from "./id_token.ts";

/** How long one request to the provider may take, in ms, and how long its answer may be, in bytes. */
const REQUEST_MS = 5000;
const MOST_BYTES = 256 * 1024;

export interface OidcDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/** What is kept, by the browser that logs in, from the beginning to the end of it; made anew each time. */
export interface Attempt {
  /** Comes back in the address (RFC 6749 §10.12). */
  readonly state: string;
  /** Comes back in the id_token (OpenID Connect Core 1.0 section 3.1.2.1). */
  readonly nonce: string;
  /** Proves that who ends is who began (RFC 7636 §4.1). */
  readonly verifier: string;
}

/** Who the provider says that somebody is. */
export interface Person {
  readonly subject: string;
  /** Their address, if the provider has verified it. */
  readonly email: string | undefined;
  readonly org: string | undefined;
}

/** What a provider's metadata say (OpenID Connect Discovery 1.0 section 3), as far as it is used. */
interface Metadata {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly userinfo_endpoint: string | undefined;
  readonly token_endpoint_auth_methods_supported: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Logs people in at a provider of OpenID Connect: the authorization code flow with PKCE, a state and a nonce. A login
 * asks the provider for everything afresh, its keys too, and keeps none of its tokens.
 */
export class OidcLogin {
  constructor(readonly options: OidcOptions, readonly deps: OidcDeps) {}

  /** Begins. Returns where the browser is to be sent, and what it has to keep. Throws LoginFault. */
  async begin(): Promise<{ readonly url: string; readonly attempt: Attempt }> {
    const { clientId, redirectUri, scopes } = this.options;
    const { authorization_endpoint } = await this.#metadata();
    const attempt = { state: random(), nonce: random(), verifier: random() };
    const url = new URL(authorization_endpoint);
    const query = {
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: scopes.join(" "),
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: createHash("sha256").update(attempt.verifier).digest("base64url"),
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return { url: url.href, attempt };
  }

  /** Ends it: `query` is what the browser brings back. Returns who it is. Throws LoginFault. */
  async finish(query: URLSearchParams, attempt: Attempt): Promise<Person> {
    if (query.get("state") !== attempt.state) throw new LoginFault("LOGIN-STATE");
    const { provider, clientId } = this.options;
    const iss = query.get("iss"); // RFC 9207
    if (iss !== null && !provider.issuers.includes(iss)) throw new LoginFault("LOGIN-TOKEN", "the answer's iss");
    const code = query.get("code");
    if (code === null) throw new LoginFault("LOGIN-CANCELLED", `error ${word(query.get("error"))}`);
    const metadata = await this.#metadata();
    const tokens = await this.#redeem(metadata, code, attempt);
    const { keys } = await fetchKeySet(metadata.jwks_uri, this.deps).catch((error) => {
      throw new LoginFault("LOGIN-PROVIDER", error.message);
    });
    const claims = await checkIdToken(tokens.id_token, keys, {
      issuers: provider.issuers,
      audience: clientId,
      nonce: attempt.nonce,
      now: this.deps.clock.date(),
    });
    return await this.#person(claims, metadata, tokens.access_token);
  }

  async #metadata(): Promise<Metadata> {
    const { discovery, issuers } = this.options.provider;
    const said = await this.#ask(discovery, {});
    if (!issuers.includes(String(said.issuer))) {
      throw new LoginFault("LOGIN-PROVIDER", `${discovery} is of an issuer that is not expected`);
    }
    const endpoint = (name: string) => {
      const url = URL.parse(String(said[name] ?? ""));
      if (url && (url.protocol === "https:" || url.origin === new URL(discovery).origin)) return url.href;
      throw new LoginFault("LOGIN-PROVIDER", `${discovery} names no ${name}`);
    };
    const methods = said.token_endpoint_auth_methods_supported;
    return {
      authorization_endpoint: endpoint("authorization_endpoint"),
      token_endpoint: endpoint("token_endpoint"),
      jwks_uri: endpoint("jwks_uri"),
      userinfo_endpoint: said.userinfo_endpoint === undefined ? undefined : endpoint("userinfo_endpoint"),
      token_endpoint_auth_methods_supported: Array.isArray(methods) ? methods : ["client_secret_basic"],
    };
  }

  /** Turns the code into tokens (OpenID Connect Core 1.0 section 3.1.3.1). */
  async #redeem(metadata: Metadata, code: string, { verifier }: Attempt) {
    const { clientId, clientSecret, redirectUri } = this.options;
    const basic = metadata.token_endpoint_auth_methods_supported.includes("client_secret_basic");
    const form = new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
    if (!basic || clientSecret.empty) form.set("client_id", clientId);
    if (!basic && !clientSecret.empty) form.set("client_secret", clientSecret.reveal());
    const headers = basic && !clientSecret.empty ? { authorization: basicOf(clientId, clientSecret) } : undefined;
    const answer = await this.#ask(metadata.token_endpoint, {
      method: "POST",
      body: form,
      ...(headers && { headers }),
    });
    if (typeof answer.id_token !== "string") throw new LoginFault("LOGIN-TOKEN", "there is no id_token");
    return { id_token: answer.id_token, access_token: String(answer.access_token ?? "") };
  }

  async #person(claims: Json, { userinfo_endpoint }: Metadata, accessToken: string): Promise<Person> {
    const { org, name } = this.options.provider;
    const bearer = { headers: { authorization: `Bearer ${accessToken}` } };
    const told = userinfo_endpoint === undefined ? {} : await this.#ask(userinfo_endpoint, bearer);
    // Core 1.0 section 5.3.2: what is told may be of somebody else unless the subject is the same.
    if (userinfo_endpoint !== undefined && told.sub !== claims.sub) {
      throw new LoginFault("LOGIN-TOKEN", "userinfo is about another subject");
    }
    const all: Json = { ...told, ...claims };
    const verified = all.email_verified === true || all.email_verified === "true";
    return {
      subject: String(claims.sub),
      email: verified && typeof all.email === "string" ? all.email : undefined,
      org: textOf("claim" in org ? all[org.claim] : (await this.#ask(org.url, bearer, name))[org.member]),
    };
  }

  /** Asks for JSON. `grants`: who may refuse it for want of a scope. */
  async #ask(url: string, init: RequestInit, grants?: string): Promise<Json> {
    const late = new AbortController();
    const callOff = this.deps.clock.setTimer(REQUEST_MS, () => late.abort());
    try {
      const headers = { accept: "application/json", ...init.headers };
      const response = await this.deps.fetch(url, { ...init, headers, redirect: "error", signal: late.signal });
      const text = await boundedText(response, MOST_BYTES);
      if (grants !== undefined && (response.status === 401 || response.status === 403)) {
        const needed = this.options.provider.scopes.join(" ");
        throw new LoginFault(
          "LOGIN-ORGANIZATION",
          `${grants} does not tell the organization: give the integration the scope ${needed}`,
        );
      }
      if (!response.ok) throw new Error(`status ${response.status}${errorOf(text)}`);
      const json: unknown = JSON.parse(text);
      if (typeof json !== "object" || json === null) throw new Error("a JSON object expected");
      return json as Json;
    } catch (error) {
      if (error instanceof LoginFault) throw error;
      const why = late.signal.aborted ? `no answer within ${REQUEST_MS / 1000} s` : problemOf(error);
      throw new LoginFault("LOGIN-PROVIDER", `Cannot ask ${new URL(url).origin}${new URL(url).pathname}: ${why}`);
    } finally {
      callOff();
    }
  }
}

/** 256 bits from chance, as PKCE and the like want them (RFC 7636 §7.1). */
function random(): string {
  return randomBytes(32).toString("base64url");
}

/** The client's own login (RFC 6749 §2.3.1). */
function basicOf(id: string, secret: Secret): string {
  return `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret.reveal())}`)}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The `error` of an answer (RFC 6749 §5.2), which is one word of a few. */
function errorOf(text: string): string {
  try {
    const { error } = JSON.parse(text);
    return typeof error === "string" ? ` (${word(error)})` : "";
  } catch {
    return "";
  }
}

function word(text: string | null): string {
  return /^[\w.]{1,40}$/.exec(text ?? "")?.[0] ?? "unknown";
}

function problemOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "the start command does not allow it: --allow-net is needed";
  return error instanceof SyntaxError ? "JSON expected" : error instanceof Error ? error.message : "unknown";
}
