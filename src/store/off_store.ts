import type { Bus } from "../lib/bus.ts";
import type { Clock } from "../lib/clock.ts";
import type { LogEntry } from "../lib/log_format.ts";
import { setNewest } from "../lib/newest.ts";
import { LogIntake } from "./log_intake.ts";
import { pageOf, RecentLines } from "./recent_lines.ts";
import { type Alert, type Deed, type LogLine, type LogQuery, type Store, StoreError } from "./store.ts";

const WHY = "The store is off: store.enabled is false";
/** What is kept in memory all the same, as long as the gateway runs. */
const MOST_LINES = 2000;
const MOST_ALERTS = 200;
const MOST_DEEDS = 1000;

export interface OffStoreDeps {
  readonly clock: Clock;
  /** What is logged. */
  readonly logs?: Bus<LogEntry> | undefined;
}

/** Remembers nothing of calls, and of log, alerts and deeds the last, as long as the gateway runs. */
export class OffStore implements Store {
  readonly #recent = new RecentLines(MOST_LINES);
  readonly #alerts = new Map<number, Alert>();
  readonly #deeds: Deed[] = [];
  readonly #leave: (() => void) | undefined;
  #lastLine = 0;

  constructor({ clock, logs }: OffStoreDeps) {
    const intake = new LogIntake(clock, (line) => this.keepLog(line));
    this.#leave = logs?.subscribe((entry) => intake.take(entry));
  }

  state = () => ({ state: "off", why: WHY, bytes: 0, calls: 0, lost: 0 }) as const;
  calls = refuse;
  call = refuse;
  errors = refuse;
  numbers = refuse;
  trend = refuse;

  logs(query: LogQuery) {
    return Promise.resolve(pageOf(this.#recent.find(query), query));
  }

  keepLog(line: Omit<LogLine, "id">): void {
    this.#recent.add({ id: ++this.#lastLine, ...line });
  }

  keepAlert(alert: Alert): void {
    setNewest(this.#alerts, alert.id, alert, MOST_ALERTS);
  }

  alerts({ state, offset, limit }: Parameters<Store["alerts"]>[0]) {
    const found = [...this.#alerts.values()].filter((alert) => state === undefined || alert.state === state);
    const newest = found.sort((a, b) => b.since - a.since || b.id - a.id);
    return Promise.resolve(newest.slice(offset, offset + limit));
  }

  keepDeed(deed: Deed): void {
    this.#deeds.push(deed);
    if (this.#deeds.length > MOST_DEEDS) this.#deeds.shift();
  }

  deeds({ offset, limit }: Parameters<Store["deeds"]>[0]) {
    return Promise.resolve(this.#deeds.toReversed().slice(offset, offset + limit));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#leave?.();
    return Promise.resolve();
  }
}

function refuse(): Promise<never> {
  return Promise.reject(new StoreError(`Cannot ask the store: ${WHY}`));
}
