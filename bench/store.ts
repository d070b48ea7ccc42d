/**
 * What the store's answers take over many calls: `deno run -A bench/store.ts [--calls 1000000] [--file FILE]
 * [--narrowed WORDS]`. FILE is filled when it is not there yet; without it, a temporary one is. With WORDS, only the
 * filters in whose names they stand are measured.
 */
import { parseArgs } from "node:util";
import { systemClock } from "../src/lib/clock.ts";
import { OpenDatabase } from "../src/store/open_database.ts";
import type { CallQuery } from "../src/store/store.ts";
import { AGENTS, CONNECTORS, DAYS, ORGS, UNTIL } from "./store_calls.ts";
import { fill } from "./store_fill.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** How often each question is asked. */
const ASKED = 3;
/** What a page must have its answer within, in ms. */
const BAR_MS = 100;

const { values: { calls, file: named, narrowed } } = parseArgs({
  options: {
    calls: { type: "string", default: "1000000" },
    file: { type: "string" },
    narrowed: { type: "string", default: "" },
  },
});
const file = named ?? await Deno.makeTempFile({ suffix: ".db" });
const count = Number(calls);
if (named === undefined || !exists(named)) {
  const since = performance.now();
  const written = fill(file, count);
  const seconds = (performance.now() - since) / 1000;
  console.log(
    `${count} calls filled in ${seconds.toFixed(0)} s; the writer took ${written.toFixed(1)} µs for one event`,
  );
}
const clock = { ...systemClock, date: () => UNTIL };
const settings = { file, keepMs: Infinity, maxBytes: Infinity, logLines: Infinity, maxCallMs: Infinity, beatMs: 1000 };
using database = OpenDatabase.open(settings, undefined, clock);
const { answers } = database;
console.log(`${database.countCalls()} calls, ${Math.round(database.bytes / 1e6)} MB\n`);

const SORTS: readonly CallQuery["sort"][] = [
  ...["startedAt", "endedAt", "durationMs", "turns", "longestWaitMs", "medianWaitMs", "agentId", "connector"] as const,
  ...["orgId", "state", "outcome", "reason", "code", "language", "trackingId", "callId", "recorded"] as const,
];
const somebody = answers.calls({ sort: "turns", descending: true, offset: 0, limit: 1 }).calls[0]!;
const FILTERS: Readonly<Record<string, Partial<CallQuery>>> = {
  "nothing": {},
  "state live": { state: "live" },
  "state ended": { state: "ended" },
  "the most called agent": { agent: AGENTS[0]! },
  "the least called agent": { agent: AGENTS.at(-1)! },
  "connector": { connector: CONNECTORS[0]! },
  "org": { org: ORGS[3]! },
  "outcome, 40 in 100": { outcome: "transferred" },
  "outcome, 2 in 100": { outcome: "agent_failed" },
  "outcome, 1 in 1000": { outcome: "gateway_stopped" },
  "the last day": { from: UNTIL - DAY_MS },
  "the last week": { from: UNTIL - 7 * DAY_MS },
  "agent, org and outcome": { agent: AGENTS[2]!, org: ORGS[5]!, outcome: "agent_failed" },
  "agent, connector, org and ended": { agent: AGENTS[7]!, connector: CONNECTORS[2]!, org: ORGS[11]!, state: "ended" },
  "agent and the last week": { agent: AGENTS[1]!, from: UNTIL - 7 * DAY_MS },
  "text: a call id": { text: somebody.callId },
  "text: the end of a tracking id": { text: somebody.trackingId.slice(-12) },
  "text: three letters": { text: "e0f" },
  "text: two letters": { text: "e0" },
  "text: an agent's name": { text: "night" },
  "text: a code": { text: "lex_timeout" },
  "text: a reason, and an org": { text: "booked", org: ORGS[2]! },
  "text: a reason, and an outcome of 25 in 100": { text: "paid", outcome: "ended_by_agent" },
  "text: a reason, and ended": { text: "closing", state: "ended" },
  "text: a reason, and the last week": { text: "intent", from: UNTIL - 7 * DAY_MS },
  "text: nothing has it": { text: "zzzzzz" },
};

let worst = 0;
console.log("| narrowed by | found | first page: median of all sorts | slowest | by | page 21: slowest |");
console.log("| --- | ---: | ---: | ---: | --- | ---: |");
for (const [name, filter] of Object.entries(FILTERS)) {
  if (!name.includes(narrowed)) continue;
  let total = 0;
  const times = SORTS.flatMap((sort) =>
    [true, false].map((descending) => {
      const first = timed(() => ({ total } = answers.calls({ ...filter, sort, descending, offset: 0, limit: 50 })));
      const later = timed(() => void answers.calls({ ...filter, sort, descending, offset: 1000, limit: 50 }));
      return { by: `${descending ? "-" : ""}${sort}`, first, later };
    })
  );
  const sorted = times.toSorted((a, b) => a.first - b.first);
  const slowest = sorted.at(-1)!;
  const later = Math.max(...times.map((each) => each.later));
  worst = Math.max(worst, slowest.first, later);
  const median = sorted[times.length >> 1]!.first;
  console.log(`| ${name} | ${total} | ${ms(median)} | ${ms(slowest.first)} | ${slowest.by} | ${ms(later)} |`);
}
console.log(`\nthe slowest page: ${ms(worst)} of ${BAR_MS} ms\n`);

const hour = { from: UNTIL - 60 * MINUTE_MS, to: UNTIL };
const trends = {
  hour: { from: UNTIL - 60 * MINUTE_MS, stepMs: MINUTE_MS, steps: 60 },
  day: { from: UNTIL - DAY_MS, stepMs: 15 * MINUTE_MS, steps: 96 },
};
const lines = answers.logs({ limit: 200 });
const others: Readonly<Record<string, () => unknown>> = {
  "overview: numbers of an hour": () => answers.numbers(hour),
  "overview: numbers of a day": () => answers.numbers({ from: UNTIL - DAY_MS, to: UNTIL }),
  "overview: trend of an hour": () => answers.trend(trends.hour),
  "overview: trend of a day": () => answers.trend(trends.day),
  "overview: the last 10 errors": () => answers.errors({ limit: 10 }),
  "agents: numbers of an hour, each connector": () =>
    CONNECTORS.map((connector) => answers.numbers({ ...hour, connector })),
  "agents: trend of an hour, each connector": () =>
    CONNECTORS.map((connector) => answers.trend({ ...trends.hour, connector })),
  "agents: the last error, each connector": () =>
    CONNECTORS.map((connector) => answers.errors({ connector, limit: 1 })),
  "call: one with its turns and events": () => answers.call({ callId: somebody.callId }),
  "call: its log lines": () => answers.logs({ callId: lines[0]!.callId!, limit: 1000 }),
  "logs: the newest 200": () => answers.logs({ limit: 200 }),
  "logs: older ones": () => answers.logs({ before: lines[0]!.id - 100_000, limit: 200 }),
  "logs: warn and up": () => answers.logs({ level: "warn", limit: 200 }),
  "logs: error, 20 of them": () => answers.logs({ level: "error", limit: 200 }),
  "logs: a logger of 3 in 100": () => answers.logs({ logger: "byova.byods", limit: 200 }),
  "logs: a logger that is not there": () => answers.logs({ logger: "byova.nobody", limit: 200 }),
  "logs: an hour a day ago": () => answers.logs({ from: UNTIL - DAY_MS, to: UNTIL - 23 * 60 * MINUTE_MS, limit: 200 }),
  "logs: a text of 46 in 100": () => answers.logs({ text: "call ended", limit: 200 }),
  "logs: a text of 20 lines": () => answers.logs({ text: "does not work", limit: 200 }),
  "logs: a text of one line": () => answers.logs({ text: String(lines[0]!.fields.org), limit: 200 }),
  "logs: a text that nothing has": () => answers.logs({ text: "zzzzzz", limit: 200 }),
  "alerts: the newest 50": () => answers.alerts({ offset: 0, limit: 50 }),
  "alerts: 50 from the 9,000th on": () => answers.alerts({ offset: 9000, limit: 50 }),
  "alerts: those that fire": () => answers.alerts({ state: "firing", offset: 0, limit: 50 }),
  "audit: the newest 50": () => answers.deeds({ offset: 0, limit: 50 }),
  "audit: 50 from the 99,000th on": () => answers.deeds({ offset: 99_000, limit: 50 }),
  [`no page: trend of ${DAYS} days`]: () => answers.trend({ from: UNTIL - DAYS * DAY_MS, stepMs: DAY_MS, steps: DAYS }),
};
console.log("| question | takes |\n| --- | ---: |");
for (const [name, ask] of Object.entries(others)) console.log(`| ${name} | ${ms(timed(ask))} |`);
if (named === undefined) await Deno.remove(file);

/** The median of some times, in ms. */
function timed(act: () => unknown): number {
  const times = Array.from({ length: ASKED }, () => {
    const since = performance.now();
    act();
    return performance.now() - since;
  });
  return times.sort((a, b) => a - b)[ASKED >> 1]!;
}

function ms(time: number): string {
  return `${time.toFixed(1)} ms`;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
