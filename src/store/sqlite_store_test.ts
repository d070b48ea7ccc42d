import { strict as assert } from "node:assert";
import type { CallEvent, CallHappening } from "../call/event.ts";
import { Bus } from "../lib/bus.ts";
import { systemClock } from "../lib/clock.ts";
import { keepingLog, type Line } from "../../tests/logs.ts";
import { SqliteStore, type SqliteStoreOptions } from "./sqlite_store.ts";
import type { CallQuery } from "./store.ts";

/** A minute's beginning. */
const NOON = Date.UTC(2026, 10, 27, 12);
const ALL: CallQuery = { sort: "startedAt", descending: true, offset: 0, limit: 50 };

Deno.test("a store tells of a call what its events told, while it goes on and afterwards", async () => {
  await using told = await Told.open();
  told.happen("one", NOON, { type: "call_started", connector: "echo", trackingId: "T-1", language: "en-US" });
  told.happen("one", NOON + 10, { type: "turn_opened", turn: 1 });
  told.happen("one", NOON + 20, { type: "caller_turn", turn: 1, by: "start" });
  told.happen("one", NOON + 120, { type: "agent_turn", turn: 1, waitedMs: 100.4 });
  told.happen("one", NOON + 130, { type: "prompt_sent", turn: 1 });
  const live = await told.until(async () => (await told.store.calls({ ...ALL, state: "live" })).calls[0]);
  assert.deepEqual([live.callId, live.agentId, live.outcome, live.endedAt], ["one", "agent", undefined, undefined]);

  told.happen("one", NOON + 140, { type: "answer_sent", turn: 1 });
  told.happen("one", NOON + 150, { type: "turn_closed", turn: 1, cancelled: false, frames: 7, audio: QUIET });
  told.happen("one", NOON + 200, { type: "recording_started", file: "one.wav" });
  told.happen("one", NOON + 300, { type: "call_failed", code: "agent_timeout" });
  told.happen("one", NOON + 400, {
    type: "call_ended",
    outcome: "agent_failed",
    reason: "agent_timeout",
    summary: "They wanted a room",
  });
  const call = await told.until(async () => {
    const call = await told.store.call({ callId: "one" });
    return call?.call.state === "ended" ? call : undefined;
  });
  assert.deepEqual(call.call, {
    orgId: "org",
    callId: "one",
    agentId: "agent",
    connector: "echo",
    state: "ended",
    outcome: "agent_failed",
    reason: "agent_timeout",
    code: "agent_timeout",
    startedAt: NOON,
    endedAt: NOON + 400,
    turns: 1,
    longestWaitMs: 100,
    medianWaitMs: 100,
    language: "en-US",
    trackingId: "T-1",
    recorded: true,
  });
  assert.deepEqual(call.handOff, { reason: "agent_timeout", summary: "They wanted a room" });
  assert.deepEqual(call.recordings, ["one.wav"]);
  assert.deepEqual(call.turns, [{
    turn: 1,
    by: "start",
    openedAt: NOON + 10,
    audioStartedAt: undefined,
    speechStartedAt: undefined,
    speechEndedAt: undefined,
    askedAt: NOON + 20,
    agentAt: NOON + 120,
    promptAt: NOON + 130,
    answeredAt: NOON + 140,
    closedAt: NOON + 150,
    cutShort: false,
    cancelled: false,
    frames: 7,
    audio: QUIET,
    transcript: undefined,
    summary: undefined,
    codes: ["agent_timeout"],
  }]);
  assert.deepEqual(call.events, told.happened);
  assert.deepEqual(await told.store.errors({ limit: 10 }), [
    { at: NOON + 300, code: "agent_timeout", connector: "echo", orgId: "org", callId: "one" },
  ]);
  const numbers = await told.store.numbers({ from: NOON, to: NOON + 60_000 });
  assert.deepEqual([numbers.started, numbers.ended, numbers.failed], [1, 1, 1]);
  assert.ok(Math.abs(numbers.p50Ms! - 100) <= 2, `${numbers.p50Ms}`);
});

const QUIET = { late: 0, longestGapMs: 20, levelDb: -40, peakDb: -20, clipped: 0 };

/** A store on a file of its own, and a voice to tell it with. */
class Told implements AsyncDisposable {
  readonly events = new Bus<CallEvent>();
  readonly happened: CallEvent[] = [];
  readonly log: Line[] = [];
  readonly store: SqliteStore;

  private constructor(readonly folder: string, options: Partial<SqliteStoreOptions>) {
    this.store = new SqliteStore({
      file: `${folder}/gateway.db`,
      keepMs: 60 * 86_400_000,
      maxBytes: 1e9,
      logLines: 1000,
      maxCallMs: 3_600_000,
      ...options,
    }, { clock: systemClock, log: keepingLog(this.log), events: this.events });
  }

  static async open(options: Partial<SqliteStoreOptions> = {}): Promise<Told> {
    return new Told(await Deno.makeTempDir(), options);
  }

  happen(callId: string, at: number, happening: CallHappening): void {
    const event: CallEvent = { ...happening, callId, orgId: "org", agentId: "agent", at };
    this.happened.push(event);
    this.events.publish(event);
  }

  /** Asks until there is an answer. */
  async until<T>(ask: () => Promise<T | undefined>): Promise<T> {
    const patience = AbortSignal.timeout(10_000);
    while (!patience.aborted) {
      const answer = await ask().catch(() => undefined);
      if (answer !== undefined) return answer;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`nothing came of it: ${JSON.stringify([this.store.state(), this.log])}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}
