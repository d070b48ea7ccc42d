import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { isLoopback } from "../src/lib/loopback.ts";

/** Cookies by what they hold: a session, or a login that has begun at a provider. */
const NAMES = { session: "byova_session", attempt: "byova_login" } as const;
export type CookieKind = keyof typeof NAMES;

/** A browser takes it only over https, for this host and no other, so that no neighbour can plant one (RFC 6265bis §4.1.3.2). */
const HOST_ONLY = "__Host-";

/** The scheme by which a browser came, as it says itself: a proxy in front may have taken the TLS off. */
export function schemeOf(c: Context): "http" | "https" {
  const origin = URL.parse(c.req.header("Origin") ?? "") ?? URL.parse(c.req.url);
  return origin?.protocol === "https:" ? "https" : "http";
}

/** Whether the request was made to a name of this machine itself. */
export function isLocal(c: Context): boolean {
  return isLoopback(URL.parse(c.req.url)?.hostname ?? "");
}

/** The value of a cookie. One without the prefix counts only where `plain` allows it. */
export function readCookie(c: Context, kind: CookieKind, plain: boolean): string | undefined {
  return getCookie(c, HOST_ONLY + NAMES[kind]) ?? (plain ? getCookie(c, NAMES[kind]) : undefined);
}

/** Gives the browser a cookie that no script can read, and that other sites cannot send along but by a link. */
export function giveCookie(
  c: Context,
  kind: CookieKind,
  { value, lifetimeMs, secure }: { readonly value: string; readonly lifetimeMs: number; readonly secure: boolean },
): void {
  const name = secure ? HOST_ONLY + NAMES[kind] : NAMES[kind];
  setCookie(c, name, value, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure,
    maxAge: Math.min(MOST_SECONDS, Math.floor(lifetimeMs / 1000)),
  });
}

/** Takes a cookie back, in both of its forms. */
export function takeCookie(c: Context, kind: CookieKind): void {
  deleteCookie(c, HOST_ONLY + NAMES[kind], { path: "/", secure: true });
  deleteCookie(c, NAMES[kind], { path: "/" });
}

/** Browsers keep no cookie longer than 400 days. */
const MOST_SECONDS = 400 * 86_400;
