import { createHash } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import { makeKey, type SigningKey } from "../trust/fake_issuer.ts";

/** What the client is known by at the provider. */
export const CLIENT = { id: "client-1", secret: "s3cret & more", redirectUri: "http://localhost:8080/oauth" } as const;
export const ORG = "11111111-2222-4333-8444-555555555555";

/** A code that was handed out, and what it was asked for with. */
interface Asked {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string;
}

/** What a provider can be made to do wrong. */
export interface Lapses {
  /** Changes to the claims of the id_token; undefined takes one out. */
  claims: Record<string, unknown>;
  /** How the id_token is signed. */
  readonly key?: SigningKey;
  readonly alg?: string;
  readonly kid?: string;
  /** Changes to what userinfo says. */
  userinfo: Record<string, unknown>;
  /** Changes to the metadata. */
  metadata: Record<string, unknown>;
  /** Answers the token endpoint with this instead. */
  readonly token?: () => Response | Promise<Response>;
  /** The status of people/me. */
  readonly people?: number;
}

/**
 * A provider of OpenID Connect on a loopback port, as strict as a real one: discovery, authorization code with PKCE
 * (S256 only), client_secret_basic or _post, codes that work once, RS256, userinfo, and Webex's people/me.
 */
export class FakeProvider implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #codes = new Map<string, Asked>();
  lapses: Lapses = { claims: {}, userinfo: {}, metadata: {} };
  /** Every path that was asked for. */
  readonly asked: string[] = [];
  /** The scopes of the last login. */
  scope = "";
  user = {
    sub: "user-1",
    email: "ada@example.org",
    email_verified: true as unknown,
    org_id: ORG as string | undefined,
  };

  private constructor(readonly key: SigningKey) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(request, new URL(request.url)),
    );
  }

  static async open(): Promise<FakeProvider> {
    return new FakeProvider(await makeKey("login-1"));
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** The part of the section `authentication` that logs people in here. */
  section(webex: Record<string, unknown> = {}) {
    return {
      authorized_orgs: ORG,
      webex_oauth: {
        issuer: this.issuer,
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uri: CLIENT.redirectUri,
        org_claim: "org_id",
        ...webex,
      },
    };
  }

  /** A configuration file that has it enabled. JSON is YAML. */
  yaml(webex: Record<string, unknown> = {}): string {
    return `authentication: ${JSON.stringify({ enabled: true, ...this.section(webex) })}\n`;
  }

  /** What the user's browser is sent back with, as a query, after having been sent to `url`. */
  async approve(url: string): Promise<URLSearchParams> {
    const response = await fetch(url, { redirect: "manual" });
    await response.body?.cancel();
    const back = response.headers.get("location");
    if (response.status !== 302 || back === null) throw new Error(`the provider refused: ${response.status}`);
    return new URL(back).searchParams;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request, url: URL): Promise<Response> {
    this.asked.push(url.pathname);
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return Response.json({
          issuer: this.issuer,
          authorization_endpoint: `${this.issuer}/authorize`,
          token_endpoint: `${this.issuer}/access_token`,
          userinfo_endpoint: `${this.issuer}/userinfo`,
          jwks_uri: `${this.issuer}/verification`,
          ...this.lapses.metadata,
        });
      case "/verification":
        return Response.json({ keys: [this.key.jwk] });
      case "/authorize":
        return this.#authorize(url.searchParams);
      case "/access_token":
        return this.lapses.token ? await this.lapses.token() : await this.#redeem(request);
      case "/userinfo":
        return this.#bearer(request) ?? Response.json({ ...this.user, org_id: undefined, ...this.lapses.userinfo });
      case "/people/me":
        if (this.lapses.people !== undefined) return new Response("no", { status: this.lapses.people });
        return this.#bearer(request) ??
          Response.json({ id: "p", orgId: btoa(`ciscospark://us/ORGANIZATION/${this.user.org_id}`) });
      default:
        return new Response("no such page", { status: 404 });
    }
  }

  #authorize(query: URLSearchParams): Response {
    const get = (name: string) => query.get(name) ?? "";
    const right = get("response_type") === "code" && get("client_id") === CLIENT.id &&
      get("redirect_uri") === CLIENT.redirectUri && get("scope").split(" ").includes("openid") &&
      get("code_challenge_method") === "S256" && /^[\w-]{43}$/.test(get("code_challenge")) &&
      get("state").length >= 32 && get("nonce").length >= 32;
    if (!right) return new Response("invalid_request", { status: 400 });
    this.scope = get("scope");
    const code = crypto.randomUUID();
    this.#codes.set(code, {
      redirectUri: get("redirect_uri"),
      challenge: get("code_challenge"),
      nonce: get("nonce"),
    });
    const back = new URL(CLIENT.redirectUri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", get("state"));
    return new Response(null, { status: 302, headers: { location: back.href } });
  }

  async #redeem(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const basic = `Basic ${btoa(`${CLIENT.id}:${encodeURIComponent(CLIENT.secret)}`)}`;
    const known = request.headers.get("authorization") === basic ||
      (form.get("client_id") === CLIENT.id && form.get("client_secret") === CLIENT.secret);
    if (request.method !== "POST" || !known) return Response.json({ error: "invalid_client" }, { status: 401 });
    const asked = this.#codes.get(form.get("code") ?? "");
    this.#codes.delete(form.get("code") ?? "");
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    if (
      form.get("grant_type") !== "authorization_code" || asked === undefined || challenge !== asked.challenge ||
      form.get("redirect_uri") !== asked.redirectUri
    ) return Response.json({ error: "invalid_grant" }, { status: 400 });
    return Response.json({
      access_token: "an-access-token",
      token_type: "Bearer",
      expires_in: 60,
      id_token: await this.#idToken(asked.nonce),
    });
  }

  #idToken(nonce: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const { key = this.key, alg = "RS256", kid = key.id, claims } = this.lapses;
    const all = {
      iss: this.issuer,
      aud: CLIENT.id,
      sub: this.user.sub,
      org_id: this.user.org_id,
      iat: now,
      exp: now + 60,
      nonce,
      ...claims,
    };
    return new SignJWT(all as JWTPayload).setProtectedHeader({ alg, kid }).sign(key.privateKey);
  }

  #bearer(request: Request): Response | undefined {
    return request.headers.get("authorization") === "Bearer an-access-token"
      ? undefined
      : new Response("no", { status: 401 });
  }
}
