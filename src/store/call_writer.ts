import type { DatabaseSync } from "node:sqlite";
import type { CallEvent } from "../call/event.ts";
import { callKey } from "../lib/call_key.ts";
import { setNewest } from "../lib/newest.ts";
import { numberOfState, type Row } from "./call_rows.ts";
import type { CallTexts } from "./call_texts.ts";
import { Course, type KeptEvent } from "./course.ts";
import { packEvents, unpackEvents } from "./packed_events.ts";
import type { MinuteWriter } from "./minutes.ts";
import type { Words } from "./words.ts";

/** Calls whose course is kept at hand; that of another is read again when it goes on. */
const MOST_AT_HAND = 10_000;
/** Events of one call that are kept, the end aside. */
const MOST_EVENTS = 20_000;
/** Calls that are marked as interrupted in one step. */
const CALLS_A_STEP = 500;
/** By how much the row of a live call may be behind its events, in ms: they tell all that it says. */
const BEHIND_MS = 10_000;

type Ended = Extract<KeptEvent, { type: "call_ended" }>;

/** What is at hand of a call that goes on, or has ended and is not written down as such yet. */
interface OpenCall {
  readonly key: string;
  /** Undefined until it has one. */
  row: CallRow | undefined;
  readonly start: Start;
  readonly course: Course;
  /** Events that are kept. */
  events: number;
  /** Those that are not written yet, as JSON. */
  fresh: string[];
  /** How many rows hold the others. */
  pieces: number;
  heard: number;
  end: Ended | undefined;
}

/** A call's row, and what it says that changes while the call is live. */
interface CallRow {
  readonly id: number;
  turns: number;
  waits: number;
  code: string;
  recorded: boolean;
  heard: number;
}

/** What a call's row begins with; its words by their numbers. */
interface Start {
  readonly org: number;
  readonly callId: string;
  readonly agent: number;
  readonly connector: number;
  readonly at: number;
  readonly language: number;
  readonly tracking: string;
}

/**
 * Writes what happens in calls. The rows of calls stand in many indexes, so a row is written when a batch is through:
 * when the call is new, once in a while what has changed, and when it is over. Every method belongs into a transaction,
 * and throws what SQLite throws.
 */
export class CallWriter {
  readonly #open = new Map<string, OpenCall>();
  /** Those of which something is not written yet. */
  readonly #stale = new Set<OpenCall>();
  readonly #sql;

  constructor(
    readonly database: DatabaseSync,
    readonly words: Words,
    readonly minutes: MinuteWriter,
    readonly texts: CallTexts,
    /** The number of this process. */
    readonly session: number,
  ) {
    this.#sql = statements(database);
  }

  /** Keeps an event with its call until it is settled. One whose call is not known, since its start was lost, begins it. */
  write(event: CallEvent): void {
    const call = this.#callOf(event);
    const { callId: _callId, orgId: _orgId, ...kept } = event;
    call.course.add(kept);
    call.heard = event.at;
    this.#stale.add(call);
    if (call.events++ < MOST_EVENTS || event.type === "call_ended") call.fresh.push(JSON.stringify(kept));
    const { connector } = call.start;
    switch (event.type) {
      case "agent_turn":
        this.minutes.waited(event.at, connector, event.waitedMs);
        break;
      case "agent_faltered":
      case "call_failed":
        this.#sql.addError.run(
          Math.round(event.at),
          this.words.number(event.code),
          connector,
          call.start.org,
          event.callId,
        );
        break;
      case "call_ended": {
        const { at, outcome } = event;
        call.end = event;
        const failed = outcome === "agent_failed" || (outcome === "timed_out" && !call.course.answered);
        this.minutes.ended(at, connector, failed);
        break;
      }
    }
  }

  /** Writes all that has happened. */
  settle(): void {
    for (const call of this.#stale) {
      const row = this.#row(call);
      if (call.end) {
        this.#pack(row, call.pieces > 0 ? [...this.#take(row), ...call.fresh] : call.fresh);
        if (this.#open.get(call.key) === call) this.#open.delete(call.key);
      } else if (call.fresh.length > 0) this.#sql.addEvents.run(row, call.pieces++, call.fresh.join());
      call.fresh = [];
    }
    this.#stale.clear();
  }

  /**
   * Marks some of the live calls of processes that are gone, and of those of this one that have been silent since
   * `silentSince`. Returns how many.
   */
  interrupt(silentSince: number): number {
    const rows = this.#sql.forsaken.all(this.session, Math.round(silentSince));
    for (const { id } of rows) {
      const pieces = this.#take(Number(id));
      const { course, heard } = retrace(pieces);
      this.#sql.interrupt.run(Math.round(heard), ...this.#outcomeOf(course), id!);
      this.#pack(Number(id), pieces);
    }
    // Whoever is heard of after all is taken up by what is written.
    if (rows.some(({ session }) => session === this.session)) this.forget();
    return rows.length;
  }

  /** Forgets what is at hand, which is no longer what is written. */
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

  #begin(event: CallEvent, connector: string, tracking: string, language: string): OpenCall {
    const { orgId, callId, agentId, at } = event;
    const start = {
      org: this.words.number(orgId),
      callId,
      agent: this.words.number(agentId),
      connector: this.words.number(connector),
      at,
      language: this.words.number(language),
      tracking,
    };
    this.minutes.started(at, start.connector);
    return {
      key: callKey(event),
      row: undefined,
      start,
      course: new Course(),
      events: 0,
      fresh: [],
      pieces: 0,
      heard: at,
      end: undefined,
    };
  }

  /** Takes up a call that is live, was thought dead, or has ended and is heard of once more, by what is written of it. */
  #recall(event: CallEvent): OpenCall | undefined {
    this.settle(); // what is not at hand any more may not be written yet
    const { orgId, callId } = event;
    const found: Row | undefined = this.#sql.find.get(callId, this.words.number(orgId), this.session);
    if (!found) return undefined;
    const { id: row, state, ...start } = found;
    if (state !== LIVE) this.#reopen(row);
    const pieces = this.#written(row);
    const { course, events, heard, end } = retrace(pieces);
    return {
      key: callKey(event),
      row: rowOf(row, course, 0),
      start: start as Start,
      course,
      events,
      fresh: [],
      pieces: pieces.length,
      heard,
      end,
    };
  }

  /** Brings the row of a call up to date, or makes it. Returns its number. */
  #row(call: OpenCall): number {
    if (call.row) this.#update(call.row, call);
    else call.row = rowOf(this.#insert(call), call.course, call.heard);
    return call.row.id;
  }

  /** Tells a row what it does not say yet, once in a while and at the end. */
  #update(row: CallRow, { course, heard, end }: OpenCall): void {
    if (end) {
      this.#sql.end.run(
        this.words.number(end.outcome),
        end.reason,
        Math.round(end.at),
        ...this.#outcomeOf(course),
        row.id,
      );
      return;
    }
    if (heard - row.heard < BEHIND_MS) return;
    const { turns, waits, code = "", recorded } = course;
    this.#sql.heard.run(Math.round(row.heard = heard), row.id);
    if (turns !== row.turns) this.#sql.turns.run(row.turns = turns, row.id);
    if (waits !== row.waits) {
      this.#sql.waits.run(course.longestWaitMs ?? null, course.medianWaitMs ?? null, row.id);
      row.waits = waits;
    }
    if (code !== row.code) this.#sql.code.run(this.words.number(row.code = code), row.id);
    if (recorded !== row.recorded) this.#sql.recorded.run(Number(row.recorded = recorded), row.id);
  }

  /** What a call's events came to, for the columns that OUTCOME_COLUMNS names. */
  #outcomeOf({ turns, longestWaitMs, medianWaitMs, code = "", recorded }: Course) {
    return [turns, longestWaitMs ?? null, medianWaitMs ?? null, this.words.number(code), Number(recorded)] as const;
  }

  #insert({ start, course, heard, end }: OpenCall): number {
    const { lastInsertRowid } = this.#sql.insert.run(
      start.org,
      start.callId,
      start.agent,
      start.connector,
      end ? ENDED : LIVE,
      this.words.number(end?.outcome ?? ""),
      end?.reason ?? null,
      this.words.number(course.code ?? ""),
      Math.round(start.at),
      end ? Math.round(end.at) : null,
      course.turns,
      course.longestWaitMs ?? null,
      course.medianWaitMs ?? null,
      start.language,
      start.tracking,
      Number(course.recorded),
      this.session,
      Math.round(heard),
    );
    return Number(lastInsertRowid);
  }

  /** What is written of a live call's events, in pieces. */
  #written(row: number): string[] {
    return this.#sql.events.all(row).map(({ events }) => String(events));
  }

  /** The same, and nothing of it stays where it was. */
  #take(row: number): string[] {
    const pieces = this.#written(row);
    this.#sql.dropEvents.run(row);
    return pieces;
  }

  #pack(row: number, pieces: readonly string[]): void {
    this.#sql.pack.run(row, packEvents(pieces));
    this.texts.add(row);
  }

  #reopen(row: number): void {
    this.#sql.reopen.run(row);
    const packed = this.#sql.packed.get(row)?.events;
    if (packed !== undefined) {
      this.#sql.addEvents.run(row, 0, JSON.stringify(unpackEvents(packed as Uint8Array)).slice(1, -1));
    }
    this.#sql.dropPacked.run(row);
    this.texts.drop(row);
  }
}

const ENDED = numberOfState("ended");
const INTERRUPTED = numberOfState("interrupted");
const LIVE = numberOfState("live");

function rowOf(id: number, { turns, waits, code = "", recorded }: Course, heard: number): CallRow {
  return { id, turns, waits, code, recorded, heard };
}

/** What the events of a call came to, how many they are, its end, and when the last came: 0 when nothing was kept. */
function retrace(pieces: readonly string[]) {
  const course = new Course();
  const events: KeptEvent[] = JSON.parse(`[${pieces.join()}]`);
  for (const event of events) course.add(event);
  const end = events.findLast((event) => event.type === "call_ended");
  return { course, events: events.length, heard: events.at(-1)?.at ?? 0, end };
}

const OUTCOME_COLUMNS = "turns = ?, longest = ?, median = ?, code = ?, recorded = ?";

function statements(database: DatabaseSync) {
  const sql = (text: string) => database.prepare(text);
  return {
    insert: sql(`
      INSERT INTO calls (org, call, agent, connector, state, outcome, reason, code, started, ended, turns, longest,
        median, language, tracking, recorded, session, heard)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    find: sql(`
      SELECT id, state, org, call AS callId, agent, connector, started AS at, language, tracking FROM calls
      WHERE call = ? AND org = ? AND session = ? ORDER BY id DESC LIMIT 1`),
    // Each touches the indexes that hold what it names, whether that changes or not.
    heard: sql("UPDATE calls SET heard = ? WHERE id = ?"),
    turns: sql("UPDATE calls SET turns = ? WHERE id = ?"),
    waits: sql("UPDATE calls SET longest = ?, median = ? WHERE id = ?"),
    code: sql("UPDATE calls SET code = ? WHERE id = ?"),
    recorded: sql("UPDATE calls SET recorded = ? WHERE id = ?"),
    end: sql(`UPDATE calls SET state = ${ENDED}, outcome = ?, reason = ?, ended = ?, ${OUTCOME_COLUMNS} WHERE id = ?`),
    interrupt: sql(`UPDATE calls SET state = ${INTERRUPTED}, ended = max(heard, ?), ${OUTCOME_COLUMNS} WHERE id = ?`),
    reopen: sql(`UPDATE calls SET state = ${LIVE}, ended = NULL WHERE id = ?`),
    forsaken: sql(`
      SELECT id, session FROM calls INDEXED BY live_calls
      WHERE state = ${LIVE} AND (session NOT IN (SELECT id FROM sessions) OR (session = ? AND heard < ?))
      LIMIT ${CALLS_A_STEP}`),
    addEvents: sql("INSERT INTO open_events (call, number, events) VALUES (?, ?, ?)"),
    events: sql("SELECT events FROM open_events WHERE call = ? ORDER BY number"),
    dropEvents: sql("DELETE FROM open_events WHERE call = ?"),
    pack: sql("INSERT OR REPLACE INTO packed_events (call, events) VALUES (?, ?)"),
    packed: sql("SELECT events FROM packed_events WHERE call = ?"),
    dropPacked: sql("DELETE FROM packed_events WHERE call = ?"),
    addError: sql("INSERT INTO errors (at, code, connector, org, call) VALUES (?, ?, ?, ?, ?)"),
  };
}
