import { strict as assert } from "node:assert";
import type { CallEvent, CallHappening } from "../src/call/event.ts";
import { Bus } from "../src/lib/bus.ts";
import { EVENTS_KEPT, type LiveCall, LiveCalls } from "./live_calls.ts";

/** What is known of calls in which this happened, once all of it has been read. */
async function calls(happenings: readonly (readonly [callId: string, CallHappening, orgId?: string])[]) {
  const bus = new Bus<CallEvent>();
  const calls = new LiveCalls(bus, EVENTS_KEPT.alone);
  happenings.forEach(([callId, happening, orgId = "o1"], at) => {
    bus.publish({ ...happening, callId, orgId, agentId: "a1", at });
  });
  // Everything published is read within the microtasks of one turn of the event loop.
  await new Promise((resolve) => setTimeout(resolve, 0));
  calls[Symbol.dispose]();
  return calls;
}

const started: CallHappening = { type: "call_started", connector: "c", trackingId: "", language: "" };
const ended: CallHappening = { type: "call_ended", outcome: "transferred", reason: "caller_asked" };

Deno.test("a call that is over is told with its times, its outcome and its reason", async () => {
  const { over, size } = await calls([["c1", started], ["c1", { type: "turn_opened", turn: 1 }], ["c1", ended]]);
  const told = over.map((
    { callId, startedAt, endedAt, outcome, reason },
  ) => [callId, startedAt, endedAt, outcome, reason]);
  assert.deepEqual([told, size], [[["c1", 0, 2, "transferred", "caller_asked"]], 0]);
});

Deno.test("what comes after the end of a call is part of it, and begins none", async () => {
  const late: CallHappening = { type: "turn_opened", turn: 1 };
  const [call] = (await calls([["c1", started], ["c1", ended], ["c1", late], ["c2", late]])).over;
  const { state, endedAt, turns, events } = call!;
  assert.deepEqual([state, endedAt, turns], ["ended", 1, 1]);
  assert.deepEqual(events.map(({ type }) => type), ["call_started", "call_ended", "turn_opened"]);
});

Deno.test("a call that has ended once is remembered once, whatever comes of it", async () => {
  const { over, size } = await calls([["c1", started], ["c1", ended], ["c1", ended]]);
  assert.deepEqual([over.length, size], [1, 0]);
});

Deno.test("calls of two organizations under one id are two calls", async () => {
  const events = [["c1", started, "o1"], ["c1", started, "o2"], ["c1", ended, "o1"], ["c1", ended, "o2"]] as const;
  const { over } = await calls(events);
  assert.deepEqual(over.map(({ orgId, startedAt }) => [orgId, startedAt]), [["o1", 0], ["o2", 1]]);
});

Deno.test("what happens many times in a call does not crowd out when it began and ended", async () => {
  const noise = Array.from({ length: 5000 }, () => ["c1", { type: "speech_started", turn: 1 }] as const);
  const { milestones } = await calls([["c1", started], ...noise, ["c1", ended]]);
  assert.deepEqual(milestones.map(({ type }) => type), ["call_started", "call_ended"]);
});

Deno.test("only the last events of a call are kept", async () => {
  const noise = Array.from({ length: 500 }, (_, turn) => ["c1", { type: "turn_opened", turn }] as const);
  const { live } = await calls([["c1", started], ...noise]);
  const [{ events }] = [...live] as [LiveCall];
  const last = events.at(-1)!;
  assert.deepEqual([events.length, "turn" in last && last.turn], [EVENTS_KEPT.alone, 499]);
});

Deno.test("only the last 1,000 calls and milestones are kept", async () => {
  const { over, milestones } = await calls(
    Array.from({ length: 1500 }, (_, at) => [[`c${at}`, started], [`c${at}`, ended]] as const).flat(),
  );
  assert.deepEqual([over.length, milestones.length], [1000, 1000]);
  assert.deepEqual([over.at(-1)!.callId, milestones.at(-1)!.callId], ["c1499", "c1499"]);
});
