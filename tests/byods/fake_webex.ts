/** The form of a UUID; Webex's ids of data sources and schemas are such. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FIELDS = ["schemaId", "url", "audience", "subject", "nonce", "tokenLifetimeMinutes"];

/** A data source as the fake keeps it. */
export interface KeptSource {
  id: string;
  schemaId: string;
  url: string;
  audience: string;
  subject: string;
  nonce: string;
  status: string;
  expiresAt: number;
}

/** What happens to a request instead of, or before, its answer. */
export interface Fault {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | (() => ReadableStream<Uint8Array>);
  /** Answers only when this is settled. */
  readonly after?: Promise<unknown>;
  /** Does what was asked before it fails, as a server whose answer is lost. */
  readonly done?: boolean;
}

export interface FakeOptions {
  /** The time of day, in ms since 1970. */
  readonly now?: () => number;
  /** Data sources on a page of the list. */
  readonly pageSize?: number;
  /** Seconds for which access tokens are good. */
  readonly expiresIn?: number;
  /** Names the members to leave out of what it tells of a data source. */
  readonly leaveOut?: readonly string[];
  /** Changes what it tells of a data source. */
  readonly tell?: (said: Record<string, unknown>) => Record<string, unknown>;
}

/**
 * Webex's REST API as far as data sources go, on a port of its own: strict about names and types, and with refresh
 * tokens that are good for one use.
 */
export class FakeWebex implements AsyncDisposable {
  readonly sources = new Map<string, KeptSource>();
  /** Every request, as `PUT /v1/dataSources/<id>`, in the order in which they came. */
  readonly requests: string[] = [];
  /** When each came, in ms since 1970. */
  readonly times: number[] = [];
  /** The bodies of POST and PUT requests, in the same order. */
  readonly bodies: Record<string, unknown>[] = [];
  refreshToken = "refresh-1-of-the-test-integration";
  readonly accessTokens = new Map<string, number>([["static-access-token-of-the-test", Infinity]]);
  readonly #faults: { matches: string; fault: Fault }[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #options: FakeOptions;
  #issued = 1;

  constructor(options: FakeOptions = {}) {
    this.#options = options;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/v1`;
  }

  /** How many requests began like this. */
  count(start: string): number {
    return this.requests.filter((request) => request.startsWith(start)).length;
  }

  /** Lets the next request that begins like this meet a fault. */
  fail(matches: string, fault: Fault, times = 1): void {
    for (let time = 0; time < times; time++) this.#faults.push({ matches, fault });
  }

  /** Lets nothing fail any more. */
  heal(): void {
    this.#faults.length = 0;
  }

  /** Keeps a data source as if somebody had registered it. */
  add(about: Partial<KeptSource> = {}): KeptSource {
    const source: KeptSource = {
      id: crypto.randomUUID(),
      schemaId: "5397013b-7920-4ffc-807c-e8a3e0a18f43",
      url: "https://voice.example.org",
      audience: "BYOVAGateway",
      subject: "callAudioData",
      nonce: crypto.randomUUID(),
      status: "active",
      expiresAt: this.#now() + 86_400_000,
      ...about,
    };
    this.sources.set(source.id, source);
    return source;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const asked = `${request.method} ${pathname}`;
    const text = await request.text();
    this.requests.push(asked);
    this.times.push(this.#now());
    const at = this.#faults.findIndex(({ matches }) => asked.startsWith(matches));
    const fault = at < 0 ? undefined : this.#faults.splice(at, 1)[0]!.fault;
    if (fault?.done) this.#serve(request, pathname, searchParams, text);
    await fault?.after;
    if (fault && fault.status !== undefined) {
      const body = typeof fault.body === "function" ? fault.body() : fault.body;
      return new Response(body ?? JSON.stringify({ message: "planted by the test", trackingId: "T-1" }), {
        status: fault.status,
        headers: { "Content-Type": "application/json", ...fault.headers },
      });
    }
    return this.#serve(request, pathname, searchParams, text);
  }

  #serve(request: Request, path: string, query: URLSearchParams, text: string): Response {
    if (path === "/v1/access_token" && request.method === "POST") return this.#refresh(request, text);
    const bearer = request.headers.get("Authorization")?.replace(/^Bearer /, "") ?? "";
    if ((this.accessTokens.get(bearer) ?? -Infinity) <= this.#now()) {
      return refuse(401, "The request requires a valid access token set in the Authorization request header.");
    }
    const app = /^\/v1\/applications\/([^/]+)\/token$/.exec(path);
    if (app && request.method === "POST") return this.#appToken(decodeURIComponent(app[1]!), request, text);
    if (path === "/v1/dataSources" && request.method === "GET") return this.#list(query);
    if (path === "/v1/dataSources" && request.method === "POST") return this.#change(undefined, request, text);
    const source = this.sources.get(/^\/v1\/dataSources\/([^/]+)$/.exec(path)?.[1] ?? "");
    if (!source) return refuse(404, "The requested resource could not be found.");
    if (request.method === "GET") return Response.json(this.#tell(source));
    if (request.method === "PUT") return this.#change(source, request, text);
    return refuse(405, "Method not allowed");
  }

  #refresh(request: Request, text: string): Response {
    const form = new URLSearchParams(text);
    if (!request.headers.get("Content-Type")?.startsWith("application/x-www-form-urlencoded")) {
      return refuse(415, "form");
    }
    if (form.get("client_id") !== "C-client" || form.get("client_secret") !== "hidden-client-secret") {
      return refuse(401, "invalid_client");
    }
    const good = form.get("grant_type") === "refresh_token" && form.get("refresh_token") === this.refreshToken;
    if (!good) return refuse(400, "The refresh token is invalid or has been used: invalid_grant");
    this.refreshToken = `refresh-${++this.#issued}-of-the-test-integration`;
    return this.#tokens({ refresh_token: this.refreshToken, refresh_token_expires_in: 7_775_999 });
  }

  #appToken(appId: string, request: Request, text: string): Response {
    if (request.headers.get("Content-Type") !== "application/json") return refuse(415, "Expected JSON");
    const { clientId, clientSecret, targetOrgId, ...more } = JSON.parse(text);
    if (Object.keys(more).length > 0) return refuse(400, "Unknown field");
    if (appId !== "A-app" || targetOrgId !== "O-org") return refuse(404, "No such app or organization");
    if (clientId !== "C-client" || clientSecret !== "hidden-client-secret") return refuse(401, "Wrong client");
    return this.#tokens({ refresh_token: "not-used-by-the-gateway", refresh_token_expires_in: 7_775_999 });
  }

  #tokens(more: Record<string, unknown>): Response {
    const access = `access-${this.#issued}-${crypto.randomUUID()}`;
    const expiresIn = this.#options.expiresIn ?? 1_209_600;
    this.accessTokens.set(access, this.#now() + expiresIn * 1000);
    return Response.json({ access_token: access, expires_in: expiresIn, token_type: "Bearer", ...more });
  }

  /** A page, and where the next one is (RFC 8288), as Webex's guide to its REST API has it. */
  #list(query: URLSearchParams): Response {
    const from = Number(query.get("after") ?? 0);
    const until = from + (this.#options.pageSize ?? 100);
    const all = [...this.sources.values()];
    const next = until < all.length ? { Link: `<${this.baseUrl}/dataSources?after=${until}>; rel="next"` } : undefined;
    return Response.json({ items: all.slice(from, until).map((source) => this.#tell(source)) }, {
      headers: next ?? {},
    });
  }

  #change(source: KeptSource | undefined, request: Request, text: string): Response {
    if (request.headers.get("Content-Type") !== "application/json") return refuse(415, "Expected JSON");
    const body = JSON.parse(text);
    this.bodies.push(body);
    const known = source ? [...FIELDS, "status", "errorMessage"] : FIELDS;
    const wrong = Object.keys(body).find((key) => !known.includes(key)) ?? FIELDS.find((key) => !(key in body));
    if (wrong) return refuse(400, `Unknown or missing field ${wrong}`);
    const { schemaId, url, audience, subject, nonce, tokenLifetimeMinutes, status = "active" } = body;
    const minutes = Number.isInteger(tokenLifetimeMinutes) && tokenLifetimeMinutes >= 1 && tokenLifetimeMinutes <= 1440;
    if (!UUID.test(schemaId) || !minutes || !audience || !subject) return refuse(400, "A field has a wrong value");
    if (!UUID.test(nonce) || nonce === source?.nonce) return refuse(400, "The nonce is not fresh");
    if (!["active", "disabled"].includes(status)) return refuse(400, "No such status");
    if (URL.parse(url)?.hostname.endsWith("example.org") !== true) return refuse(400, "url is not in a valid domain");
    const expiresAt = this.#now() + tokenLifetimeMinutes * 60_000;
    const id = source?.id ?? crypto.randomUUID();
    const changed = { id, schemaId, url, audience, subject, nonce, status, expiresAt };
    this.sources.set(changed.id, changed);
    return Response.json(this.#tell(changed));
  }

  #tell({ id, schemaId, url, audience, subject, nonce, status, expiresAt }: KeptSource): Record<string, unknown> {
    const claims = {
      iss: "https://idbroker.example.org/idb",
      aud: audience,
      sub: subject,
      jti: nonce,
      exp: Math.floor(expiresAt / 1000),
      "com.cisco.datasource.url": url,
      "com.cisco.datasource.schema.uuid": schemaId,
    };
    const said: Record<string, unknown> = {
      id,
      schemaId,
      orgId: "O-org",
      applicationId: "A-app",
      status,
      url,
      audience,
      subject,
      jwsToken: [{ alg: "RS256", kid: "k" }, claims].map((part) => encode(JSON.stringify(part))).join(".") +
        ".c2lnbmF0dXJl",
      createdBy: "P-machine",
      createdAt: "2026-01-01T00:00:00Z",
      tokenExpiryTime: new Date(expiresAt).toISOString(),
    };
    for (const name of this.#options.leaveOut ?? []) delete said[name];
    return this.#options.tell?.(said) ?? said;
  }
}

function refuse(status: number, message: string): Response {
  return Response.json({ message, errors: [{ description: message }], trackingId: "ROUTER_TEST-1" }, { status });
}

function encode(text: string): string {
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}
