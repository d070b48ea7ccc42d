import type { CallEvent } from "../call/event.ts";
import type { Bus } from "../lib/bus.ts";
import type { Clock } from "../lib/clock.ts";
import type { LogEntry } from "../lib/log_format.ts";
import type { Log } from "../lib/log.ts";
import type { StoreOptions } from "./config.ts";
import { Inquiries } from "./inquiries.ts";
import type { AnswerTo, FromWorker, QueryOf, Question } from "./messages.ts";
import { LogIntake } from "./log_intake.ts";
import { Outbox } from "./outbox.ts";
import type { Alert, Deed, LogLine, Store, StoreState } from "./store.ts";
import { type Thread, WorkerLink } from "./worker_link.ts";

/** Between two signs of life in the database, in ms. */
const BEAT_MS = 2000;
/** How long the end may take until all is written, in ms. */
const LAST_WORDS_MS = 5000;
/** A call that is silent for so much longer than a call may last, in ms, has ended. */
const GRACE_MS = 600_000;

export interface SqliteStoreOptions extends StoreOptions {
  /** The longest that a call can last, in ms. */
  readonly maxCallMs: number;
  readonly beatMs?: number;
  /** Starts the worker; the store's own unless given. */
  readonly start?: () => Thread;
}

export interface SqliteStoreDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** What happens in calls. */
  readonly events: Bus<CallEvent>;
  /** What is logged. */
  readonly logs?: Bus<LogEntry> | undefined;
}

/** Remembers in a SQLite database, which a worker owns: neither writing nor asking ever holds up the thread of the calls. */
export class SqliteStore implements Store {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #options: SqliteStoreOptions;
  readonly #link: WorkerLink;
  readonly #inquiries: Inquiries;
  readonly #outbox: Outbox;
  readonly #events: Bus<CallEvent>;
  readonly #reading = new DisposableStack();
  #state: Omit<StoreState, "lost">;
  #session: number | undefined;
  #lost = 0;
  #lostSaid = 0;
  #closed: (() => void) | undefined;
  #left: Promise<void> | undefined;

  constructor(options: SqliteStoreOptions, { clock, log, events, logs }: SqliteStoreDeps) {
    this.#options = options;
    this.#clock = clock;
    this.#log = log;
    this.#state = { state: "degraded", why: `The database ${options.file} is being opened`, bytes: 0, calls: 0 };
    const post: WorkerLink["post"] = (message) => this.#link.post(message);
    this.#inquiries = new Inquiries(clock, post);
    this.#outbox = new Outbox(clock, post);
    this.#link = new WorkerLink({
      clock,
      onMessage: (message) => this.#receive(message),
      onUp: () => this.#up(),
      onDown: (why) => this.#down(why),
      ...(options.start && { start: options.start }),
    });
    this.#link.open();
    this.#events = events;
    this.#reading.defer(events.subscribe((event) => this.#outbox.putEvent(JSON.stringify(event))));
    const intake = new LogIntake(clock, (line) => this.keepLog(line));
    if (logs && options.logLines > 0) this.#reading.defer(logs.subscribe((entry) => intake.take(entry)));
  }

  state(): StoreState {
    return { ...this.#state, lost: this.#lost + this.#outbox.lost + this.#events.dropped };
  }

  calls(query: QueryOf<"calls">) {
    return this.#ask("calls", query);
  }

  call(key: QueryOf<"call">) {
    return this.#ask("call", key);
  }

  errors(query: QueryOf<"errors">) {
    return this.#ask("errors", query);
  }

  numbers(query: QueryOf<"numbers">) {
    return this.#ask("numbers", query);
  }

  trend(query: QueryOf<"trend">) {
    return this.#ask("trend", query);
  }

  logs(query: QueryOf<"logs">) {
    return this.#ask("logs", query);
  }

  keepLog(log: Omit<LogLine, "id">): void {
    this.#outbox.put({ log });
  }

  keepAlert(alert: Alert): void {
    this.#outbox.put({ alert });
  }

  alerts(query: QueryOf<"alerts">) {
    return this.#ask("alerts", query);
  }

  keepDeed(deed: Deed): void {
    this.#outbox.put({ deed });
  }

  /** Whoever has just acted finds that here. */
  deeds(query: QueryOf<"deeds">) {
    this.#outbox.send();
    return this.#ask("deeds", query);
  }

  /** Writes what is known so far, waits for it a while, and leaves the database. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#left ??= this.#dispose();
  }

  async #dispose(): Promise<void> {
    await this.#clock.nextTurn(); // what was published up to now is read
    this.#reading.dispose();
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const callOff = this.#clock.setTimer(LAST_WORDS_MS, resolve);
    await Promise.race([over, this.#leave()]);
    callOff();
    this.#outbox[Symbol.dispose]();
    this.#sayLost();
    this.#link[Symbol.dispose]();
    this.#inquiries.giveUp("the gateway has stopped");
    this.#state = { ...this.#state, state: "off", why: "The gateway has stopped" };
  }

  async #leave(): Promise<void> {
    await this.#outbox.flush();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = resolve;
    this.#link.post({ type: "close" });
    await promise;
  }

  #ask<Q extends Question>(question: Q, query: QueryOf<Q>): Promise<AnswerTo<Q>> {
    return this.#inquiries.ask(question, query);
  }

  #up(): void {
    const { file, keepMs, maxBytes, logLines, maxCallMs, beatMs = BEAT_MS } = this.#options;
    const settings = { file, keepMs, maxBytes, logLines, maxCallMs: maxCallMs + GRACE_MS, beatMs };
    this.#link.post({ type: "open", settings, session: this.#session });
    this.#outbox.up();
  }

  #down(why: string): void {
    this.#outbox.down();
    this.#inquiries.giveUp("its worker has died");
    this.#state = { ...this.#state, state: "degraded", why: "The store's worker has died and is being started again" };
    this.#log.error("the store's worker has died and is started again", { code: "STORE-WORKER", problem: why });
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "opened":
        this.#session = message.session;
        break;
      case "kept":
        this.#lost += message.lost;
        this.#outbox.kept(message.batch);
        break;
      case "answer":
      case "refused":
        this.#inquiries.settle(message);
        break;
      case "state":
        this.#state = message.state;
        this.#sayLost();
        break;
      case "said":
        this.#log[message.level](message.message, message.fields);
        break;
      case "closed":
        this.#closed?.();
        break;
    }
  }

  /** Says once after each stretch of losses how much was lost. */
  #sayLost(): void {
    const { lost } = this.state();
    if (lost === this.#lostSaid) return;
    this.#log.warn("the store was too slow to keep everything", { code: "STORE-LOST", lost: lost - this.#lostSaid });
    this.#lostSaid = lost;
  }
}
