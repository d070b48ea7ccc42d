import { useMemo, useState } from "preact/hooks";
import { Chart, type ChartLine } from "./Chart.tsx";
import type { Trend } from "./facts.ts";
import { useNow } from "./now.ts";
import { Panel } from "./parts.tsx";
import { showMs, wallClock } from "./Time.tsx";

/** How calls, waits and failures went: the last hour, or the last day. */
export function Trends({ hour, day }: { hour: Trend; day: Trend }) {
  const [span, setSpan] = useState<"hour" | "day">("hour");
  const trend = span === "hour" ? hour : day;
  const { local, now } = useNow();
  const lines = useMemo(() => linesOf(trend), [trend]);
  const from = Date.parse(trend.from);
  const at = (index: number) =>
    wallClock(new Date(from + index * trend.step_ms).toISOString(), "time", local, now).slice(0, 5);
  const shared = { from, stepMs: trend.step_ms };
  return (
    <section aria-labelledby="trends" class="trends">
      <header class="part-head">
        <h2 id="trends">{span === "hour" ? "The last hour" : "The last day"}</h2>
        <div class="choice" role="group" aria-label="Span of the charts">
          {(["hour", "day"] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={span === each}
              onClick={() => setSpan(each)}
            >
              {each === "hour" ? "Hour" : "Day"}
            </button>
          ))}
        </div>
      </header>
      <div class="columns three">
        <Panel title="Calls">
          <Chart {...shared} lines={lines.calls} show={String} least={4} />
          <p class="summary">{summaryOfCounts("call", trend.calls, at)}</p>
        </Panel>
        <Panel title="Wait for an answer">
          <Chart {...shared} lines={lines.latency} show={showMs} least={100} />
          <p class="summary">{summaryOfWaits(trend, at)}</p>
        </Panel>
        <Panel title="Failures">
          <Chart {...shared} lines={lines.failures} show={String} least={4} />
          <p class="summary">{summaryOfCounts("failed call", trend.failures, at)}</p>
        </Panel>
      </div>
    </section>
  );
}

function linesOf({ calls, failures, p50_ms, p95_ms }: Trend): Record<"calls" | "latency" | "failures", ChartLine[]> {
  return {
    calls: [{ label: "calls", tone: "accent", values: calls }],
    latency: [
      { label: "p50", tone: "accent", values: p50_ms },
      { label: "p95", tone: "warn", values: p95_ms },
    ],
    failures: [{ label: "failed", tone: "bad", values: failures }],
  };
}

function summaryOfCounts(what: string, counts: readonly number[], at: (index: number) => string): string {
  const sum = counts.reduce((sum, count) => sum + count, 0);
  if (sum === 0) return `No ${what}.`;
  const most = Math.max(...counts);
  return `${sum} ${what}${sum === 1 ? "" : "s"}; most at ${at(counts.indexOf(most))}: ${most}.`;
}

function summaryOfWaits({ p50_ms, p95_ms }: Trend, at: (index: number) => string): string {
  const known = p95_ms.filter((value) => value !== null);
  if (known.length === 0) return "Nobody waited for an answer.";
  const worst = Math.max(...known);
  const last = p50_ms.findLast((value) => value !== null) ?? null;
  return `Median lately ${showMs(last)}; worst p95 at ${at(p95_ms.indexOf(worst))}: ${showMs(worst)}.`;
}
