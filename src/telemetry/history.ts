import type { CallEvent, CallOutcome, FinishedCall } from "../call/event.ts";
import type { Bus } from "../lib/bus.ts";
import { setNewest } from "../lib/newest.ts";

/** How many events and finished calls are kept. */
const MOST_EVENTS = 1000;
const MOST_CALLS = 200;
/** How many calls may be going on before the start of the oldest is forgotten. */
const MOST_STARTED = 100_000;
/** What the sample calls an event, for those that its users know; the rest would only crowd these out. */
const KEPT: ReadonlySet<CallEvent["type"]> = new Set([
  "call_started",
  "caller_turn",
  "agent_faltered",
  "call_failed",
  "call_ended",
]);

/** The last calls and what happened in them, kept in memory. */
export class History implements AsyncDisposable {
  readonly events: CallEvent[] = [];
  readonly calls: FinishedCall[] = [];
  /** Calls finished since the start, by outcome. */
  readonly outcomes = new Map<CallOutcome, number>();
  #started = new Map<string, number>();
  #subscription;
  #reading: Promise<void>;

  constructor(bus: Bus<CallEvent>) {
    this.#subscription = bus.subscribe(10_000);
    this.#reading = this.#read();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscription[Symbol.dispose]();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const event of this.#subscription) {
      if (!KEPT.has(event.type)) continue;
      keep(this.events, event, MOST_EVENTS);
      const key = `${event.orgId}\n${event.callId}`;
      // An end that this slow reader lost must not keep its call for ever.
      if (event.type === "call_started") setNewest(this.#started, key, event.at, MOST_STARTED);
      if (event.type !== "call_ended") continue;
      const { callId, orgId, agentId, at: endedAt, outcome, reason } = event;
      const startedAt = this.#started.get(key) ?? endedAt;
      this.#started.delete(key);
      keep(this.calls, { callId, orgId, agentId, startedAt, endedAt, outcome, reason }, MOST_CALLS);
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    }
  }
}

function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}
