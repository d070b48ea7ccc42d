import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import type { ErrorCode } from "../src/lib/error_codes.ts";
import type { Log } from "../src/lib/log.ts";
import { api } from "./api.ts";
import { boundedForms, Guard, type Guarded, type GuardOptions } from "./guard.ts";
import type { House } from "./house.ts";
import { loginRoutes } from "./login.ts";
import { metrics } from "./metrics.ts";
import { Page } from "./page.tsx";
import css from "./page.css" with { type: "text" };

/** What the routes need beyond the house itself. */
export interface RoutesOptions extends Omit<GuardOptions, "clock"> {
  readonly log: Log;
  /** Host names under which the page may be asked for; a page elsewhere on the web cannot borrow another. */
  readonly hosts: readonly string[] | undefined;
  /** The protocol files, by name. */
  readonly protos: Readonly<Record<string, string>>;
}

/** Everything that is answered over HTTP. */
export function routes(house: House, { log, hosts, protos, ...door }: RoutesOptions): Hono<Guarded> {
  const app = new Hono<Guarded>();
  app.use(secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    strictTransportSecurity: false,
    xFrameOptions: "DENY",
    referrerPolicy: "no-referrer",
  }));
  app.use(async (c, next) => {
    c.header("Cache-Control", "no-store");
    const host = URL.parse(c.req.url)?.hostname ?? "";
    if (hosts && !hosts.includes(host)) {
      return c.json({ error: `Cannot answer for this host name: expected ${hosts.join(" or ")}` }, 421);
    }
    await next();
  });
  app.use(boundedForms);
  app.use(new Guard({ ...door, clock: house.clock }).middleware);
  app.route("/", loginRoutes(door));
  app.get("/", (c) => {
    const page = h(Page, { house, renewSeconds: renewSeconds(c.req.query("refresh")) });
    return c.html(`<!doctype html>${renderToString(page)}`);
  });
  app.get("/page.css", (c) => c.body(css, 200, { "Content-Type": "text/css; charset=utf-8" }));
  app.get("/favicon.ico", (c) => c.body(null, 204));
  app.get("/proto/:name", (c) => {
    const text = Object.entries(protos).find(([name]) => name === c.req.param("name"))?.[1];
    return text === undefined ? c.notFound() : c.text(text);
  });
  app.route("/", api(house));
  app.route("/", metrics(house));
  app.notFound((c) => c.json({ error: `Cannot find the page: see / for what there is` }, 404));
  app.onError((error, c) => {
    log.error("page failed", { code: "GATEWAY-DEFECT" satisfies ErrorCode, path: c.req.routePath, error: error.name });
    return c.json({ error: "Cannot answer: the gateway's log says why" }, 500);
  });
  return app;
}

/** How often the page renews itself, in seconds from 2 to 3600: 5 unless the address says otherwise, 0 for "off". */
function renewSeconds(asked: string | undefined): number {
  if (asked === "off") return 0;
  return asked !== undefined && /^\d{1,4}$/.test(asked) ? Math.min(3600, Math.max(2, Number(asked))) : 5;
}
