import { strict as assert } from "node:assert";
import { parseOpenMetrics } from "../../tests/exposition.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import type { CallEvent, CallHappening } from "../call/event.ts";
import { Bus } from "../lib/bus.ts";
import type { Clock } from "../lib/clock.ts";
import { Metrics } from "./metrics.ts";
import type { Reading } from "./reading.ts";

/** What is told after these happenings, all of one call. */
async function told(
  { readings = [], happenings = [], clock = new ManualClock() }: {
    readings?: readonly Reading[];
    happenings?: readonly CallHappening[];
    clock?: Clock;
  },
) {
  const events = new Bus<CallEvent>();
  using metrics = new Metrics({ clock, events, readings });
  for (const happening of happenings) events.publish({ ...happening, callId: "c", orgId: "o", agentId: "a", at: 0 });
  await new Promise((resolve) => setTimeout(resolve, 0));
  const families = parseOpenMetrics(await metrics.openMetrics());
  return (family: string) =>
    families.get(family)!.samples.filter(({ labels }) => !("le" in labels)).map(({ labels, value }) =>
      [...Object.values(labels), value].join(" ")
    );
}

const started: CallHappening = { type: "call_started", connector: "lex", trackingId: "", language: "" };

Deno.test("a reading is looked up at every scrape, with its labels; one that has no number is left out", async () => {
  const samples = await told({
    readings: [
      { name: "days_left", help: "Days.", type: "gauge", labels: ["certificate"], read: () => [[["wire"], -3]] },
      { name: "refusals", help: "Refusals.", type: "counter", read: () => 7 },
      { name: "token", help: "Token.", type: "gauge", read: () => undefined },
    ],
  });
  assert.deepEqual([samples("days_left"), samples("refusals"), samples("token")], [["wire -3"], ["7"], []]);
});

Deno.test("a reading that fails is left out and counted, and the others are told", async () => {
  const fails = () => {
    throw new Error("secret");
  };
  const samples = await told({
    readings: [
      { name: "broken", help: "B.", type: "gauge", read: fails },
      { name: "no_number", help: "N.", type: "gauge", labels: ["a"], read: () => [[["x"], 1], [["y"], NaN]] },
      { name: "sound", help: "S.", type: "gauge", read: () => 1 },
    ],
  });
  assert.deepEqual([samples("broken"), samples("no_number"), samples("sound")], [[], [], ["1"]]);
  assert.deepEqual(samples("byova_readings_failed"), ["broken 1", "no_number 1"]);
});

Deno.test("a label takes no more than 100 values, and none that looks strange: the rest are one", async () => {
  const numbers = Array.from({ length: 150 }, (_, at) => [[`v${at}`], 1] as const);
  const samples = await told({
    readings: [{ name: "n", help: "N.", type: "gauge", labels: ["a"], read: () => [[['"\n<b>'], 1], ...numbers] }],
  });
  assert.equal(samples("n").length, 101);
  assert.equal(samples("n")[0], "other 51");
});

Deno.test("failures are counted by code and connector", async () => {
  const samples = await told({
    happenings: [
      started,
      { type: "agent_faltered", code: "lex_stream_lost" },
      { type: "call_failed", code: "agent_timeout" },
      { type: "call_ended", outcome: "agent_failed", reason: "agent_timeout" },
    ],
  });
  assert.deepEqual(samples("byova_agent_falters"), ["lex lex_stream_lost 1"]);
  assert.deepEqual(samples("byova_call_failures"), ["lex agent_timeout 1"]);
  assert.deepEqual(samples("byova_calls_ended"), ["lex agent_failed 1"]);
});

Deno.test("a wait is counted once, by what the caller did; an answer that never came is none", async () => {
  const samples = await told({
    happenings: [
      started,
      { type: "caller_turn", turn: 1, by: "start" },
      { type: "agent_turn", turn: 1, waitedMs: 40 },
      { type: "caller_turn", turn: 2, by: "voice" },
      { type: "answer_cut_short", turn: 2 },
      { type: "turn_closed", turn: 2, cancelled: true, frames: 5 },
      { type: "caller_turn", turn: 3, by: "keys" },
      { type: "agent_turn", turn: 3, waitedMs: 2000 },
      { type: "turn_closed", turn: 3, cancelled: false, frames: 2 },
    ],
  });
  assert.deepEqual(samples("byova_latency_seconds"), [
    "lex first_answer 0.04",
    "lex first_answer 1",
    "lex keys_to_answer 2",
    "lex keys_to_answer 1",
  ]);
  assert.deepEqual(
    ["byova_answers_cut_short", "byova_turns_cancelled", "byova_frames_heard"].map((name) => samples(name)),
    [["lex 1"], ["lex 1"], ["lex 7"]],
  );
});

Deno.test("what happens in a call whose start was missed belongs to no connector", async () => {
  const samples = await told({ happenings: [{ type: "call_ended", outcome: "timed_out", reason: "" }] });
  assert.deepEqual(samples("byova_calls_ended"), ["other timed_out 1"]);
});

Deno.test("the event loop's lag is how late a timer fires", async () => {
  const clock = new ManualClock();
  const late: Clock = {
    now: () => clock.now(),
    date: () => clock.date(),
    nextTurn: () => clock.nextTurn(),
    setTimer: (ms, fire) => clock.setTimer(ms + 30, fire),
  };
  const events = new Bus<CallEvent>();
  using metrics = new Metrics({ clock: late, events, readings: [] });
  clock.advance(1060);
  const { samples } = parseOpenMetrics(await metrics.openMetrics()).get("byova_event_loop_lag_seconds")!;
  assert.deepEqual(samples.slice(-2).map(({ value }) => value), [0.06, 2]);
});

Deno.test("metrics that are disposed leave no timer", async () => {
  const clock = new ManualClock();
  await told({ clock });
  assert.equal(clock.timers, 0);
});
