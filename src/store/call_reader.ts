import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { CallEvent } from "../call/event.ts";
import { CALL_COLUMNS, toRecord } from "./call_rows.ts";
import { type KeptEvent, tellCourse } from "./course.ts";
import { unpackEvents } from "./packed_events.ts";
import type { CallError, CallKey, RememberedCall } from "./store.ts";
import type { Words } from "./words.ts";

/** Answers questions about single calls. Throws what SQLite throws. */
export class CallReader {
  readonly #sql;

  constructor(database: DatabaseSync, readonly words: Words) {
    this.#sql = statements(database);
  }

  call({ orgId, callId, startedAt }: CallKey): RememberedCall | undefined {
    const org = orgId === undefined ? undefined : this.words.find(orgId) ?? NOBODY;
    const row = this.#sql.find.get({ call: callId, org: org ?? null, started: startedAt ?? null });
    if (!row) return undefined;
    const call = toRecord(row);
    const kept = this.#events(Number(row.id));
    return { call, ...tellCourse(kept), events: kept.map((event) => whole(event, call)) };
  }

  errors({ connector, limit }: { connector?: string; limit: number }): CallError[] {
    const one = connector === undefined ? undefined : this.words.find(connector) ?? NOBODY;
    const rows = one === undefined ? this.#sql.errors.all(limit) : this.#sql.errorsOf.all(one, limit);
    return rows as unknown as CallError[];
  }

  #events(row: number): KeptEvent[] {
    const packed = this.#sql.packed.get(row);
    if (packed) return unpackEvents(packed.events as Uint8Array);
    return JSON.parse(`[${this.#sql.open.all(row).map(({ events }) => events).join()}]`);
  }
}

/** The number of no word. */
const NOBODY = -1;

function whole(event: KeptEvent, { callId, orgId }: RememberedCall["call"]): CallEvent {
  return { ...event, callId, orgId } as CallEvent;
}

function statements(database: DatabaseSync):
  & Readonly<Record<string, StatementSync>>
  & {
    readonly [S in "find" | "packed" | "open" | "errors" | "errorsOf"]: StatementSync;
  } {
  const errors = (where: string) =>
    database.prepare(`
      SELECT at, call AS callId,
        (SELECT text FROM words WHERE id = e.code) AS code,
        (SELECT text FROM words WHERE id = e.connector) AS connector,
        (SELECT text FROM words WHERE id = e.org) AS orgId
      FROM errors e ${where} ORDER BY at DESC LIMIT ?`);
  return {
    find: database.prepare(`
      SELECT ${CALL_COLUMNS} FROM calls c
      WHERE c.call = :call AND (:org IS NULL OR c.org = :org) AND (:started IS NULL OR c.started = :started)
      ORDER BY c.started DESC LIMIT 1`),
    packed: database.prepare("SELECT events FROM packed_events WHERE call = ?"),
    open: database.prepare("SELECT events FROM open_events WHERE call = ? ORDER BY number"),
    errors: errors(""),
    errorsOf: errors("WHERE e.connector = ?"),
  };
}
