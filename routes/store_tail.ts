import type { AlertFact, LogFact } from "../islands/facts.ts";
import { type LogLine, type Store, StoreError } from "../src/store/store.ts";
import { iso } from "./call_facts.ts";
import { alertFact } from "./overview.ts";

/** Lines that are told at one time; what goes on comes with the next. */
const MOST_LINES = 500;
/** Alerts that are looked at: the newest. */
const MOST_ALERTS = 50;

/** What is new in the store: log lines and alerts, asked for once for everybody who listens, and never while nobody does. */
export class StoreTail {
  /** The id of the last line that was told; undefined while nobody listens. */
  #line: number | undefined;
  /** Alerts as they were told; undefined while nobody listens. */
  #alerts: Map<number, string> | undefined;
  #asking = false;

  constructor(readonly store: Store) {}

  /** Takes note of where things stand, for those who listen to these topics from now on. */
  async follow(topics: ReadonlySet<string>): Promise<void> {
    await this.#ask(async (store) => {
      if (topics.has("logs")) this.#line ??= (await store.logs({ limit: 1 }))[0]?.id ?? 0;
      if (topics.has("alerts")) this.#alerts ??= new Map((await newest(store)).map((fact) => [fact.id, written(fact)]));
    });
  }

  /** Lets go of what nobody listens to any more. */
  keep(topics: ReadonlySet<string>): void {
    if (!topics.has("logs")) this.#line = undefined;
    if (!topics.has("alerts")) this.#alerts = undefined;
  }

  /** Tells what is new, if anybody listens, when the store has answered; one that is slow is not asked twice. */
  async news(
    tell: {
      readonly logs: (lines: readonly LogFact[]) => void;
      readonly alerts: (alerts: readonly AlertFact[]) => void;
    },
  ): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    await this.#ask(async (store) => {
      if (this.#line !== undefined) {
        const lines = (await store.logs({ after: this.#line, limit: MOST_LINES })).toSorted((a, b) => a.id - b.id);
        this.#line = lines.at(-1)?.id ?? this.#line;
        if (lines.length > 0) tell.logs(lines.map(logFact));
      }
      if (this.#alerts !== undefined) {
        const told = this.#alerts;
        const facts = (await newest(store)).filter((fact) => told.get(fact.id) !== written(fact));
        for (const fact of facts) told.set(fact.id, written(fact));
        if (facts.length > 0) tell.alerts(facts);
      }
    });
    this.#asking = false;
  }

  async #ask(questions: (store: Store) => Promise<void>): Promise<void> {
    try {
      await questions(this.store);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error; // one that cannot answer now may do so a second later
    }
  }
}

async function newest(store: Store): Promise<readonly AlertFact[]> {
  return (await store.alerts({ offset: 0, limit: MOST_ALERTS })).map(alertFact);
}

function written(fact: AlertFact): string {
  return JSON.stringify(fact);
}

/** A line of the log as the API tells it. */
export function logFact({ id, at, level, logger, message, callId, fields }: LogLine): LogFact {
  return { id, at: iso(at), level, logger, message, call_id: callId ?? null, fields };
}
