import type { DatabaseSync } from "node:sqlite";
import { numberOfState } from "./call_rows.ts";
import type { CallTexts } from "./call_texts.ts";
import type { Settings } from "./messages.ts";

/** Calls, and other rows, that are let go of in one step. */
const CALLS_A_STEP = 200;
const ROWS_A_STEP = 2000;
/** Pages that are given back to the disk in one step. */
const PAGES_A_STEP = 500;
/** Rows of which only the newest count is a bound: of alerts, of deeds and of errors. */
const MOST_ALERTS = 10_000;
const MOST_DEEDS = 100_000;
const MOST_ERRORS = 100_000;
const MINUTE_MS = 60_000;
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
    const calls = this.#sql.oldCalls.all(this.#isTooBig() ? Number.MAX_SAFE_INTEGER : oldest);
    for (const { id } of calls) {
      this.texts.drop(Number(id));
      for (const drop of this.#sql.dropCall) drop.run(id!);
    }
    const rows = [
      this.#sql.dropMinutes.run(Math.floor(oldest / MINUTE_MS)),
      this.#sql.dropOldLogs.run(oldest),
      this.#sql.dropLogs.run(logLines),
      this.#sql.dropErrors.run(oldest, MOST_ERRORS),
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

  #pragma(name: "page_count" | "freelist_count" | "page_size"): number {
    return Number(this.#sql[name].get()![name]);
  }
}

function statements(database: DatabaseSync) {
  const sql = (text: string) => database.prepare(text);
  /** Those of a table beyond its newest. */
  const beyond = (table: string) =>
    `id IN (SELECT id FROM ${table} WHERE id <= (SELECT max(id) FROM ${table}) - ? LIMIT ${ROWS_A_STEP})`;
  const old = (table: string, column: string) =>
    `id IN (SELECT id FROM ${table} WHERE ${column} < ? ORDER BY ${column} LIMIT ${ROWS_A_STEP})`;
  return {
    page_count: sql("PRAGMA page_count"),
    freelist_count: sql("PRAGMA freelist_count"),
    page_size: sql("PRAGMA page_size"),
    oldCalls: sql(`SELECT id FROM calls WHERE started < ? AND state <> ${LIVE} ORDER BY started LIMIT ${CALLS_A_STEP}`),
    dropCall: [
      sql("DELETE FROM packed_events WHERE call = ?"),
      sql("DELETE FROM calls WHERE id = ?"),
    ],
    dropMinutes: sql("DELETE FROM minutes WHERE minute < ?"),
    dropOldLogs: sql(`DELETE FROM logs WHERE ${old("logs", "at")}`),
    // Counted, since lines that are not written down have numbers too.
    dropLogs: sql(`
      DELETE FROM logs WHERE id IN (
        SELECT id FROM logs ORDER BY id LIMIT max(0, min(${ROWS_A_STEP}, (SELECT count(*) FROM logs) - ?))
      )`),
    dropErrors: sql(`DELETE FROM errors WHERE ${old("errors", "at")} OR ${beyond("errors")}`),
    dropAlerts: sql(`DELETE FROM alerts WHERE (state = 'resolved' AND since < ?) OR ${beyond("alerts")}`),
    dropDeeds: sql(`DELETE FROM deeds WHERE ${beyond("deeds")}`),
  };
}
