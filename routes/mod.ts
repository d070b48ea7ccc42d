import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Log } from "../src/lib/log.ts";
import { api } from "./api.ts";
import { assets } from "./assets.ts";
import type { House } from "./house.ts";
import { metrics } from "./metrics.ts";
import { pages } from "./pages.tsx";
import { phone } from "./phone.ts";

/** What the routes need beyond the house itself. */
export interface RoutesOptions {
  readonly log: Log;
  /** Host names under which the page may be asked for; a page elsewhere on the web cannot borrow another. */
  readonly hosts: readonly string[] | undefined;
  /** The protocol files, by name. */
  readonly protos: Readonly<Record<string, string>>;
}

/** Everything that is answered over HTTP. */
export function routes(house: House, { log, hosts, protos }: RoutesOptions): Hono {
  const app = new Hono();
  app.use(secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      mediaSrc: ["'self'"],
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
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      c.header("Allow", "GET, HEAD");
      return c.json({ error: "Cannot take this method: expected GET or HEAD" }, 405);
    }
    await next();
  });
  app.route(
    "/",
    pages(house, (path, c) => app.request(new URL(path, c.req.url), { headers: c.req.raw.headers }, c.env)),
  );
  app.route("/", assets());
  app.get("/favicon.ico", (c) => c.body(null, 204));
  app.get("/proto/:name", (c) => {
    const text = Object.entries(protos).find(([name]) => name === c.req.param("name"))?.[1];
    return text === undefined ? c.notFound() : c.text(text);
  });
  app.route("/", api(house));
  app.route("/", metrics(house));
  app.route("/", phone({ clock: house.clock, log, dial: house.dial }));
  app.notFound((c) => c.json({ error: `Cannot find the page: see / for what there is` }, 404));
  app.onError((error, c) => {
    log.error("page failed", { path: c.req.routePath, error: error.name });
    return c.json({ error: "Cannot answer: the gateway's log says why" }, 500);
  });
  return app;
}
