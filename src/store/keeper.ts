import { type Clock } from "../lib/clock.ts";
import { folderOf } from "../lib/files.ts";
import { fileAt, setAside } from "./set_aside.ts";
import type { Batch, FromWorker, Settings, ToWorker } from "./messages.ts";
import { OpenDatabase } from "./open_database.ts";
import { type Trouble, troubleOf } from "./trouble.ts";

/** After a failure, and at the most, in ms. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** Between two counts of the calls, in beats. */
const COUNT_BEATS = 30;
/** Until the next look for what is to be let go of: while there is more, and when there is none, in beats of it. */
const TIDY_MS = 100;
const TIDY_BEATS = 5;

/** The worker's side: owns the database, writes what it is told and answers what it is asked, whatever the disk does. */
export class Keeper implements Disposable {
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #tell: (message: FromWorker) => void;
  #session: number | undefined;
  #database: OpenDatabase | undefined;
  /** The file that was opened, as `fileAt` names it. */
  #opened: string | undefined;
  #waiting: Batch[] = [];
  #lastBatch = 0;
  #trouble: Trouble | undefined;
  #retryMs = FIRST_RETRY_MS;
  #callOffRetry = () => {};
  #callOffBeat = () => {};
  #callOffTidying = () => {};
  #beats = 0;
  #calls = 0;
  #bytes = 0;

  constructor(settings: Settings, session: number | undefined, clock: Clock, tell: (message: FromWorker) => void) {
    this.#settings = settings;
    this.#session = session;
    this.#clock = clock;
    this.#tell = tell;
    this.#work();
    this.#beat();
    this.#tidy();
  }

  receive(message: Exclude<ToWorker, { type: "open" }>): void {
    switch (message.type) {
      case "keep":
        this.#waiting.push(message.batch);
        if (this.#trouble === undefined) this.#work();
        break;
      case "ask":
        this.#answer(message);
        break;
      case "ping":
        this.#tell({ type: "pong" });
        break;
      case "close":
        this.#close();
        break;
    }
  }

  [Symbol.dispose](): void {
    this.#callOffRetry();
    this.#callOffBeat();
    this.#callOffTidying();
    this.#database?.[Symbol.dispose]();
    this.#database = undefined;
  }

  /** Does what is to be done, and comes back to it when it cannot be. */
  #work(): void {
    this.#callOffRetry();
    try {
      const database = this.#open();
      for (let batch = this.#waiting[0]; batch !== undefined; batch = this.#waiting[0]) {
        this.#write(database, batch);
        this.#waiting.shift();
      }
      this.#recovered();
    } catch (error) {
      this.#suffer(error);
    }
  }

  #open(): OpenDatabase {
    if (this.#database) return this.#database;
    const { file } = this.#settings;
    Deno.mkdirSync(folderOf(file), { recursive: true });
    this.#opened = fileAt(file);
    const database = OpenDatabase.open(this.#settings, this.#session, this.#clock);
    this.#opened ??= fileAt(file);
    this.#database = database;
    this.#session = database.session;
    this.#calls = database.countCalls();
    this.#bytes = database.bytes;
    this.#tell({ type: "opened", session: database.session });
    return database;
  }

  /** Writes a batch, or says that it is lost since there is something in it that cannot be written. */
  #write(database: OpenDatabase, batch: Batch): void {
    let lost = 0;
    try {
      database.write(batch);
    } catch (error) {
      if (troubleOf(error)) throw error;
      lost = batch.size;
      this.#say("error", "the store could not keep what it was told", {
        code: "STORE-DEFECT",
        lost,
        problem: messageOf(error),
      });
    }
    this.#lastBatch = batch.number;
    this.#tell({ type: "kept", batch: batch.number, lost });
  }

  #answer({ id, question, query }: Extract<ToWorker, { type: "ask" }>): void {
    try {
      if (!this.#database) throw new Error(this.#why || "it is not open yet");
      const answer = this.#database.answers[question](query as never);
      this.#tell({ type: "answer", id, answer });
    } catch (error) {
      this.#tell({ type: "refused", id, why: messageOf(error) });
      if (this.#database && troubleOf(error)) this.#suffer(error);
    }
  }

  #beat(): void {
    this.#callOffBeat = this.#clock.setTimer(this.#settings.beatMs, () => this.#beat());
    if (!this.#database || this.#trouble) return;
    try {
      const marked = this.#database.beat(this.#lastBatch);
      if (marked > 0) this.#say("warn", "calls were interrupted: their gateway is gone", { calls: marked });
      if (++this.#beats % COUNT_BEATS === 0 || marked > 0) this.#calls = this.#database.countCalls();
      this.#bytes = this.#database.bytes;
      this.#tellState();
    } catch (error) {
      this.#suffer(error);
    }
  }

  /** Makes room, also while the disk is full: what is let go of is written over. And does what nobody waits for. */
  #tidy(): void {
    let more = false;
    try {
      if (this.#database && (!this.#trouble || this.#trouble.code === "STORE-FULL")) more = this.#database.tidy();
      if (this.#database && !this.#trouble) more = this.#database.index() || more;
    } catch (error) {
      this.#suffer(error);
    }
    this.#callOffTidying = this.#clock.setTimer(
      more ? TIDY_MS : TIDY_BEATS * this.#settings.beatMs,
      () => this.#tidy(),
    );
  }

  /** Says what is wrong, sees to it if that can be done, and otherwise tries again later. */
  #suffer(error: unknown): void {
    const trouble = troubleOf(error) ?? { code: "STORE-DEFECT", why: messageOf(error), remedy: "wait" };
    const news = this.#trouble?.code !== trouble.code;
    this.#trouble = trouble;
    if (news) {
      this.#say("error", "the store does not work: calls go on, and what happens in them is not kept", {
        code: trouble.code,
        problem: this.#why,
      });
    }
    this.#tellState();
    if (trouble.remedy === "none") return;
    if (trouble.remedy === "begin anew") this.#beginAnew(trouble.code);
    this.#callOffRetry();
    this.#callOffRetry = this.#clock.setTimer(this.#retryMs, () => this.#work());
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
  }

  #beginAnew(code: Trouble["code"]): void {
    this.#database?.[Symbol.dispose]();
    this.#database = undefined;
    this.#session = undefined;
    try {
      const copy = setAside(this.#settings.file, this.#opened, this.#clock.date());
      if (copy) this.#say("error", "the damaged database was moved aside and a new one begun", { code, copy });
    } catch (failure) {
      this.#say("error", "the damaged database cannot be moved aside", { code, problem: messageOf(failure) });
    }
  }

  #recovered(): void {
    this.#retryMs = FIRST_RETRY_MS;
    if (this.#trouble === undefined) return;
    this.#say("info", "the store works again", { code: this.#trouble.code });
    this.#trouble = undefined;
    this.#tellState();
  }

  /** What is wrong, as a sentence. */
  get #why(): string {
    return this.#trouble ? `The database ${this.#settings.file} ${this.#trouble.why}` : "";
  }

  #tellState(): void {
    this.#tell({
      type: "state",
      state: {
        state: this.#trouble ? "degraded" : "ok",
        why: this.#why,
        bytes: this.#bytes,
        calls: this.#calls,
      },
    });
  }

  #say(level: "info" | "warn" | "error", message: string, fields: Record<string, unknown>): void {
    this.#tell({ type: "said", level, message, fields });
  }

  #close(): void {
    try {
      this.#database?.leave();
    } catch (error) {
      this.#say("warn", "the store could not be left in order", { problem: messageOf(error) });
    }
    this[Symbol.dispose]();
    this.#tell({ type: "closed" });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
