import { strict as assert } from "node:assert";
import type { CallEvent, CallHappening } from "../call/event.ts";
import { Bus } from "../lib/bus.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { folderOf } from "../lib/files.ts";
import type { LogEntry } from "../lib/log_format.ts";
import { keepingLog, type Line } from "../../tests/logs.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import { until } from "../../tests/until.ts";
import { SqliteStore, type SqliteStoreOptions } from "./sqlite_store.ts";
import type { CallQuery } from "./store.ts";
import { startWorker, type Thread } from "./worker_link.ts";

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

Deno.test("a damaged database is moved aside, and a new one works at once", async () => {
  await using told = await Told.open({}, (file) => Deno.writeTextFileSync(file, "no database at all ".repeat(1000)));
  await told.until(() => Promise.resolve(told.store.state().state === "ok" || undefined));
  told.happen("one", NOON, { type: "call_started", connector: "echo", trackingId: "", language: "" });
  await told.until(() => told.store.call({ callId: "one" }));
  const copies = [...Deno.readDirSync(told.folder)].filter(({ name }) => name.startsWith("gateway.db.corrupt-"));
  assert.equal(copies.length, 1);
  assert.ok(told.log.some(({ level, fields }) => level === "error" && fields.code === "STORE-CORRUPT"));
});

Deno.test("a worker that dies is started again, and what it had before it is not lost", async () => {
  let started = 0;
  await using told = await Told.open({
    start: () =>
      started++ > 0
        ? startWorker()
        : new Worker(`data:text/javascript,onmessage = () => { throw new Error("gone") }`, { type: "module" }),
  });
  told.happen("one", NOON, { type: "call_started", connector: "echo", trackingId: "", language: "" });
  const call = await told.until(() => told.store.call({ callId: "one" }));
  assert.equal(call.events.length, 1);
  assert.equal(told.store.state().lost, 0);
  assert.deepEqual(told.log.map(({ fields }) => fields.code), ["STORE-WORKER"]);
});

Deno.test("who asks a worker that hangs is told so in time, and another worker takes its place", async () => {
  const clock = new ManualClock();
  let [started, ended] = [0, 0];
  const hung = (): Thread => ({ onmessage: null, onerror: null, postMessage() {}, terminate: () => void ended++ });
  await using told = await Told.open({ start: () => (started++, hung()) }, () => {}, clock);
  const asked = told.store.calls(ALL);
  clock.advance(10_000);
  await assert.rejects(asked, { name: "StoreError", message: /no answer came within 10 seconds/ });
  clock.advance(40_000);
  assert.deepEqual([started, ended], [2, 1]);
  assert.equal(told.store.state().state, "degraded");
  const leaving = told.store[Symbol.asyncDispose]();
  await new Promise((resolve) => setTimeout(resolve, 20));
  clock.advance(10_000);
  await leaving;
});

Deno.test("a store that is slower than what happens drops the oldest, counts it, and takes no more memory", async () => {
  const clock = new ManualClock();
  const hung = (): Thread => ({ onmessage: null, onerror: null, postMessage() {}, terminate() {} });
  await using told = await Told.open({ start: hung }, () => {}, clock);
  for (let at = 0; at < 50; at++) {
    for (let call = 0; call < 1000; call++) told.events.publish(QUIET_TURN);
    await clock.nextTurn();
  }
  assert.equal(told.store.state().lost, 50_000 - 20_000 - 2 * 500);
  const leaving = told.store[Symbol.asyncDispose]();
  await new Promise((resolve) => setTimeout(resolve, 20));
  clock.advance(10_000);
  await leaving;
});

Deno.test("what could not be kept when the gateway stops is counted, and said", async () => {
  const clock = new ManualClock();
  const hung = (): Thread => ({ onmessage: null, onerror: null, postMessage() {}, terminate() {} });
  await using told = await Told.open({ start: hung }, () => {}, clock);
  for (let at = 0; at < 500; at++) told.events.publish(QUIET_TURN);
  await clock.nextTurn();
  told.store.keepDeed({ at: NOON, who: "ann", via: "login", action: "end_call", about: "one" });
  const leaving = told.store[Symbol.asyncDispose]();
  await clock.nextTurn();
  await clock.nextTurn();
  clock.advance(5000);
  await leaving;
  assert.equal(told.store.state().lost, 501);
  assert.deepEqual(told.log.map(({ level, fields }) => [level, fields]), [["warn", { code: "STORE-LOST", lost: 501 }]]);
});

Deno.test("a folder that cannot be had is said, and taken as soon as it can", async () => {
  await using told = await Told.open(
    { file: "blocked/gateway.db" },
    (file) => Deno.writeTextFileSync(folderOf(file), ""),
  );
  // The word for the log comes ahead of the state.
  await told.until(() => Promise.resolve(told.store.state().why.includes("cannot be made") || undefined));
  assert.match(told.store.state().why, /blocked\/gateway\.db cannot be made: what should be its folder is a file/);
  await assert.rejects(told.store.calls(ALL), { name: "StoreError", message: /what should be its folder is a file/ });
  told.happen("one", NOON, { type: "call_started", connector: "echo", trackingId: "", language: "" });
  await Deno.remove(`${told.folder}/blocked`);
  await told.until(() => told.store.call({ callId: "one" }));
  assert.deepEqual(told.store.state().state, "ok");
  assert.deepEqual(told.log.map(({ fields }) => fields.code), ["STORE-UNWRITABLE", "STORE-UNWRITABLE"]);
});

Deno.test({
  name: "without permission to write the store says so, and nothing else happens",
  permissions: { read: true, write: false },
  async fn() {
    const log: Line[] = [];
    const options = { file: "data/never/gateway.db", keepMs: 1e9, maxBytes: 1e9, logLines: 10, maxCallMs: 1e6 };
    const store = new SqliteStore(options, { clock: systemClock, log: keepingLog(log), events: new Bus() });
    // The word for the log comes ahead of the state.
    await until(() => store.state().why.includes("needs --allow-read and --allow-write for its folder"));
    assert.deepEqual([store.state().state, log[0]!.fields.code], ["degraded", "STORE-UNWRITABLE"]);
    await store[Symbol.asyncDispose]();
  },
});

Deno.test("log lines are kept with their call; a flood of them is cut short, and says so", async () => {
  await using told = await Told.open();
  const line = (message: string) => ({
    time: NOON,
    level: "info" as const,
    logger: "byova.call",
    message,
    fields: { call: "one", n: 1 },
  });
  for (let at = 0; at < 1000; at++) told.lines.publish(line(`line ${at}`));
  await told.until(async () => (await told.store.logs({ limit: 1000 })).length === 200 || undefined);
  const [first] = await told.store.logs({ callId: "one", text: "line 0", limit: 1 });
  assert.deepEqual({ ...first, id: 0 }, {
    id: 0,
    at: NOON,
    level: "info",
    logger: "byova.call",
    message: "line 0",
    callId: "one",
    fields: { n: 1 },
  });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  told.lines.publish(line("later"));
  const lines = await told.until(async () => {
    const lines = await told.store.logs({ limit: 2 });
    return lines.at(-1)!.message === "later" ? lines : undefined;
  });
  assert.deepEqual(lines[0]!.fields, { count: 800 });
});

Deno.test("alerts are written over, deeds are added, and both are told the newest first", async () => {
  await using told = await Told.open();
  const alert = {
    id: 1,
    rule: "failures",
    severity: "critical",
    state: "firing",
    message: "Calls fail",
    value: 0.5,
    since: NOON,
    resolvedAt: undefined,
    delivery: "pending",
  } as const;
  told.store.keepAlert(alert);
  told.store.keepAlert({ ...alert, id: 2, since: NOON + 1, value: undefined });
  told.store.keepAlert({ ...alert, state: "resolved", resolvedAt: NOON + 5, delivery: "delivered" });
  for (const who of ["ann", "ben"]) {
    told.store.keepDeed({ at: NOON, who, via: "login", action: "end_call", about: "one" });
  }
  await told.until(async () => (await told.store.deeds({ offset: 0, limit: 9 })).length === 2 || undefined);
  assert.deepEqual(await told.store.alerts({ offset: 0, limit: 9 }), [
    { ...alert, id: 2, since: NOON + 1, value: undefined },
    { ...alert, state: "resolved", resolvedAt: NOON + 5, delivery: "delivered" },
  ]);
  assert.deepEqual((await told.store.alerts({ state: "firing", offset: 0, limit: 9 })).map(({ id }) => id), [2]);
  assert.deepEqual((await told.store.deeds({ offset: 0, limit: 1 })).map(({ who }) => who), ["ben"]);
  told.store.keepDeed({ at: NOON, who: "cleo", via: "login", action: "end_call", about: "two" });
  assert.deepEqual((await told.store.deeds({ offset: 0, limit: 1 })).map(({ who }) => who), ["cleo"], "read at once");
});

const QUIET_TURN: CallEvent = { type: "turn_opened", turn: 1, callId: "one", orgId: "org", agentId: "agent", at: NOON };
const QUIET = { late: 0, longestGapMs: 20, levelDb: -40, peakDb: -20, clipped: 0 };

/** A store on a file of its own, and a voice to tell it with. */
class Told implements AsyncDisposable {
  readonly events = new Bus<CallEvent>();
  readonly lines = new Bus<LogEntry>();
  readonly happened: CallEvent[] = [];
  readonly log: Line[] = [];
  readonly store: SqliteStore;

  private constructor(readonly folder: string, options: Partial<SqliteStoreOptions>, clock: Clock) {
    this.store = new SqliteStore({
      keepMs: 60 * 86_400_000,
      maxBytes: 1e9,
      logLines: 1000,
      maxCallMs: 3_600_000,
      ...options,
      file: `${folder}/${options.file ?? "gateway.db"}`,
    }, { clock, log: keepingLog(this.log), events: this.events, logs: this.lines });
  }

  /** `before`: what is done with the database's path beforehand. */
  static async open(
    options: Partial<SqliteStoreOptions> = {},
    before: (file: string) => void = () => {},
    clock: Clock = systemClock,
  ): Promise<Told> {
    const folder = await Deno.makeTempDir();
    before(`${folder}/${options.file ?? "gateway.db"}`);
    return new Told(folder, options, clock);
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
