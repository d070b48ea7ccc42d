import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../lib/clock.ts";
import { CallLister } from "./call_list.ts";
import { CallReader } from "./call_reader.ts";
import { CallTexts } from "./call_texts.ts";
import { CallWriter } from "./call_writer.ts";
import { linesOf } from "./line_pages.ts";
import { LogBook } from "./log_book.ts";
import type { Answers, Batch, Settings } from "./messages.ts";
import { migrate } from "./migrations.ts";
import { MinuteReader, MinuteWriter } from "./minutes.ts";
import { Retention } from "./retention.ts";
import { Trail } from "./trail.ts";
import { Words } from "./words.ts";

/** Bytes of a page; a database keeps that of its beginning. */
const PAGE_BYTES = 4096;
/** How long another process may hold the database before a write of ours fails, in ms. */
const BUSY_MS = 5000;
/** Memory for pages that were read, in KiB. */
const CACHE_KIB = 4096;
/** Bytes that the write-ahead log keeps when nothing needs it. */
const MOST_WAL_BYTES = 16 * 1024 * 1024;
/** A process that has not been seen for so many beats is dead. */
const BEATS_OF_THE_DEAD = 5;

/** Opens a database file, or begins one, with what every user of it needs. Throws what SQLite throws. */
export function openFile(path: string, { readOnly = false } = {}): DatabaseSync {
  if (!readOnly) keepPrivate(path);
  const database = new DatabaseSync(path, { readOnly, timeout: BUSY_MS, enableForeignKeyConstraints: false });
  database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  if (readOnly) return database;
  try {
    database.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA journal_size_limit = ${MOST_WAL_BYTES};
      PRAGMA temp_store = MEMORY;`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes a file that only its owner may read; SQLite gives what it keeps beside it the same mode. */
function keepPrivate(path: string): void {
  try {
    Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  } catch {
    // SQLite meets the same and has words for it
  }
}

/** A database that is in use by this process. Every method throws what SQLite throws; then nothing of it was done. */
export class OpenDatabase implements Disposable {
  readonly answers: Answers;
  /** This process among those that share the database. */
  readonly session: number;
  readonly #words: Words;
  readonly #minutes: MinuteWriter;
  readonly #texts: CallTexts;
  readonly #calls: CallWriter;
  readonly #logs: LogBook;
  readonly #trail: Trail;
  readonly #retention: Retention;
  readonly #sql;

  private constructor(
    readonly database: DatabaseSync,
    readonly settings: Settings,
    session: number | undefined,
    readonly clock: Clock,
  ) {
    this.#sql = {
      enter: database.prepare("INSERT INTO sessions (seen, batch) VALUES (?, 0)"),
      enterAgain: database.prepare("INSERT INTO sessions (id, seen, batch) VALUES (?, ?, ?)"),
      beat: database.prepare("UPDATE sessions SET seen = ? WHERE id = ?"),
      wrote: database.prepare("UPDATE sessions SET batch = ? WHERE id = ?"),
      batch: database.prepare("SELECT batch FROM sessions WHERE id = ?"),
      leaveDead: database.prepare("DELETE FROM sessions WHERE seen < ? AND id <> ?"),
      leave: database.prepare("DELETE FROM sessions WHERE id = ?"),
      calls: database.prepare("SELECT count(*) AS calls FROM calls"),
      pages: database.prepare("PRAGMA page_count"),
    };
    this.session = session ?? Number(this.#sql.enter.run(clock.date()).lastInsertRowid);
    this.#words = new Words(database);
    this.#minutes = new MinuteWriter(database, this.session);
    this.#texts = new CallTexts(database);
    this.#calls = new CallWriter(database, this.#words, this.#minutes, this.#texts, this.session);
    this.#logs = new LogBook(database);
    this.#trail = new Trail(database);
    this.#retention = new Retention(database, this.#texts, settings);
    const lister = new CallLister(database, this.#words, { now: () => clock.date() });
    const reader = new CallReader(database, this.#words);
    const minutes = new MinuteReader(database, this.#words);
    this.answers = {
      calls: (query) => lister.calls(query),
      call: (query) => reader.call(query),
      errors: (query) => reader.errors(query),
      numbers: (query) => minutes.numbers(query),
      trend: (query) => minutes.trend(query),
      logs: (query) => this.#logs.logs(query),
      alerts: (query) => this.#trail.alerts(query),
      deeds: (query) => this.#trail.deeds(query),
    };
  }

  /** `session`: this process, if it has written to this file before. */
  static open(settings: Settings, session: number | undefined, clock: Clock): OpenDatabase {
    const database = openFile(settings.file);
    try {
      migrate(database);
      return new OpenDatabase(database, settings, session, clock);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Writes all of a batch, unless that was done before. */
  write({ number, events, logs, alerts, deeds }: Batch): void {
    const debug = this.#transact(() => {
      if (this.#stay(number - 1) >= number) return [];
      for (const page of events) for (const event of linesOf(page)) this.#calls.write(JSON.parse(event));
      this.#calls.settle();
      this.#minutes.settle();
      const debug = this.#logs.write(logs);
      for (const alert of alerts) this.#trail.keepAlert(alert);
      for (const deed of deeds) this.#trail.keepDeed(deed);
      this.#sql.wrote.run(number, this.session);
      return debug;
    });
    this.#logs.remember(debug);
  }

  /** Gives a sign of life, and marks some calls of processes that have ceased to. Returns how many were marked. */
  beat(lastBatch: number): number {
    return this.#transact(() => {
      const now = this.clock.date();
      const { beatMs, maxCallMs } = this.settings;
      this.#stay(lastBatch);
      this.#sql.beat.run(now, this.session);
      this.#sql.leaveDead.run(now - beatMs * BEATS_OF_THE_DEAD, this.session);
      return this.#calls.interrupt(now - maxCallMs);
    });
  }

  /** Lets go of a little of what is too old or too much. Returns whether there may be more. */
  tidy(): boolean {
    const more = this.#transact(() => this.#retention.step(this.clock.date()));
    return this.#retention.vacuum() || more;
  }

  /** Makes a few more calls found by parts of their ids without looking at each. Returns whether there may be more. */
  index(): boolean {
    return this.#transact(() => this.#texts.step());
  }

  /** What the database takes on disk, in bytes. */
  get bytes(): number {
    return Number(this.#sql.pages.get()!.page_count) * PAGE_BYTES;
  }

  countCalls(): number {
    return Number(this.#sql.calls.get()!.calls);
  }

  /** Leaves the database, as somebody whose calls are over. */
  leave(): void {
    this.#transact(() => this.#sql.leave.run(this.session));
    while (this.#transact(() => this.#calls.interrupt(0)) > 0);
  }

  [Symbol.dispose](): void {
    this.database.close();
  }

  /**
   * Enters again if others have taken this process for dead: then they have marked its calls, or are about to. Belongs into
   * a transaction, ahead of all else. Returns the last batch that is written: `known` if that has gone with the entry.
   */
  #stay(known: number): number {
    const entry = this.#sql.batch.get(this.session);
    if (entry) return Number(entry.batch);
    this.#sql.enterAgain.run(this.session, this.clock.date(), known);
    this.#forget();
    return known;
  }

  #transact<T>(act: () => T): T {
    this.database.exec("BEGIN IMMEDIATE");
    try {
      const result = act();
      this.database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#forget();
      if (this.database.isTransaction) this.database.exec("ROLLBACK");
      throw error;
    }
  }

  #forget(): void {
    this.#words.forget();
    this.#minutes.forget();
    this.#calls.forget();
  }
}
