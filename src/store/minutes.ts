import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { CallNumbers } from "./store.ts";
import { Waits } from "./waits.ts";
import type { Words } from "./words.ts";

const MINUTE_MS = 60_000;
/** Minutes that are kept at hand, each connector's for itself. */
const MOST_AT_HAND = 200;

interface Minute {
  readonly minute: number;
  readonly connector: number;
  started: number;
  ended: number;
  failed: number;
  readonly waits: Waits;
}

/** Counts what each minute brings, so that questions about hours and days need not read calls. */
export class MinuteWriter {
  readonly #minutes = new Map<string, Minute>();
  readonly #changed = new Set<Minute>();
  readonly #find: StatementSync;
  readonly #write: StatementSync;

  constructor(database: DatabaseSync, readonly session: number) {
    this.#find = database.prepare(
      "SELECT started, ended, failed, waits FROM minutes WHERE minute = ? AND connector = ? AND session = ?",
    );
    this.#write = database.prepare("INSERT OR REPLACE INTO minutes VALUES (?, ?, ?, ?, ?, ?, ?)");
  }

  /** A call of a connector started at that time. */
  started(at: number, connector: number): void {
    this.#of(at, connector).started++;
  }

  ended(at: number, connector: number, failed: boolean): void {
    const minute = this.#of(at, connector);
    minute.ended++;
    if (failed) minute.failed++;
  }

  waited(at: number, connector: number, ms: number): void {
    this.#of(at, connector).waits.add(ms);
  }

  /** Writes what has changed. Throws what SQLite throws. */
  settle(): void {
    for (const each of this.#changed) {
      const { minute, connector, started, ended, failed, waits } = each;
      this.#write.run(minute, connector, this.session, started, ended, failed, waits.pack());
    }
    this.#changed.clear();
    if (this.#minutes.size > MOST_AT_HAND) this.#minutes.clear();
  }

  /** Forgets what was learnt in a transaction that came to nothing. */
  forget(): void {
    this.#minutes.clear();
    this.#changed.clear();
  }

  #of(at: number, connector: number): Minute {
    const number = Math.floor(at / MINUTE_MS);
    const key = `${number} ${connector}`;
    const minute = this.#minutes.get(key) ?? this.#read(number, connector);
    this.#minutes.set(key, minute);
    this.#changed.add(minute);
    return minute;
  }

  #read(minute: number, connector: number): Minute {
    const waits = new Waits();
    const row = this.#find.get(minute, connector, this.session);
    if (!row) return { minute, connector, started: 0, ended: 0, failed: 0, waits };
    waits.addPacked(row.waits as Uint8Array);
    return {
      minute,
      connector,
      started: Number(row.started),
      ended: Number(row.ended),
      failed: Number(row.failed),
      waits,
    };
  }
}

/** Answers how calls went, to the minute: a span begins with the minute that `from` is in. Throws what SQLite throws. */
export class MinuteReader {
  readonly #ofAll: StatementSync;
  readonly #ofOne: StatementSync;

  constructor(database: DatabaseSync, readonly words: Words) {
    const columns = "SELECT minute, started, ended, failed, waits FROM minutes WHERE minute >= ? AND minute < ?";
    this.#ofAll = database.prepare(columns);
    this.#ofOne = database.prepare(`${columns} AND connector = ?`);
  }

  numbers({ from, to, connector }: { from: number; to: number; connector?: string }): CallNumbers {
    const [numbers] = this.trend({ from, stepMs: Math.max(1, to - from), steps: 1, ...(connector && { connector }) });
    return numbers!;
  }

  trend(
    { from, stepMs, steps, connector }: { from: number; stepMs: number; steps: number; connector?: string },
  ): CallNumbers[] {
    const spans = Array.from({ length: steps }, () => ({ started: 0, ended: 0, failed: 0, waits: new Waits() }));
    const first = Math.floor(from / MINUTE_MS);
    const end = Math.ceil((from + stepMs * steps) / MINUTE_MS);
    const one = connector === undefined ? undefined : this.words.find(connector) ?? NOBODY;
    for (const row of one === undefined ? this.#ofAll.iterate(first, end) : this.#ofOne.iterate(first, end, one)) {
      const span = spans[Math.min(steps - 1, Math.floor((Number(row.minute) - first) * MINUTE_MS / stepMs))]!;
      span.started += Number(row.started);
      span.ended += Number(row.ended);
      span.failed += Number(row.failed);
      span.waits.addPacked(row.waits as Uint8Array);
    }
    return spans.map(({ waits, ...counts }) => ({
      ...counts,
      p50Ms: waits.percentile(0.5),
      p95Ms: waits.percentile(0.95),
    }));
  }
}

/** The number of no word. */
const NOBODY = -1;
