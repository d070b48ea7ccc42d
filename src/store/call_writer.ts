import type { DatabaseSync } from "node:sqlite";
import type { CallEvent } from "../call/event.ts";
import { setNewest } from "../lib/newest.ts";
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
  events: number;
  heard: number;
  /** Whether its row is behind. */
  stale: boolean;
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
    call.stale = true;
    this.#stale.add(call);
    if (call.events < MOST_EVENTS || event.type === "call_ended") {
      this.#sql.addEvent.run(call.row, call.events++, JSON.stringify(kept));
    }
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
      const { row, course: { turns, longestWaitMs = null, medianWaitMs = null, code, recorded }, heard } = call;
      call.stale = false;
      this.#sql.update.run(
        turns,
        longestWaitMs,
        medianWaitMs,
        code === undefined ? null : this.words.number(code),
        Number(recorded),
        Math.round(heard),
        row,
      );
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
      this.#pack(Number(id));
    }
    return rows.length;
  }

  /** Forgets what was learnt in a transaction that came to nothing. */
  forget(): void {
    this.#open.clear();
    this.#stale.clear();
  }

  #callOf(event: CallEvent): OpenCall {
    const key = `${event.orgId}\n${event.callId}`;
    let call = this.#open.get(key);
    if (event.type === "call_started") call = this.#begin(event, event.connector, event.trackingId, event.language);
    else if (call === undefined) call = this.#recall(event) ?? this.#begin(event, "", "", "");
    else return call;
    setNewest(this.#open, key, call, MOST_AT_HAND);
    return call;
  }

  #begin({ orgId, callId, agentId, at }: CallEvent, connector: string, tracking: string, language: string): OpenCall {
    const by = this.words.number(connector);
    const { lastInsertRowid } = this.#sql.begin.run(
      this.words.number(orgId),
      callId,
      this.words.number(agentId),
      by,
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
      heard: at,
      stale: false,
    };
  }

  /** Takes up a call that is live, or was thought dead, by what is written of it. */
  #recall({ orgId, callId }: CallEvent): OpenCall | undefined {
    const found = this.#sql.find.get(callId, this.words.number(orgId), this.session);
    if (!found) return undefined;
    const row = Number(found.id);
    if (found.state !== LIVE) this.#reopen(row);
    const course = new Course();
    const events = this.#sql.events.all(row).map(({ event }) => JSON.parse(String(event)) as KeptEvent);
    for (const event of events) course.add(event);
    return {
      row,
      connector: Number(found.connector),
      course,
      events: events.length,
      heard: events.at(-1)?.at ?? 0,
      stale: false,
    };
  }

  #end(call: OpenCall, event: Extract<CallEvent, { type: "call_ended" }>): void {
    const { at, outcome, reason } = event;
    this.settle();
    this.#sql.end.run(this.words.number(outcome), reason, Math.round(at), call.row);
    this.#pack(call.row);
    this.#open.delete(`${event.orgId}\n${event.callId}`);
    const failed = outcome === "agent_failed" || (outcome === "timed_out" && !call.course.answered);
    this.minutes.ended(at, call.connector, failed);
  }

  #pack(row: number): void {
    const events = this.#sql.events.all(row).map(({ event }) => String(event));
    this.#sql.pack.run(row, packEvents(events));
    this.#sql.dropEvents.run(row);
  }

  #reopen(row: number): void {
    this.#sql.reopen.run(row);
    const packed = this.#sql.packed.get(row)?.events;
    const events = packed === undefined ? [] : unpackEvents(packed as Uint8Array);
    events.forEach((event, at) => this.#sql.addEvent.run(row, at, JSON.stringify(event)));
    this.#sql.dropPacked.run(row);
  }
}

const LIVE = 0;

function statements(database: DatabaseSync) {
  const sql = (text: string) => database.prepare(text);
  return {
    begin: sql(`
      INSERT INTO calls (org, call, agent, connector, state, started, turns, language, tracking, recorded, session, heard)
      VALUES (?, ?, ?, ?, 0, ?, 0, ?, ?, 0, ?, ?)`),
    find: sql(`
      SELECT id, connector, state FROM calls
      WHERE call = ? AND org = ? AND session = ? AND state <> 1 ORDER BY id DESC LIMIT 1`),
    update: sql("UPDATE calls SET turns = ?, longest = ?, median = ?, code = ?, recorded = ?, heard = ? WHERE id = ?"),
    end: sql("UPDATE calls SET state = 1, outcome = ?, reason = ?, ended = ? WHERE id = ?"),
    interrupt: sql("UPDATE calls SET state = 2, ended = heard WHERE id = ?"),
    reopen: sql("UPDATE calls SET state = 0, ended = NULL WHERE id = ?"),
    liveOf: sql("SELECT id FROM calls WHERE state = 0 AND session = ? AND heard < ?"),
    addEvent: sql("INSERT INTO open_events (call, number, event) VALUES (?, ?, ?)"),
    events: sql("SELECT event FROM open_events WHERE call = ? ORDER BY number"),
    dropEvents: sql("DELETE FROM open_events WHERE call = ?"),
    pack: sql("INSERT OR REPLACE INTO packed_events (call, events) VALUES (?, ?)"),
    packed: sql("SELECT events FROM packed_events WHERE call = ?"),
    dropPacked: sql("DELETE FROM packed_events WHERE call = ?"),
    addError: sql("INSERT INTO errors (at, code, connector, org, call) VALUES (?, ?, ?, ?, ?)"),
  };
}
