import { type CallRecord, STATES } from "./store.ts";

/** The number that stands for a state in the database. */
export function numberOfState(state: CallRecord["state"]): number {
  return STATES.indexOf(state);
}

/** What is read of a call that is to be told as a CallRecord. */
export const CALL_COLUMNS = `
  c.id, c.call, c.state, c.reason, c.started, c.ended, c.turns, c.longest, c.median, c.tracking, c.recorded,
  (SELECT text FROM words WHERE id = c.org) AS org,
  (SELECT text FROM words WHERE id = c.agent) AS agent,
  (SELECT text FROM words WHERE id = c.connector) AS connector,
  (SELECT text FROM words WHERE id = c.outcome) AS outcome,
  (SELECT text FROM words WHERE id = c.code) AS code,
  (SELECT text FROM words WHERE id = c.language) AS language`;

/** The ids that a call is found by, one a line, in small letters as far as they are of ASCII. */
export const CALL_IDS = "lower(c.call || char(10) || c.tracking)";

/** A row of the database, as node:sqlite gives it. */
// deno-lint-ignore no-explicit-any
export type Row = Record<string, any>;

/** Turns a row of `CALL_COLUMNS` into a record. */
export function toRecord(row: Row): CallRecord {
  return {
    orgId: row.org,
    callId: row.call,
    agentId: row.agent,
    connector: row.connector,
    state: STATES[row.state as number]!,
    outcome: row.outcome || undefined,
    reason: row.reason ?? undefined,
    code: row.code || undefined,
    startedAt: row.started,
    endedAt: row.ended ?? undefined,
    turns: row.turns,
    longestWaitMs: row.longest ?? undefined,
    medianWaitMs: row.median ?? undefined,
    language: row.language,
    trackingId: row.tracking,
    recorded: row.recorded === 1,
  };
}
