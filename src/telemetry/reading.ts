import { Counter, Gauge, type OpenMetricsContentType, type Registry } from "prom-client";
import { Fold } from "./fold.ts";

/** A number that somebody keeps anyway, looked up when the metrics are asked for. */
export interface Reading {
  /** In Prometheus' manner, with the unit at the end and without "_total": "byova_certificate_expiry_seconds". */
  readonly name: string;
  /** One sentence, without quotation marks and backslashes. */
  readonly help: string;
  /** A counter only grows, a gauge goes up and down. */
  readonly type: "counter" | "gauge";
  /** The names of the labels; none when left out. */
  readonly labels?: readonly string[];
  /** The number; with labels, one for each set of values; undefined when there is none at the time. */
  read(): number | Iterable<LabelledNumber> | undefined;
}

/** A number with the values of its reading's labels, in the labels' order. */
export type LabelledNumber = readonly [values: readonly string[], value: number];

/** Adds a reading to a registry. `onFailure` hears that `read` threw or gave no number: the reading is then left out. */
export function register(
  reading: Reading,
  registry: Registry<OpenMetricsContentType>,
  onFailure: (name: string) => void,
): void {
  const { name, help, labels = [] } = reading;
  const folds = labels.map(() => new Fold());
  const fill = (metric: Counter | Gauge) => {
    metric.reset();
    try {
      const read = reading.read();
      if (read === undefined) return metric.remove({});
      const numbers: Iterable<LabelledNumber> = typeof read === "number" ? [[[], read]] : read;
      for (const [values, value] of numbers) {
        if (!Number.isFinite(value)) throw new TypeError("Cannot tell a reading: a finite number expected");
        metric.inc(Object.fromEntries(labels.map((label, at) => [label, folds[at]!.fold(values[at] ?? "")])), value);
      }
    } catch {
      metric.reset();
      metric.remove({});
      onFailure(name);
    }
  };
  const Kind = reading.type === "counter" ? Counter : Gauge;
  new Kind({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect() {
      fill(this);
    },
  });
}
