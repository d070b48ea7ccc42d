import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler, Next } from "hono";
import { bodyLimit } from "hono/body-limit";
import { routePath } from "hono/route";
import { LOGIN_FAULTS, type LoginFaultCode } from "../src/auth/login/fault.ts";
import type { Login } from "../src/auth/login/login.ts";
import type { AuditEntry, Visitor } from "../src/auth/login/visitor.ts";
import type { Clock } from "../src/lib/clock.ts";
import { RateLimit } from "../src/lib/rate_limit.ts";
import type { Secret } from "../src/lib/secret.ts";
import { isLocal, readCookie } from "./login_cookies.ts";
import { peerOf } from "./peer.ts";

/** What the guard leaves with every request. */
export interface Guarded {
  Variables: {
    /** Who asks; undefined only where nobody has to be known. */
    visitor: Visitor | undefined;
    guard: Guard;
  };
}

export interface GuardOptions {
  /** Undefined when nobody has to log in. */
  readonly login: Login | undefined;
  /** Whether a session may travel in the clear between machines. */
  readonly plainCookies: boolean;
  /** What /health and /metrics ask for; empty for nothing. */
  readonly healthToken: Secret;
  readonly metricsToken: Secret;
  /** Requests below /api that one visitor may make in a minute. */
  readonly requestsPerMinute: number;
  readonly clock: Clock;
  /** Hears of every act. */
  readonly audit: (entry: AuditEntry) => void;
}

/** What is answered to anybody: the way in, and what its page needs. */
const OPEN: ReadonlySet<string> = new Set([
  "/login",
  "/login/provider",
  "/logout",
  "/auth/status",
  "/api/me",
  "/favicon.ico",
]);
const PING = /^\/[^/]+\/v1\/ping$/;
/** Where a page's token is: in a field of the head, or of the form. */
const TOKEN_HEADER = "X-CSRF-Token";
const TOKEN_FIELD = "csrf";
/** Bytes of the longest form that is read; files are not sent as such. */
const MOST_FORM_BYTES = 65_536;

/** Reads no form that is longer than a form of ours can be. */
export const boundedForms: MiddlewareHandler = (c, next) => isForm(c) ? bounded(c, next) : next();
const bounded = bodyLimit({
  maxSize: MOST_FORM_BYTES,
  onError: (c) => c.json({ error: `Cannot read the form: at most ${MOST_FORM_BYTES} bytes expected` }, 413),
});

/** Stands before every route: knows who asks, and whether they may. Viewers may look, operators may also act. */
export class Guard {
  readonly #limit: RateLimit;
  /** The path that a provider sends people back to. */
  readonly #callback: string | undefined;

  constructor(readonly options: GuardOptions) {
    this.#limit = new RateLimit(options.requestsPerMinute, options.clock);
    this.#callback = options.login?.provider?.redirectUri.pathname;
  }

  /** The middleware for all routes. */
  readonly middleware: MiddlewareHandler<Guarded> = async (c, next) => {
    const visitor = this.#visitor(c);
    c.set("guard", this);
    c.set("visitor", visitor);
    const { path } = c.req;
    if (path.startsWith("/api/")) {
      const wait = this.#limit.take(visitor?.session?.id ?? `${visitor?.name} ${peerOf(c)}`);
      if (wait > 0) return tooMany(c, wait);
    }
    if (OPEN.has(path) || path.startsWith("/assets/") || path === this.#callback) return await next();
    const token = path === "/metrics"
      ? this.options.metricsToken
      : path === "/health" || PING.test(path)
      ? this.options.healthToken
      : undefined;
    if (token !== undefined && (token.empty || carries(c, token))) return await next();
    if (visitor === undefined || (token !== undefined && visitor.via === "open")) return unknown(c);
    if (!isSafe(c)) return await this.act(c, next);
    await next();
    this.#endWithSession(c);
  };

  /** A stream of events is closed when the session is over that it was opened with. */
  #endWithSession(c: Context<Guarded>): void {
    const { login } = this.options;
    const session = c.var.visitor?.session;
    const { body, headers } = c.res;
    if (login === undefined || session === undefined || body === null) return;
    if (!headers.get("Content-Type")?.startsWith("text/event-stream")) return;
    let callOff = () => {};
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
      // In good order: an error would be told to the console by whoever serves the stream.
      start: (stream) => void (callOff = login.watch(session, () => stream.terminate())),
    });
    body.pipeTo(writable).catch(() => {}).finally(callOff);
    c.res = new Response(readable, c.res);
  }

  /** Lets an act happen, and tells the trail of it: for an operator, asked by a page of our own. */
  async act(c: Context<Guarded>, next: Next): Promise<Response | void> {
    const { visitor } = c.var;
    if (visitor === undefined) return unknown(c);
    if (!fromOwnPage(c)) return refuse(c, "LOGIN-FOREIGN-PAGE");
    if (visitor.role !== "operator") return refuse(c, "LOGIN-ROLE");
    if (!await this.isOwnRequest(c)) return refuse(c, "LOGIN-FOREIGN-PAGE");
    await next();
    this.options.audit({
      at: this.options.clock.date(),
      who: visitor.name,
      via: visitor.via,
      action: `${c.req.method} ${routePath(c, -1)}`,
      about: c.req.path,
    });
  }

  /** Whether a request that a session's cookie vouches for was meant by its visitor: it carries the page's token. */
  async isOwnRequest(c: Context<Guarded>): Promise<boolean> {
    const { login } = this.options;
    const session = c.var.visitor?.session;
    if (login === undefined || session === undefined) return true;
    // A link carries no token. What the browser says of it has to do, and one that says nothing cannot be believed.
    if (isSafe(c) || isUpgrade(c)) return c.req.header("Sec-Fetch-Site") !== undefined;
    const token = c.req.header(TOKEN_HEADER) ?? (isForm(c) ? (await c.req.parseBody())[TOKEN_FIELD] : undefined);
    return typeof token === "string" && login.isPageToken(session, token);
  }

  #visitor(c: Context): Visitor | undefined {
    const { login, plainCookies } = this.options;
    if (login === undefined) return { name: peerOf(c), role: "operator", via: "open" };
    const machine = login.byToken(c.req.header("Authorization") ?? "");
    if (machine !== undefined) return machine;
    const cookie = readCookie(c, "session", plainCookies || isLocal(c));
    return cookie === undefined ? undefined : login.bySession(cookie);
  }
}

/** For a route that acts although it is a GET: as strict as with any other method. */
export const acts: MiddlewareHandler<Guarded> = (c, next) => isSafe(c) ? c.var.guard.act(c, next) : next();

/**
 * Whether the page that made the browser ask is our own, as the browser says: by Fetch Metadata, or by Origin (RFC 6454)
 * where it is older. Programs say neither, and bring no cookie that they were not given.
 */
export function fromOwnPage(c: Context): boolean {
  const site = c.req.header("Sec-Fetch-Site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  const origin = c.req.header("Origin");
  return origin === undefined || URL.parse(origin)?.host === URL.parse(c.req.url)?.host;
}

/** Answers that somebody may not do this. */
export function refuse(c: Context, code: LoginFaultCode, status: 400 | 401 | 403 = 403): Response {
  return c.json({ error: `Cannot do this: ${LOGIN_FAULTS[code]}`, code: code }, status);
}

/** Whether a form without files is sent. */
export function isForm(c: Context): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(c.req.header("Content-Type") ?? "");
}

function isUpgrade(c: Context): boolean {
  return c.req.header("Upgrade") !== undefined;
}

/** Whether a request only looks (RFC 9110 §9.2.1). A WebSocket is for acting. */
function isSafe(c: Context): boolean {
  return (c.req.method === "GET" || c.req.method === "HEAD") && !isUpgrade(c);
}

/** Sends people to the way in, and tells programs that there is one. */
function unknown(c: Context): Response {
  const { pathname, search } = new URL(c.req.url);
  if (c.req.method === "GET" && /\btext\/html\b/.test(c.req.header("Accept") ?? "")) {
    return c.redirect(`/login?next=${encodeURIComponent(pathname + search)}`, 303);
  }
  c.header("WWW-Authenticate", 'Bearer realm="byova-gateway"');
  return refuse(c, "LOGIN-REQUIRED", 401);
}

function tooMany(c: Context, waitMs: number): Response {
  c.header("Retry-After", `${Math.ceil(waitMs / 1000)}`);
  return c.json({ error: "Cannot answer: there were too many requests in a minute", code: "RATE-LIMITED" }, 429);
}

function carries(c: Context, token: Secret): boolean {
  const given = /^Bearer +(.+)$/i.exec(c.req.header("Authorization") ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(given), digest(token.reveal()));
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
