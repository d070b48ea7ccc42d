import { type Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Log } from "../src/lib/log.ts";
import { StoreError } from "../src/store/store.ts";
import { api } from "./api.ts";
import { actRoutes } from "./api_acts.ts";
import { callRoutes } from "./api_calls.ts";
import { overviewRoutes } from "./api_overview.ts";
import { recordingRoutes } from "./api_recordings.ts";
import { recordRoutes } from "./api_records.ts";
import type { House } from "./house.ts";
import { live } from "./live.ts";
import type { LiveStream } from "./live_stream.ts";
import { metrics } from "./metrics.ts";
import { openApiRoutes } from "./openapi.ts";
import { Page } from "./page.tsx";
import { WrongParameter } from "./parameters.ts";
import { sameSite } from "./same_site.ts";
import css from "./page.css" with { type: "text" };

/** What the routes need beyond the house itself. */
export interface RoutesOptions {
  readonly log: Log;
  /** Host names under which the page may be asked for; a page elsewhere on the web cannot borrow another. */
  readonly hosts: readonly string[] | undefined;
  /** The protocol files, by name. */
  readonly protos: Readonly<Record<string, string>>;
  /** What open dashboards are told. */
  readonly live: LiveStream;
}

/** Everything that is answered over HTTP. */
export function routes(house: House, { log, hosts, protos, live: stream }: RoutesOptions): Hono {
  const app = new Hono();
  app.use(secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
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
    if (!METHODS.has(c.req.method)) return refuseMethod(c);
    await next();
  });
  app.use(sameSite(house));
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
  app.route("/", overviewRoutes(house));
  app.route("/", callRoutes(house));
  app.route("/", recordRoutes(house));
  app.route("/", recordingRoutes(house));
  app.route("/", actRoutes(house));
  app.route("/", openApiRoutes(house.version));
  app.route("/", live(stream));
  app.route("/", metrics(house));
  app.notFound((c) =>
    c.req.method === "POST" ? refuseMethod(c) : c.json({ error: `Cannot find the page: see / for what there is` }, 404)
  );
  app.onError((error, c) => {
    if (error instanceof WrongParameter) {
      const { message, parameter, expected } = error;
      return c.json({ error: message, parameter, expected }, 400);
    }
    if (error instanceof StoreError) {
      c.header("Retry-After", "5");
      return c.json({ error: error.message }, 503);
    }
    log.error("page failed", { path: c.req.routePath, error: error.name });
    return c.json({ error: "Cannot answer: the gateway's log says why" }, 500);
  });
  return app;
}

/** POST is for what acts; there are no others. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST"]);

function refuseMethod(c: Context): Response {
  c.header("Allow", "GET, HEAD");
  return c.json({ error: "Cannot take this method: expected GET or HEAD" }, 405);
}

/** How often the page renews itself, in seconds from 2 to 3600: 5 unless the address says otherwise, 0 for "off". */
function renewSeconds(asked: string | undefined): number {
  if (asked === "off") return 0;
  return asked !== undefined && /^\d{1,4}$/.test(asked) ? Math.min(3600, Math.max(2, Number(asked))) : 5;
}
