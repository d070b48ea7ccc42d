import type { DatabaseSync } from "node:sqlite";
import type { CallEvent } from "../call/event.ts";
import { callKey } from "../lib/call_key.ts";
import { setNewest } from "../lib/newest.ts";
import { CALL_IDS, numberOfState } from "./call_rows.ts";
import { Course, type KeptEvent } from "./course.ts";
import { packEvents, unpackEvents } from "./packed_events.ts";
import type { MinuteWriter } from "./minutes.ts";
import type { Words } from "./words.ts";

/** Calls whose course is kept at hand; that of another is read again when it goes on. */
const MOST_AT_HAND = 10_000;
/** Events of one call that are kept, the end aside. */
const MOST_EVENTS = 20_000;

/** What is at hand of a call that goes on. */
interface OpenCall {
  readonly row: number;
  readonly connector: number;
  readonly course: Course;
  /** Events that are kept. */
  events: number;
  /** Those that are not written yet, as JSON. */
  fresh: string[];
  /** How many rows hold the others. */
  pieces: number;
  heard: number;
}

/** Writes what happens in calls. Every method belongs into a transaction, and throws what SQLite throws. */
export class CallWriter {
  readonly #open = new Map<string, OpenCall>();
  readonly #stale = new Set<OpenCall>();
  readonly #sql;

  constructor(
    readonly database: DatabaseSync,
    readonly words: Words,
    readonly minutes: MinuteWriter,
    /** The number of this process. */
    readonly session: number,
  ) {
    this.#sql = statements(database);
  }

  /** Keeps an event with its call. One whose call is not known, since its start was lost, begins it. */
  write(event: CallEvent): void {
    const call = this.#callOf(event);
    const { callId: _callId, orgId: _orgId, ...kept } = event;
    call.course.add(kept);
    call.heard = event.at;
    this.#stale.add(call);
    if (call.events++ < MOST_EVENTS || event.type === "call_ended") call.fresh.push(JSON.stringify(kept));
    switch (event.type) {
      case "agent_turn":
        this.minutes.waited(event.at, call.connector, event.waitedMs);
        break;
      case "agent_faltered":
      case "call_failed":
        this.#sql.addError.run(
          Math.round(event.at),
          this.words.number(event.code),
          call.connector,
          this.words.number(event.orgId),
          event.callId,
        );
        break;
      case "call_ended":
        this.#end(call, event);
        break;
    }
  }

  /** Brings the rows of the calls that went on up to date. */
  settle(): void {
    for (const call of this.#stale) {
      this.#update(call);
      if (call.fresh.length > 0) this.#sql.addEvents.run(call.row, call.pieces++, call.fresh.join());
      call.fresh = [];
    }
    this.#stale.clear();
  }

  /** Marks the live calls of dead processes, and those of this one that have been silent since `silentSince`. */
  interrupt(dead: readonly number[], silentSince: number): number {
    const rows = [
      ...dead.flatMap((session) => this.#sql.liveOf.all(session, Number.MAX_SAFE_INTEGER)),
      ...this.#sql.liveOf.all(this.session, Math.round(silentSince)),
    ];
    for (const { id } of rows) {
      this.#sql.interrupt.run(id!);
      this.#pack(Number(id), this.#written(Number(id)));
    }
    return rows.length;
  }

  /** Forgets what was learnt in a transaction that came to nothing. */
  forget(): void {
    this.#open.clear();
    this.#stale.clear();
  }

  #callOf(event: CallEvent): OpenCall {
    const key = callKey(event);
    let call = this.#open.get(key);
    if (event.type === "call_started") call = this.#begin(event, event.connector, event.trackingId, event.language);
    else if (call === undefined) call = this.#recall(event) ?? this.#begin(event, "", "", "");
    else return call;
    setNewest(this.#open, key, call, MOST_AT_HAND);
    return call;
  }

  #begin({ orgId, callId, agentId, at }: CallEvent, connector: string, tracking: string, language: string): OpenCall {
    const by = this.words.number(connector);
    const none = this.words.number("");
    const { lastInsertRowid } = this.#sql.begin.run(
      this.words.number(orgId),
      callId,
      this.words.number(agentId),
      by,
      none,
      none,
      Math.round(at),
      this.words.number(language),
      tracking,
      this.session,
      Math.round(at),
    );
    this.minutes.started(at, by);
    return {
      row: Number(lastInsertRowid),
      connector: by,
      course: new Course(),
      events: 0,
      fresh: [],
      pieces: 0,
      heard: at,
    };
  }

  /** Takes up a call that is live, or was thought dead, by what is written of it. */
  #recall({ orgId, callId }: CallEvent): OpenCall | undefined {
    const found = this.#sql.find.get(callId, this.words.number(orgId), this.session);
    if (!found) return undefined;
    const row = Number(found.id);
    if (found.state !== LIVE) this.#reopen(row);
    const course = new Course();
    const pieces = this.#written(row);
    const events: KeptEvent[] = JSON.parse(`[${pieces.join()}]`);
    for (const event of events) course.add(event);
    return {
      row,
      connector: Number(found.connector),
      course,
      events: events.length,
      fresh: [],
      pieces: pieces.length,
      heard: events.at(-1)?.at ?? 0,
    };
  }

  #end(call: OpenCall, event: Extract<CallEvent, { type: "call_ended" }>): void {
    const { at, outcome, reason } = event;
    this.#update(call);
    this.#sql.end.run(this.words.number(outcome), reason, Math.round(at), call.row);
    this.#pack(call.row, [...this.#written(call.row), ...call.fresh]);
    this.#stale.delete(call);
    this.#open.delete(callKey(event));
    const failed = outcome === "agent_failed" || (outcome === "timed_out" && !call.course.answered);
    this.minutes.ended(at, call.connector, failed);
  }

  #update({ row, course, heard }: OpenCall): void {
    const { turns, longestWaitMs = null, medianWaitMs = null, code, recorded } = course;
    const failure = this.words.number(code ?? "");
    this.#sql.update.run(turns, longestWaitMs, medianWaitMs, failure, Number(recorded), Math.round(heard), row);
  }

  /** What is written of a live call's events, in pieces. */
  #written(row: number): string[] {
    return this.#sql.events.all(row).map(({ events }) => String(events));
  }

  #pack(row: number, pieces: readonly string[]): void {
    this.#sql.pack.run(row, packEvents(pieces));
    this.#sql.dropEvents.run(row);
    this.#sql.addText.run(row);
  }

  #reopen(row: number): void {
    this.#sql.reopen.run(row);
    const packed = this.#sql.packed.get(row)?.events;
    if (packed !== undefined) {
      this.#sql.addEvents.run(row, 0, JSON.stringify(unpackEvents(packed as Uint8Array)).slice(1, -1));
    }
    this.#sql.dropPacked.run(row);
    this.#sql.dropText.run(row);
  }
}

const [ENDED, INTERRUPTED, LIVE] = (["ended", "interrupted", "live"] as const).map(numberOfState);

function statements(database: DatabaseSync) {
  const sql = (text: string) => database.prepare(text);
  return {
    begin: sql(`
      INSERT INTO calls (org, call, agent, connector, state, outcome, code, started, turns, language, tracking, recorded, session, heard)
      VALUES (?, ?, ?, ?, ${LIVE}, ?, ?, ?, 0, ?, ?, 0, ?, ?)`),
    find: sql(`
      SELECT id, connector, state FROM calls
      WHERE call = ? AND org = ? AND session = ? AND state <> ${ENDED} ORDER BY id DESC LIMIT 1`),
    update: sql("UPDATE calls SET turns = ?, longest = ?, median = ?, code = ?, recorded = ?, heard = ? WHERE id = ?"),
    end: sql(`UPDATE calls SET state = ${ENDED}, outcome = ?, reason = ?, ended = ? WHERE id = ?`),
    interrupt: sql(`UPDATE calls SET state = ${INTERRUPTED}, ended = heard WHERE id = ?`),
    reopen: sql(`UPDATE calls SET state = ${LIVE}, ended = NULL WHERE id = ?`),
    liveOf: sql(`SELECT id FROM calls WHERE state = ${LIVE} AND session = ? AND heard < ?`),
    addEvents: sql("INSERT INTO open_events (call, number, events) VALUES (?, ?, ?)"),
    events: sql("SELECT events FROM open_events WHERE call = ? ORDER BY number"),
    dropEvents: sql("DELETE FROM open_events WHERE call = ?"),
    pack: sql("INSERT OR REPLACE INTO packed_events (call, events) VALUES (?, ?)"),
    packed: sql("SELECT events FROM packed_events WHERE call = ?"),
    dropPacked: sql("DELETE FROM packed_events WHERE call = ?"),
    addText: sql(`INSERT INTO call_texts (rowid, text) SELECT id, ${CALL_IDS} FROM calls c WHERE id = ?`),
    dropText: sql("DELETE FROM call_texts WHERE rowid = ?"),
    addError: sql("INSERT INTO errors (at, code, connector, org, call) VALUES (?, ?, ?, ?, ?)"),
  };
}
