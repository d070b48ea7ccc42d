import type { CallEvent, CallOutcome } from "../src/call/event.ts";
import type { Bus } from "../src/lib/bus.ts";
import { callKey } from "../src/lib/call_key.ts";
import { Latest } from "../src/lib/latest.ts";
import { setNewest } from "../src/lib/newest.ts";
import { Course } from "../src/store/course.ts";
import type { CallRecord } from "../src/store/store.ts";

/** How many calls may be going on before the oldest is forgotten. */
const MOST_LIVE = 100_000;
/** How many calls that are over are remembered. */
const MOST_OVER = 1000;
/** Events of one call that are kept while it goes on and a while after: the last; fewer where a store has the others. */
export const EVENTS_KEPT = { alone: 200, besideStore: 16 };
/** Calls that are over whose events are still kept. */
const MOST_TOLD = 100;
/** Events of all calls together that are kept: the last that begin, carry on or end a call. */
const MOST_MILESTONES = 1000;
const MILESTONES: ReadonlySet<CallEvent["type"]> = new Set([
  "call_started",
  "caller_turn",
  "agent_faltered",
  "call_failed",
  "call_ended",
]);
/** After these a row of their call reads otherwise. */
const SEEN_IN_ROW: ReadonlySet<CallEvent["type"]> = new Set([
  "turn_opened",
  "agent_turn",
  "agent_faltered",
  "call_failed",
  "recording_started",
  "call_ended",
]);

/** What moved in a call: that it is new, something while it goes on, or its end and what comes after. */
export type CallMove = "began" | "ended" | "changed";

/** A call as far as the events of this process tell of it. Times in ms since 1970. */
export class LiveCall implements CallRecord {
  state: "live" | "ended" = "live";
  outcome: CallOutcome | undefined;
  reason: string | undefined;
  endedAt: number | undefined;
  /** The last of what happened in it. */
  readonly events: CallEvent[] = [];
  readonly #course = new Course();

  constructor(
    readonly orgId: string,
    readonly callId: string,
    readonly agentId: string,
    readonly connector: string,
    readonly startedAt: number,
    readonly language: string,
    readonly trackingId: string,
  ) {}

  get turns(): number {
    return this.#course.turns;
  }

  get code(): string | undefined {
    return this.#course.code;
  }

  get longestWaitMs(): number | undefined {
    return this.#course.longestWaitMs;
  }

  get medianWaitMs(): number | undefined {
    return this.#course.medianWaitMs;
  }

  get recorded(): boolean {
    return this.#course.recorded;
  }

  /**
   * Whether a row of the store's is this call. One whose start the store has lost begins with what came next, and names no
   * connector; a gateway that shares the file may have a call of its own under the id.
   */
  isToldBy({ orgId, callId, connector, startedAt }: CallRecord): boolean {
    if (callId !== this.callId || orgId !== this.orgId) return false;
    return startedAt === this.startedAt ||
      (connector === "" && startedAt > this.startedAt && startedAt <= (this.endedAt ?? Infinity));
  }

  /** Takes in what happened, and keeps the last so many events. */
  take(event: CallEvent, eventsKept: number): void {
    this.events.push(event);
    if (this.events.length > eventsKept) this.events.shift();
    this.#course.add(event);
    if (event.type !== "call_ended") return;
    this.state = "ended";
    this.outcome = event.outcome;
    this.reason = event.reason;
    this.endedAt = event.at;
  }
}

/** Hears of every event once the call it belongs to has taken it in. */
export type CallWatcher = (event: CallEvent, call: LiveCall, move: CallMove | undefined) => void;

/**
 * The calls that are going on, and the last that have ended: a reader of the bus that needs no store. The store lags by a
 * batch; what has just happened is here.
 */
export class LiveCalls implements Disposable {
  readonly #live = new Map<string, LiveCall>();
  readonly #over = new Latest<LiveCall>(MOST_OVER);
  readonly #milestones = new Latest<CallEvent>(MOST_MILESTONES);
  readonly #watchers = new Set<CallWatcher>();
  /** What has gone wrong in calls so far. */
  errors = 0;
  readonly #leave: () => void;

  constructor(bus: Bus<CallEvent>, readonly eventsKept: number) {
    this.#leave = bus.subscribe((event) => this.#take(event));
  }

  /** The calls that are going on, the oldest first. */
  get live(): Iterable<LiveCall> {
    return this.#live.values();
  }

  get size(): number {
    return this.#live.size;
  }

  /** The last calls that have ended, the one that ended first first. */
  get over(): LiveCall[] {
    return this.#over.all();
  }

  /** The last of what began, carried on or ended any call, the oldest first. */
  get milestones(): CallEvent[] {
    return this.#milestones.all();
  }

  /** The call that goes on under this id, of any organization unless one is named; else the last that has ended. */
  find({ orgId, callId, startedAt }: { orgId?: string; callId: string; startedAt?: number }): LiveCall | undefined {
    const fits = (call: LiveCall) =>
      call.callId === callId && (orgId === undefined || call.orgId === orgId) &&
      (startedAt === undefined || call.startedAt === startedAt);
    const live = orgId === undefined ? this.#live.values().find(fits) : this.#live.get(callKey({ orgId, callId }));
    return live && fits(live) ? live : this.over.findLast(fits);
  }

  /** Hears of what happens from now on. Returns what ends that. */
  watch(watcher: CallWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  [Symbol.dispose](): void {
    this.#leave();
  }

  #take(event: CallEvent): void {
    if (MILESTONES.has(event.type)) this.#milestones.add(event);
    const key = callKey(event);
    if (event.type === "call_started") {
      const { orgId, callId, agentId, connector, at, language, trackingId } = event;
      const call = new LiveCall(orgId, callId, agentId, connector, at, language, trackingId);
      // An end that was lost must not keep its call for ever.
      setNewest(this.#live, key, call, MOST_LIVE);
      call.take(event, this.eventsKept);
      return this.#tell(event, call, "began");
    }
    // The next stream still hears of an end that came when none was open.
    const call = this.#live.get(key) ?? this.find(event);
    if (!call) return;
    call.take(event, this.eventsKept);
    if (event.type === "agent_faltered" || event.type === "call_failed") this.errors++;
    if (event.type === "call_ended" && this.#live.delete(key)) {
      this.#over.add(call);
      this.#over.before(MOST_TOLD)?.events.splice(0);
    }
    const move = call.state === "live" ? "changed" : "ended";
    this.#tell(event, call, SEEN_IN_ROW.has(event.type) ? move : undefined);
  }

  #tell(event: CallEvent, call: LiveCall, move: CallMove | undefined): void {
    for (const watcher of this.#watchers) watcher(event, call, move);
  }
}
