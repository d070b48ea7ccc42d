import { Hono } from "hono";
import { accepts } from "hono/accepts";
import type { House } from "./house.ts";

const OPEN_METRICS = "application/openmetrics-text";
const PROMETHEUS = "text/plain";

/** The metrics: in OpenMetrics for who asks for it by Accept, as Prometheus does, and in its older text otherwise. */
export function metrics({ metrics }: House): Hono {
  const app = new Hono();
  app.get("/metrics", async (c) => {
    c.header("Vary", "Accept");
    const format = accepts(c, {
      header: "Accept",
      supports: [OPEN_METRICS, PROMETHEUS],
      default: PROMETHEUS,
      match: (asked, { supports }) =>
        asked.filter(({ type, q }) => q > 0 && supports.includes(type)).sort((a, b) => b.q - a.q)[0]?.type ??
          PROMETHEUS,
    });
    return format === OPEN_METRICS
      ? c.body(await metrics.openMetrics(), 200, { "Content-Type": `${OPEN_METRICS}; version=1.0.0; charset=utf-8` })
      : c.body(await metrics.prometheus(), 200, { "Content-Type": `${PROMETHEUS}; version=0.0.4; charset=utf-8` });
  });
  return app;
}
