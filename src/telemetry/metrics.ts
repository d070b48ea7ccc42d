import { Counter, type OpenMetricsContentType, Registry } from "prom-client";
import type { CallEvent } from "../call/event.ts";
import type { Bus } from "../lib/bus.ts";
import type { Clock } from "../lib/clock.ts";
import { CallMeters } from "./call_meters.ts";
import { measureLoopLag } from "./loop_lag.ts";
import { type Reading, register } from "./reading.ts";

/** What the metrics are made from. */
export interface MetricsSources {
  readonly clock: Clock;
  readonly events: Bus<CallEvent>;
  /** Numbers that other rooms keep. */
  readonly readings: readonly Reading[];
}

/** Everything that a Prometheus server is told. */
export class Metrics implements Disposable {
  // One registry, always in OpenMetrics: prom-client renames counters for good when it writes that format.
  readonly #registry = new Registry<OpenMetricsContentType>();
  readonly #calls: CallMeters;
  readonly #stopLag: () => void;

  /** Throws Error when two readings have one name, or a name or a label is none. */
  constructor({ clock, events, readings }: MetricsSources) {
    this.#registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const failures = new Counter({
      name: "byova_readings_failed",
      help: "Metrics left out because they could not be read.",
      labelNames: ["metric"],
      registers: [],
    });
    for (const reading of readings) register(reading, this.#registry, (metric) => failures.inc({ metric }));
    // After the readings, so that a scrape tells of its own failures.
    this.#registry.registerMetric(failures);
    this.#calls = new CallMeters(events, this.#registry);
    this.#stopLag = measureLoopLag(clock, this.#registry);
  }

  /** The metrics as OpenMetrics 1.0 text, to its "# EOF". */
  openMetrics(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The metrics in the Prometheus text format 0.0.4, where a counter's family bears the name of its samples. */
  async prometheus(): Promise<string> {
    return (await this.openMetrics())
      .replaceAll(/^# HELP (\S+) (.*)\n# TYPE \1 counter$/gm, "# HELP $1_total $2\n# TYPE $1_total counter")
      .replace(/# EOF\n$/, "");
  }

  [Symbol.dispose](): void {
    this.#stopLag();
    this.#calls[Symbol.dispose]();
  }
}
