import type { DatabaseSync } from "node:sqlite";
import { LogBook } from "../src/store/log_book.ts";
import type { LogLine } from "../src/store/store.ts";
import { Trail } from "../src/store/trail.ts";
import { CONNECTORS, numbers, UNTIL } from "./store_calls.ts";

/** As many as are kept of each unless the configuration says otherwise. */
const LINES = 200_000;
const ALERTS = 10_000;
const DEEDS = 100_000;
/** Lines in one transaction. */
const BATCH = 1000;
/** Between two lines, in ms. */
const APART_MS = 500;

/** What stands in the log: loggers with what they say, and one level in so many lines. */
const SAYINGS: readonly (readonly [level: LogLine["level"], logger: string, message: string, share: number])[] = [
  ["info", "byova.call", "call started", 0.46],
  ["info", "byova.call", "call ended", 0.46],
  ["warn", "byova.call", "agent faltered", 0.05],
  ["info", "byova.byods", "the token was renewed", 0.0299],
  ["error", "byova.store", "the store does not work: calls go on, and what happens in them is not kept", 0.0001],
];

/** Fills log, alerts and the trail of who did what, the same in every run. */
export function fillRecords(database: DatabaseSync): void {
  const log = new LogBook(database);
  const trail = new Trail(database);
  const next = numbers(1);
  const one = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)]!;
  const id = () => Math.floor(next() * 1e12).toString(16).padStart(12, "0");
  const saying = () => {
    let share = next();
    return SAYINGS.find(([, , , part]) => (share -= part) < 0) ?? SAYINGS[0]!;
  };
  for (let from = 0; from < LINES; from += BATCH) {
    database.exec("BEGIN");
    log.write(Array.from({ length: BATCH }, (_, at) => {
      const [level, logger, message] = saying();
      const fields = { org: `${id()}-aaaa-4bbb-8ccc-ddddeeeeffff`, agent: "Front desk", connector: one(CONNECTORS) };
      return { at: UNTIL - (LINES - from - at) * APART_MS, level, logger, message, callId: `call-${id()}`, fields };
    }));
    database.exec("COMMIT");
  }
  database.exec("BEGIN");
  for (let at = 0; at < ALERTS; at++) {
    const since = UNTIL - (ALERTS - at) * 60_000;
    const message = "In the last 5 minutes 12 of 100 calls failed: more than 10 %";
    const alert = { id: at + 1, rule: "failure_rate", severity: "warning", message, value: 0.12, since } as const;
    const firing = at % 1000 === 0;
    trail.keepAlert({
      ...alert,
      state: firing ? "firing" : "resolved",
      resolvedAt: firing ? undefined : since + 30_000,
      delivery: "delivered",
    });
  }
  for (let at = 0; at < DEEDS; at++) {
    trail.keepDeed({ at: UNTIL - (DEEDS - at) * 1000, who: "ada", via: "password", action: "end call", about: id() });
  }
  database.exec("COMMIT");
}
