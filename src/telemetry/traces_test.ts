import { strict as assert } from "node:assert";
import * as otel from "@opentelemetry/api";
import type { CallEvent, CallHappening } from "../call/event.ts";
import { Bus } from "../lib/bus.ts";
import { Traces } from "./traces.ts";

interface Kept {
  readonly name: string;
  readonly parent: unknown;
  readonly start: unknown;
  end?: unknown;
  error?: string;
}

/** What spans these happenings of one call make, 1 ms apart. */
async function traced(happenings: readonly CallHappening[]): Promise<readonly Kept[]> {
  const spans: Kept[] = [];
  const known = new Map<unknown, Kept>();
  const tracer = {
    startSpan(name: string, { startTime: start }: otel.SpanOptions, context: otel.Context) {
      const kept: Kept = { name, start, parent: known.get(otel.trace.getSpan(context)) };
      const span = {
        setAttribute: () => {},
        setAttributes: () => {},
        addEvent: () => {},
        setStatus: ({ message }: otel.SpanStatus) => kept.error = message!,
        end(at: unknown) {
          assert.equal(kept.end, undefined, "a span ends once");
          kept.end = at;
        },
      };
      spans.push(kept);
      known.set(span, kept);
      return span;
    },
  };
  const trace = { getTracer: () => tracer, setSpan: otel.trace.setSpan } as unknown as typeof otel.trace;
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode } = otel;
  const events = new Bus<CallEvent>();
  const traces = new Traces(events, { trace, ROOT_CONTEXT, SpanKind, SpanStatusCode }, "1");
  happenings.forEach((each, at) => events.publish({ ...each, callId: "c", orgId: "o", agentId: "a", at }));
  await new Promise((resolve) => setTimeout(resolve, 0));
  traces[Symbol.dispose]();
  return spans;
}

const started: CallHappening = { type: "call_started", connector: "lex", trackingId: "", language: "" };
const asked = (turn: number): readonly CallHappening[] => [{ type: "turn_opened", turn }, {
  type: "caller_turn",
  turn,
  by: "voice",
}];

Deno.test("spans begin and end when things happened, the answer in its turn and the turn in its call", async () => {
  const [call, turn, answer, ...others] = await traced([
    started,
    ...asked(1),
    { type: "agent_turn", turn: 1, waitedMs: 1 },
    { type: "turn_closed", turn: 1, cancelled: false, frames: 3 },
    { type: "call_ended", outcome: "transferred", reason: "" },
  ]);
  assert.deepEqual([call!.name, call!.start, call!.end, call!.parent], ["call", 0, 5, undefined]);
  assert.deepEqual([turn!.name, turn!.start, turn!.end, turn!.parent], ["turn", 1, 4, call]);
  assert.deepEqual([answer!.name, answer!.start, answer!.end, answer!.parent], ["answer", 2, 3, turn]);
  assert.equal(others.length, 0);
});

Deno.test("what fails is an error of the call and of the answer that was due, and all spans end with the call", async () => {
  const [call, turn, answer] = await traced([
    started,
    ...asked(1),
    { type: "call_failed", code: "agent_timeout" },
    { type: "call_ended", outcome: "agent_failed", reason: "agent_timeout" },
  ]);
  assert.deepEqual([call!.error, turn!.error, answer!.error], ["agent_timeout", undefined, "agent_timeout"]);
  assert.deepEqual([call!.end, turn!.end, answer!.end], [4, 4, 4]);
});

Deno.test("turns that are never closed are not gathered without end, and what belongs to no known call makes no span", async () => {
  const opened = Array.from({ length: 500 }, (_, turn): CallHappening => ({ type: "turn_opened", turn }));
  assert.equal((await traced([started, ...opened])).length, 101);
  assert.deepEqual(await traced(opened), []);
});
