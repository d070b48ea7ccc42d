import { strict as assert } from "node:assert";
import type { CallEvent, CallHappening } from "../call/event.ts";
import { Bus } from "../lib/bus.ts";
import { History } from "./history.ts";

/** What a history keeps of these happenings, once it has read them all. */
async function historyOf(happenings: readonly (readonly [callId: string, CallHappening, orgId?: string])[]) {
  const bus = new Bus<CallEvent>();
  const history = new History(bus);
  happenings.forEach(([callId, happening, orgId = "o1"], at) => {
    bus.publish({ ...happening, callId, orgId, agentId: "a1", at });
  });
  await read();
  await history[Symbol.asyncDispose]();
  return history;

  /** Everything published is read within the microtasks of one turn of the event loop. */
  function read(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 0));
  }
}

const started: CallHappening = { type: "call_started", connector: "c", trackingId: "", language: "" };
const ended: CallHappening = { type: "call_ended", outcome: "transferred", reason: "caller_asked" };

Deno.test("a finished call is kept with its times, its outcome and its reason", async () => {
  const history = await historyOf([["c1", started], ["c1", { type: "turn_opened", turn: 1 }], ["c1", ended]]);
  assert.deepEqual(history.calls, [{
    callId: "c1",
    orgId: "o1",
    agentId: "a1",
    startedAt: 0,
    endedAt: 2,
    outcome: "transferred",
    reason: "caller_asked",
  }]);
  assert.deepEqual([...history.outcomes], [["transferred", 1]]);
});

Deno.test("calls of two organizations under one id are two calls", async () => {
  const history = await historyOf([["c1", started, "o1"], ["c1", started, "o2"], ["c1", ended, "o1"], [
    "c1",
    ended,
    "o2",
  ]]);
  assert.deepEqual(history.calls.map(({ orgId, startedAt }) => [orgId, startedAt]), [["o1", 0], ["o2", 1]]);
});

Deno.test("what happens many times in a call does not crowd out when it began and ended", async () => {
  const noise = Array.from({ length: 5000 }, () => ["c1", { type: "speech_started", turn: 1 }] as const);
  const history = await historyOf([["c1", started], ...noise, ["c1", ended]]);
  assert.deepEqual(history.events.map(({ type }) => type), ["call_started", "call_ended"]);
});

Deno.test("only the last 200 calls and 1,000 events are kept, and every outcome is counted", async () => {
  const history = await historyOf(
    Array.from({ length: 1500 }, (_, at) => [[`c${at}`, started], [`c${at}`, ended]] as const).flat(),
  );
  assert.equal(history.calls.length, 200);
  assert.equal(history.calls.at(-1)!.callId, "c1499");
  assert.equal(history.events.length, 1000);
  assert.equal(history.outcomes.get("transferred"), 1500);
});

Deno.test("a call whose beginning was missed lasted no time", async () => {
  const history = await historyOf([["c1", ended]]);
  assert.deepEqual(history.calls.map(({ startedAt, endedAt }) => endedAt - startedAt), [0]);
});
