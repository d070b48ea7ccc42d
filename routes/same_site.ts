import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { House } from "./house.ts";

/** Lets acts happen (whatever is not GET or HEAD) that a page of our own or a program asks for, and keeps who did what. */
export function sameSite({ store, clock }: House): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method === "GET" || c.req.method === "HEAD") return await next();
    if (!fromOwnPage(c)) return c.json({ error: "Cannot do that for a page of another site" }, 403);
    await next();
    if (!c.res.ok) return;
    const action = `${c.req.method} ${routePath(c, -1)}`;
    store.keepDeed({ at: clock.date(), who: "anybody", via: "open", action, about: c.req.path });
  };
}

/** What the browser says of the page that made it ask, by Fetch Metadata or, if it is older, by Origin; programs say neither. */
function fromOwnPage(c: Context): boolean {
  const site = c.req.header("Sec-Fetch-Site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  const origin = c.req.header("Origin");
  return origin === undefined || origin === new URL(c.req.url).origin;
}
