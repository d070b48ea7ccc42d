import type { DatabaseSync } from "node:sqlite";
import { numberOfState } from "./call_rows.ts";
import type { CallTexts } from "./call_texts.ts";
import type { Settings } from "./messages.ts";

/** Calls, and other rows, that are let go of in one step. */
const CALLS_A_STEP = 200;
const ROWS_A_STEP = 2000;
/** Pages that are given back to the disk in one step. */
const PAGES_A_STEP = 500;
/** Rows that are kept, the newest. */
const MOST_ALERTS = 10_000;
const MOST_DEEDS = 100_000;
const MOST_ERRORS = 100_000;
/** When the database is too big, log lines and errors give way while they take more than this part of its size, else calls. */
const SHARE_OF_LOGS = 0.5;
/** Bytes of a log line beside its texts, and of an error; both with what indexes hold of them. */
const LINE_BYTES = 50;
const ERROR_BYTES = 100;
/** Log lines that are looked at to tell what all of them take. */
const LINES_LOOKED_AT = 100;
const MINUTE_MS = 60_000;
const ALL = Number.MAX_SAFE_INTEGER;
const LIVE = numberOfState("live");

/** Lets go of what is too old or too much, a little at a time. Throws what SQLite throws. */
export class Retention {
  readonly #sql;

  constructor(readonly database: DatabaseSync, readonly texts: CallTexts, readonly settings: Settings) {
    this.#sql = statements(database);
  }

  /** Does one step, which belongs into a transaction. Returns whether there may be more to do. */
  step(now: number): boolean {
    const { keepMs, logLines } = this.settings;
    const oldest = Math.round(now - keepMs);
    const tooMuch = this.#isTooBig() ? this.#largest() : undefined;
    const calls = this.#sql.oldCalls.all(tooMuch === "calls" ? ALL : oldest);
    for (const { id } of calls) {
      this.texts.drop(Number(id));
      for (const drop of this.#sql.dropCall) drop.run(id!);
    }
    const rows = [
      this.#sql.dropMinutes.run(Math.floor(oldest / MINUTE_MS)),
      this.#sql.dropOldLogs.run(tooMuch === "logs" ? ALL : oldest),
      this.#sql.dropLogs.run(logLines),
      this.#sql.dropErrors.run(tooMuch === "errors" ? ALL : oldest, MOST_ERRORS),
      this.#sql.dropAlerts.run(oldest, MOST_ALERTS),
      this.#sql.dropDeeds.run(MOST_DEEDS),
    ].reduce((sum, { changes }) => sum + Number(changes), calls.length);
    return rows > 0;
  }

  /** Gives back to the disk some of the pages that nothing is on. Not within a transaction. Returns whether there are more. */
  vacuum(): boolean {
    this.database.exec(`PRAGMA incremental_vacuum(${PAGES_A_STEP})`);
    return this.#pragma("freelist_count") > 0;
  }

  #isTooBig(): boolean {
    const used = this.#pragma("page_count") - this.#pragma("freelist_count");
    return used * this.#pragma("page_size") > this.settings.maxBytes;
  }

  /** What gives way in a database that is too big. */
  #largest(): "calls" | "logs" | "errors" {
    const logs = this.#bytesOfLogs();
    const errors = Number(this.#sql.errors.get()!.errors) * ERROR_BYTES;
    if (logs + errors <= this.settings.maxBytes * SHARE_OF_LOGS) return "calls";
    return logs >= errors ? "logs" : "errors";
  }

  /** What the log lines take, about: some that stand at even distances speak for all. */
  #bytesOfLogs(): number {
    const { lines, first, last } = this.#sql.logs.get() as Record<string, number>;
    const distance = (last! - first!) / LINES_LOOKED_AT;
    let bytes = 0;
    for (let at = 0; at < LINES_LOOKED_AT; at++) {
      bytes += Number(this.#sql.line.get(Math.floor(first! + at * distance))?.bytes ?? 0);
    }
    return lines! * bytes / LINES_LOOKED_AT;
  }

  #pragma(name: "page_count" | "freelist_count" | "page_size"): number {
    return Number(this.#sql[name].get()![name]);
  }
}

function statements(database: DatabaseSync) {
  const sql = (text: string) => database.prepare(text);
  /** The first of a table, by as many as are too many. Counted, since ids may be far apart. */
  const beyond = (table: string, order: string) =>
    `id IN (
      SELECT id FROM ${table} ${order} LIMIT max(0, min(${ROWS_A_STEP}, (SELECT count(*) FROM ${table}) - ?))
    )`;
  const old = (table: string, column: string) =>
    `id IN (SELECT id FROM ${table} WHERE ${column} < ? ORDER BY ${column} LIMIT ${ROWS_A_STEP})`;
  return {
    page_count: sql("PRAGMA page_count"),
    freelist_count: sql("PRAGMA freelist_count"),
    page_size: sql("PRAGMA page_size"),
    oldCalls: sql(`SELECT id FROM calls WHERE started < ? AND state <> ${LIVE} ORDER BY started LIMIT ${CALLS_A_STEP}`),
    logs: sql("SELECT count(*) AS lines, min(id) AS first, max(id) AS last FROM logs"),
    line: sql(`
      SELECT ${LINE_BYTES} + octet_length(logger) + octet_length(message) + octet_length(fields)
        + 2 * octet_length(coalesce(call, '')) AS bytes
      FROM logs WHERE id >= ? ORDER BY id LIMIT 1`),
    errors: sql("SELECT count(*) AS errors FROM errors"),
    dropCall: [
      sql("DELETE FROM packed_events WHERE call = ?"),
      sql("DELETE FROM calls WHERE id = ?"),
    ],
    dropMinutes: sql("DELETE FROM minutes WHERE minute < ?"),
    dropOldLogs: sql(`DELETE FROM logs WHERE ${old("logs", "at")}`),
    dropLogs: sql(`DELETE FROM logs WHERE ${beyond("logs", "ORDER BY id")}`),
    dropErrors: sql(`DELETE FROM errors WHERE ${old("errors", "at")} OR ${beyond("errors", "ORDER BY id")}`),
    // One that is firing stays.
    dropAlerts: sql(`
      DELETE FROM alerts
      WHERE (state = 'resolved' AND since < ?) OR ${beyond("alerts", "WHERE state = 'resolved' ORDER BY since, id")}`),
    dropDeeds: sql(`DELETE FROM deeds WHERE ${beyond("deeds", "ORDER BY id")}`),
  };
}
