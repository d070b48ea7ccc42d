import { strict as assert } from "node:assert";

/** One number of an exposition. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of one name in an exposition. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)$`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/;
/** What a type's samples are called, after the family's name (OpenMetrics 1.0, "Metric Types"). */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total"],
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count"],
};

/** Reads OpenMetrics 1.0 text, as far as the gateway writes it, and refuses everything else. */
export function parseOpenMetrics(text: string): Map<string, Family> {
  assert.ok(text.endsWith("\n# EOF\n"), "the text must end with # EOF and a line feed");
  const families = new Map<string, Family>();
  let family: Family | undefined;
  const lines = text.slice(0, -"# EOF\n".length - 1).split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const help = new RegExp(`^# HELP (${NAME}) ([^"\\\\]+)$`).exec(line);
    if (help) {
      const type = new RegExp(`^# TYPE ${help[1]} (counter|gauge|histogram)$`).exec(lines[++at] ?? "");
      assert.ok(type, `a type must follow: ${line}`);
      assert.ok(!families.has(help[1]!), `a family must come once: ${line}`);
      family = { name: help[1]!, type: type[1]!, help: help[2]!, samples: [] };
      families.set(family.name, family);
      continue;
    }
    const sample = SAMPLE.exec(line);
    assert.ok(sample, `a sample is expected: ${line}`);
    const [, name, labels = "", value] = sample;
    const belongs = SUFFIXES[family?.type ?? ""]?.some((suffix) => name === family!.name + suffix);
    assert.ok(belongs, `a sample must follow its family: ${line}`);
    family!.samples.push({ name: name!, labels: parseLabels(labels), value: Number(value) });
  }
  for (const each of families.values()) check(each);
  return families;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== "";) {
    const label = LABEL.exec(rest);
    assert.ok(label && !(label[1]! in labels), `labels are expected: ${rest}`);
    labels[label[1]!] = label[2]!;
    rest = rest.slice(label[0].length);
  }
  return labels;
}

function check({ name, type, samples }: Family): void {
  const series = samples.map((sample) => sample.name + JSON.stringify(Object.entries(sample.labels).sort()));
  assert.equal(new Set(series).size, series.length, `a series of ${name} comes twice`);
  if (type !== "gauge") assert.ok(samples.every(({ value }) => value >= 0), `${name} must not be negative`);
  const ends = samples.filter(({ labels }) => labels.le === "+Inf").map(({ value }) => value);
  const counts = samples.filter((sample) => sample.name === `${name}_count`).map(({ value }) => value);
  assert.deepEqual(ends, type === "histogram" ? counts : [], `the last bucket of ${name} must hold everything`);
  let last = 0;
  for (const { name: sample, labels, value } of samples.filter(({ labels }) => "le" in labels)) {
    last = labels.le === samples.find((first) => "le" in first.labels)!.labels.le ? 0 : last;
    assert.ok(sample.endsWith("_bucket") && value >= last, `buckets of ${name} must grow`);
    last = value;
  }
}
