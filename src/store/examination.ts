import type { DatabaseSync } from "node:sqlite";
import { numberOfState, type Row } from "./call_rows.ts";
import { type CallRecord, STATES } from "./store.ts";

/** What is wrong is listed up to here. */
const MOST_PROBLEMS = 20;
const TABLES = ["errors", "logs", "alerts", "deeds"] as const;
const LIVE = numberOfState("live");

/** What a look at a whole database found. */
export interface Examination {
  /** What is wrong, in SQLite's words or ours; none when all is well. */
  readonly problems: readonly string[];
  readonly shape: number;
  readonly bytes: number;
  /** Of these, what nothing is on. */
  readonly freeBytes: number;
  readonly calls: Readonly<Record<CallRecord["state"], number>>;
  /** When the first and the last of them started, in ms since 1970. */
  readonly firstCall: number | undefined;
  readonly lastCall: number | undefined;
  readonly rows: Readonly<Record<typeof TABLES[number], number>>;
}

/** Looks at every page, and at what belongs together. Throws what SQLite throws. */
export function examine(database: DatabaseSync): Examination {
  const one = (sql: string): Row => database.prepare(sql).get()!;
  const count = (from: string) => Number(one(`SELECT count(*) AS n FROM ${from}`).n);
  const pragma = (name: string) => Number(one(`PRAGMA ${name}`)[name]);
  const { first, last } = one("SELECT (SELECT min(started) FROM calls) first, (SELECT max(started) FROM calls) last");
  const counted = <Name extends string>(names: readonly Name[], from: (name: Name) => string) =>
    Object.fromEntries(names.map((name) => [name, count(from(name))])) as Record<Name, number>;
  return {
    problems: [...problemsOf(database, "integrity_check"), ...loose(database, count)],
    shape: pragma("user_version"),
    bytes: pragma("page_count") * pragma("page_size"),
    freeBytes: pragma("freelist_count") * pragma("page_size"),
    calls: counted(STATES, (state) => `calls WHERE state = ${numberOfState(state)}`),
    firstCall: first ?? undefined,
    lastCall: last ?? undefined,
    rows: counted(TABLES, (table) => table),
  };
}

/** What one of SQLite's own checks finds; the quick one does not compare indexes with what they lead to. */
export function problemsOf(database: DatabaseSync, check: "integrity_check" | "quick_check"): string[] {
  const found = database.prepare(`PRAGMA ${check}(${MOST_PROBLEMS})`).all().map((row) => String(row[check]));
  return found.filter((problem) => problem !== "ok");
}

/** What leads to something that is not there. */
function loose(database: DatabaseSync, count: (from: string) => number): string[] {
  const keys = database.prepare("PRAGMA foreign_key_check").all().map(({ table, parent }) => `${table} of ${parent}`);
  const eventless = count(
    `calls c WHERE state <> ${LIVE} AND NOT EXISTS (SELECT 1 FROM packed_events WHERE call = c.id)`,
  );
  return [
    ...[...new Set(keys)].map((which) => `${which} that are not there`),
    ...(eventless === 0 ? [] : [`${eventless} calls that are over have no events`]),
  ];
}

/** An examination as JSON has it, and as people read it. */
export function tellExamination({ problems, shape, bytes, freeBytes, calls, firstCall, lastCall, rows }: Examination) {
  const iso = (ms: number | undefined) => ms === undefined ? null : new Date(ms).toISOString();
  return {
    data: {
      problems,
      shape,
      bytes,
      free_bytes: freeBytes,
      calls,
      first_call: iso(firstCall),
      last_call: iso(lastCall),
      ...rows,
    },
    lines: (path: string): string[] => [
      problems.length === 0 ? `${path} is in order` : `${path} is damaged:`,
      ...problems.map((problem) => `  ${problem}`),
      `  shape ${shape}, ${bytes} bytes, ${freeBytes} of them free`,
      `  calls: ${STATES.map((state) => `${calls[state]} ${state}`).join(", ")}`,
      ...(firstCall === undefined ? [] : [`  from ${iso(firstCall)} to ${iso(lastCall)}`]),
      `  ${TABLES.map((table) => `${table}: ${rows[table]}`).join(", ")}`,
      ...(problems.length === 0 ? [] : ["Bring back a copy, or try what sqlite3 FILE .recover saves"]),
    ],
  };
}
