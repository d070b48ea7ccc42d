import { Course, tellCourse } from "../src/store/course.ts";
import type { CallEvent } from "../src/call/event.ts";
import {
  type Alert,
  type CallError,
  type CallKey,
  type CallNumbers,
  type CallQuery,
  type CallRecord,
  type Deed,
  type LogLine,
  type LogQuery,
  type Store,
  StoreError,
  type StoreState,
} from "../src/store/store.ts";

/** A store in memory for tests: what it is told by `take` it knows at once, and it can be made to fail. */
export class MemoryStore implements Store {
  readonly events = new Map<string, CallEvent[]>();
  readonly lines: LogLine[] = [];
  readonly known: Alert[] = [];
  readonly done: Deed[] = [];
  /** Questions asked so far, by name. */
  readonly asked: Record<string, number> = {};
  /** What is wrong with it. */
  trouble: Pick<StoreState, "state" | "why"> = { state: "ok", why: "" };

  state(): StoreState {
    return { ...this.trouble, bytes: 4096, calls: this.events.size, lost: 0 };
  }

  take(event: CallEvent): void {
    const key = `${event.orgId}\n${event.callId}`;
    if (event.type === "call_started") this.events.set(`${key}\n${event.at}`, [event]);
    else [...this.events].findLast(([each]) => each.startsWith(`${key}\n`))?.[1].push(event);
  }

  async calls(query: CallQuery) {
    await this.#ask("calls");
    const { state, agent, connector, org, outcome, from = 0, to = Infinity, text = "" } = query;
    const wanted = (asked: string | undefined, own: string | undefined) => asked === undefined || asked === own;
    const found = this.#records().filter((call) =>
      wanted(state, call.state) && wanted(agent, call.agentId) && wanted(connector, call.connector) &&
      wanted(org, call.orgId) && wanted(outcome, call.outcome) && call.startedAt >= from && call.startedAt < to &&
      [call.callId, call.trackingId, call.agentId, call.reason ?? "", call.code ?? ""].some((own) => own.includes(text))
    );
    const value = (call: CallRecord) =>
      query.sort === "durationMs" ? (call.endedAt ?? 0) - call.startedAt : call[query.sort] ?? -1;
    found.sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : a.startedAt - b.startedAt));
    if (query.descending) found.reverse();
    return { calls: found.slice(query.offset, query.offset + query.limit), total: found.length };
  }

  async call({ orgId, callId, startedAt }: CallKey) {
    await this.#ask("call");
    const events = [...this.events.values()].findLast(([first]) =>
      first!.callId === callId && (orgId ?? first!.orgId) === first!.orgId && (startedAt ?? first!.at) === first!.at
    );
    return events && { call: recordOf(events), events, ...tellCourse(events) };
  }

  async errors({ connector, limit }: { connector?: string; limit: number }): Promise<readonly CallError[]> {
    await this.#ask("errors");
    const errors = [...this.events.values()].flatMap((events) => {
      const { connector, orgId, callId } = recordOf(events);
      return events.flatMap((event) =>
        event.type === "call_failed" || event.type === "agent_faltered"
          ? [{ at: event.at, code: event.code, connector, orgId, callId }]
          : []
      );
    });
    return errors.filter((error) => (connector ?? error.connector) === error.connector).reverse().slice(0, limit);
  }

  async numbers({ from, to, connector }: { from: number; to: number; connector?: string }): Promise<CallNumbers> {
    await this.#ask("numbers");
    const own = this.#records().filter((call) => (connector ?? call.connector) === call.connector);
    const started = own.filter(({ startedAt }) => startedAt >= from && startedAt < to);
    const ended = own.filter(({ endedAt = -1 }) => endedAt >= from && endedAt < to);
    const waits = ended.flatMap(({ medianWaitMs }) => medianWaitMs ?? []).sort((a, b) => a - b);
    return {
      started: started.length,
      ended: ended.length,
      failed: ended.filter(({ outcome }) => outcome === "agent_failed").length,
      p50Ms: waits[waits.length >> 1],
      p95Ms: waits.at(-1),
    };
  }

  async trend(query: { from: number; stepMs: number; steps: number; connector?: string }) {
    await this.#ask("trend");
    const { from, stepMs, steps, ...rest } = query;
    return await Promise.all(
      Array.from(
        { length: steps },
        (_, at) => this.numbers({ ...rest, from: from + at * stepMs, to: from + (at + 1) * stepMs }),
      ),
    );
  }

  async logs({ level, logger, callId, text = "", before = Infinity, after, limit }: LogQuery) {
    await this.#ask("logs");
    const levels = ["debug", "info", "warn", "error"];
    const found = this.lines.filter((line) =>
      levels.indexOf(line.level) >= levels.indexOf(level ?? "debug") && (callId ?? line.callId) === line.callId &&
      (logger === undefined || `${line.logger}.`.startsWith(`${logger}.`)) && line.message.includes(text) &&
      line.id < before && line.id > (after ?? -1)
    );
    return after === undefined ? found.slice(-limit) : found.slice(0, limit);
  }

  keepLog(line: Omit<LogLine, "id">): void {
    this.lines.push({ id: this.lines.length + 1, ...line });
  }

  keepAlert(alert: Alert): void {
    const at = this.known.findIndex(({ id }) => id === alert.id);
    this.known.splice(at < 0 ? this.known.length : at, at < 0 ? 0 : 1, alert);
  }

  async alerts({ state, offset, limit }: { state?: Alert["state"]; offset: number; limit: number }) {
    await this.#ask("alerts");
    const found = this.known.filter((alert) => (state ?? alert.state) === alert.state).toReversed();
    return found.slice(offset, offset + limit);
  }

  keepDeed(deed: Deed): void {
    this.done.push(deed);
  }

  async deeds({ offset, limit }: { offset: number; limit: number }) {
    await this.#ask("deeds");
    return this.done.toReversed().slice(offset, offset + limit);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async #ask(question: string): Promise<void> {
    this.asked[question] = (this.asked[question] ?? 0) + 1;
    await Promise.resolve();
    if (this.trouble.state !== "ok") throw new StoreError(`Cannot ask the store: ${this.trouble.why}`);
  }

  #records(): CallRecord[] {
    return [...this.events.values()].map(recordOf);
  }
}

/** What events of one call add up to. */
export function recordOf(events: readonly CallEvent[]): CallRecord {
  const first = events[0]!;
  const lost = { connector: "", language: "", trackingId: "" };
  const { connector, language, trackingId } = first.type === "call_started" ? first : lost;
  const ended = events.findLast((event) => event.type === "call_ended");
  const course = new Course();
  for (const event of events) course.add(event);
  const { turns, longestWaitMs, medianWaitMs, recorded, code } = course;
  return {
    orgId: first.orgId,
    callId: first.callId,
    agentId: first.agentId,
    connector,
    state: ended ? "ended" : "live",
    outcome: ended?.outcome,
    reason: ended?.reason,
    code,
    startedAt: first.at,
    endedAt: ended?.at,
    turns,
    longestWaitMs,
    medianWaitMs,
    language,
    trackingId,
    recorded,
  };
}
