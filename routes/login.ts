import { type Context, Hono } from "hono";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { LOGIN_FAULTS, LoginFault, type LoginFaultCode } from "../src/auth/login/fault.ts";
import type { Admission, Login } from "../src/auth/login/login.ts";
import { fromOwnPage, type Guarded, isForm, refuse } from "./guard.ts";
import { giveCookie, isLocal, readCookie, schemeOf, takeCookie } from "./login_cookies.ts";
import { LoginPage, type LoginPageProps } from "./login_page.tsx";
import { peerOf } from "./peer.ts";

export interface LoginRoutesOptions {
  readonly login: Login | undefined;
  readonly plainCookies: boolean;
}

/** The way in and out, and who one is. */
export function loginRoutes({ login, plainCookies }: LoginRoutesOptions): Hono<Guarded> {
  const app = new Hono<Guarded>();

  app.get("/api/me", (c) => {
    const { visitor } = c.var;
    const known = login !== undefined && visitor !== undefined;
    return c.json({
      user: known ? { name: visitor.name, role: visitor.role, via: visitor.via } : null,
      login: login === undefined ? "off" : "on",
      csrf: known && visitor.session ? login.pageToken(visitor.session) : "",
    });
  });
  app.get("/auth/status", (c) => {
    const known = login === undefined ? undefined : c.var.visitor;
    return c.json({ authenticated: known !== undefined, user_name: known?.name ?? null, role: known?.role ?? null });
  });

  app.get("/login", (c) => {
    const next = localPath(c.req.query("next"));
    if (login === undefined || c.var.visitor !== undefined) return c.redirect(next, 303);
    const known = readCookie(c, "session", plainCookies || isLocal(c)) !== undefined;
    const note = known ? "over" : c.req.query("left") === undefined ? undefined : "left";
    return page(c, login, { next, fault: faultOf(c.req.query("error")), note, name: "" });
  });
  app.post("/login", async (c) => {
    if (login === undefined) return c.redirect("/", 303);
    if (!fromOwnPage(c)) return refuse(c, "LOGIN-FOREIGN-PAGE");
    const form = isForm(c) ? await c.req.parseBody() : {};
    const field = (name: string) => typeof form[name] === "string" ? form[name] : "";
    const next = localPath(field("next"));
    try {
      const secure = schemeOf(c) === "https";
      if (!secure && !plainCookies && !isLocal(c)) throw new LoginFault("LOGIN-PLAINTEXT");
      return admit(c, { ...await login.byPassword(field("name"), field("password"), peerOf(c)), next }, secure);
    } catch (error) {
      if (!(error instanceof LoginFault)) throw error;
      c.status(error.code === "LOGIN-BUSY" ? 429 : 403);
      return page(c, login, { next, fault: error.code, note: undefined, name: field("name") });
    }
  });

  const { provider } = login ?? {};
  if (login !== undefined && provider !== undefined) {
    // The browser comes back to this address, so that its scheme is what decides which cookies it will keep.
    const secure = provider.redirectUri.protocol === "https:";
    app.get("/login/provider", async (c) => {
      try {
        const begun = await login.begin(localPath(c.req.query("next")), peerOf(c));
        giveCookie(c, "attempt", { value: begun.cookie, lifetimeMs: begun.lifetimeMs, secure });
        return c.redirect(begun.url, 303);
      } catch (error) {
        return sendBack(c, error);
      }
    });
    app.get(provider.redirectUri.pathname, async (c) => {
      const cookie = readCookie(c, "attempt", !secure) ?? "";
      takeCookie(c, "attempt");
      try {
        return admit(c, await login.finish(new URL(c.req.url).searchParams, cookie, peerOf(c)), secure);
      } catch (error) {
        return sendBack(c, error);
      }
    });
  }

  app.on(["GET", "POST"], "/logout", async (c) => {
    if (!fromOwnPage(c) || !await c.var.guard.isOwnRequest(c)) return refuse(c, "LOGIN-FOREIGN-PAGE");
    if (c.var.visitor) login?.logOut(c.var.visitor);
    takeCookie(c, "session");
    return c.redirect("/login?left=1", 303);
  });
  return app;
}

function admit(c: Context, { cookie, lifetimeMs, next }: Admission, secure: boolean): Response {
  giveCookie(c, "session", { value: cookie, lifetimeMs, secure });
  return c.redirect(next, 303);
}

/** Back to the log-in page, which says why. */
function sendBack(c: Context, error: unknown): Response {
  if (!(error instanceof LoginFault)) throw error;
  return c.redirect(`/login?error=${error.code}`, 303);
}

function page(c: Context, login: Login, shown: Omit<LoginPageProps, "takesPasswords" | "provider">) {
  const { provider, takesPasswords } = login;
  const href = provider &&
    new URL(`/login/provider?next=${encodeURIComponent(shown.next)}`, provider.redirectUri).href;
  const props = { ...shown, takesPasswords, provider: provider && { name: provider.name, href: href! } };
  return c.html(`<!doctype html>${renderToString(h(LoginPage, props))}`);
}

function faultOf(word: string | undefined): LoginFaultCode | undefined {
  return Object.keys(LOGIN_FAULTS).find((code): code is LoginFaultCode => code === word);
}

/** A path of our own to go to after a login; the first page for anything else. */
function localPath(asked: string | undefined): string {
  const url = URL.parse(asked ?? "", "http://here.invalid");
  const own = url?.origin === "http://here.invalid" && asked?.startsWith("/") && !url.pathname.startsWith("//");
  return own && !/^\/log(in|out)\b/.test(url.pathname) ? url.pathname + url.search : "/";
}
