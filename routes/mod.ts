import { type Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { ErrorCode } from "../src/lib/error_codes.ts";
import type { Log } from "../src/lib/log.ts";
import { StoreError } from "../src/store/store.ts";
import { api } from "./api.ts";
import { actRoutes } from "./api_acts.ts";
import { assets } from "./assets.ts";
import { callRoutes } from "./api_calls.ts";
import { overviewRoutes } from "./api_overview.ts";
import { recordingRoutes } from "./api_recordings.ts";
import { recordRoutes } from "./api_records.ts";
import { boundedForms, Guard, type Guarded, type GuardOptions } from "./guard.ts";
import type { House } from "./house.ts";
import { live } from "./live.ts";
import type { LiveStream } from "./live_stream.ts";
import { loginRoutes } from "./login.ts";
import { metrics } from "./metrics.ts";
import { missing } from "./missing_page.tsx";
import { openApiRoutes } from "./openapi.ts";
import { pages } from "./pages.tsx";
import { WrongParameter } from "./parameters.ts";
import { phone } from "./phone.ts";

/** What the routes need beyond the house itself. */
export interface RoutesOptions extends Omit<GuardOptions, "clock"> {
  readonly log: Log;
  /** Host names under which the page may be asked for; a page elsewhere on the web cannot borrow another. */
  readonly hosts: readonly string[] | undefined;
  /** The protocol files, by name. */
  readonly protos: Readonly<Record<string, string>>;
  /** What open dashboards are told. */
  readonly live: LiveStream;
}

/** Everything that is answered over HTTP. */
export function routes(house: House, { log, hosts, protos, live: stream, ...door }: RoutesOptions): Hono<Guarded> {
  const app = new Hono<Guarded>();
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
    await next();
  });
  app.use(boundedForms);
  app.use(new Guard({ ...door, clock: house.clock }).middleware);
  app.use((c, next) => METHODS.has(c.req.method) ? next() : Promise.resolve(refuseMethod(c)));
  app.route("/", loginRoutes(door));
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
  app.route("/", overviewRoutes(house));
  app.route("/", callRoutes(house));
  app.route("/", recordRoutes(house));
  app.route("/", recordingRoutes(house));
  app.route("/", actRoutes(house));
  app.route("/", openApiRoutes(house.version));
  app.route("/", live(stream));
  app.route("/", metrics(house));
  app.route("/", phone({ clock: house.clock, log, dial: house.dial }));
  app.notFound((c) => c.req.method === "POST" ? refuseMethod(c) : missing(c));
  app.onError((error, c) => {
    if (error instanceof WrongParameter) {
      const { message, parameter, expected } = error;
      return c.json({ error: message, parameter, expected }, 400);
    }
    if (error instanceof StoreError) {
      c.header("Retry-After", "5");
      return c.json({ error: error.message }, 503);
    }
    log.error("page failed", { code: "GATEWAY-DEFECT" satisfies ErrorCode, path: c.req.routePath, error: error.name });
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
