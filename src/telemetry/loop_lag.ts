import { Histogram, type OpenMetricsContentType, type Registry } from "prom-client";
import type { Clock } from "../lib/clock.ts";

/** How often the event loop is looked at, in ms. */
const INTERVAL_MS = 500;

/** Measures how late the event loop fires a timer. Returns what stops it. */
export function measureLoopLag(clock: Clock, registry: Registry<OpenMetricsContentType>): () => void {
  const lag = new Histogram({
    name: "byova_event_loop_lag_seconds",
    help: "How late a timer fires that is set twice a second.",
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [registry],
  });
  let callOff: () => void;
  const schedule = () => {
    const due = clock.now() + INTERVAL_MS;
    callOff = clock.setTimer(INTERVAL_MS, () => {
      lag.observe(Math.max(0, clock.now() - due) / 1000);
      schedule();
    });
  };
  schedule();
  return () => callOff();
}
