import type * as otel from "@opentelemetry/api";
import type { CallEvent } from "../call/event.ts";
import type { Bus } from "../lib/bus.ts";
import { callKey } from "../lib/call_key.ts";
import { setNewest } from "../lib/newest.ts";

/** How many calls may be going on before the span of the oldest is let go. */
const MOST_CALLS = 10_000;
/** Turns of one call that may be open. */
const MOST_TURNS = 100;
/** Characters of an attribute. */
const MOST_CHARACTERS = 256;

type Api = Pick<typeof otel, "trace" | "ROOT_CONTEXT" | "SpanKind" | "SpanStatusCode">;

/** A span that has begun, and what its children hang on. */
interface Open {
  readonly span: otel.Span;
  readonly context: otel.Context;
}

interface OpenTurn extends Open {
  /** The agent's work on an answer. */
  answer: otel.Span | undefined;
}

interface OpenCall extends Open {
  readonly connector: string;
  readonly turns: Map<number, OpenTurn>;
}

/**
 * Tells an OpenTelemetry collector of calls, a reader of the bus: a span for each call, in it one for each turn, and in that
 * one for the agent's work from what the caller did to the first of the answer. What callers say or press, and what flows
 * hand along, is in none.
 */
export class Traces implements Disposable {
  readonly #calls = new Map<string, OpenCall>();
  readonly #tracer: otel.Tracer;
  readonly #leave: () => void;

  /** `api`: the module `@opentelemetry/api`, which is loaded only where traces are wanted. */
  constructor(bus: Bus<CallEvent>, readonly api: Api, version: string) {
    this.#tracer = api.trace.getTracer("byova-gateway", version);
    this.#leave = bus.subscribe((event) => this.#take(event));
  }

  [Symbol.dispose](): void {
    this.#leave();
  }

  #take(event: CallEvent): void {
    const key = callKey(event);
    if (event.type === "call_started") return setNewest(this.#calls, key, this.#startCall(event), MOST_CALLS);
    const call = this.#calls.get(key);
    if (!call) return;
    const turn = "turn" in event ? call.turns.get(event.turn) : undefined;
    switch (event.type) {
      case "turn_opened":
        return this.#startTurn(call, event.turn, event.at);
      case "audio_started":
      case "speech_started":
      case "speech_ended":
      case "prompt_sent":
      case "answer_sent":
      case "answer_cut_short":
        turn?.span.addEvent(event.type, event.at);
        return;
      case "caller_turn":
        turn?.span.setAttribute("byova.input", event.by);
        if (turn) turn.answer ??= this.#startAnswer(call, turn, event.at);
        return;
      case "agent_turn":
        return endAnswer(turn, event.at);
      case "agent_faltered":
      case "call_failed":
        return this.#fail(call, event.code);
      case "turn_closed":
        turn?.span.setAttributes({ "byova.frames": event.frames, "byova.cancelled": event.cancelled });
        return endTurn(call, event.turn, event.at);
      case "call_ended":
        for (const number of call.turns.keys()) endTurn(call, number, event.at);
        call.span.setAttribute("byova.outcome", event.outcome);
        call.span.end(event.at);
        this.#calls.delete(key);
    }
  }

  #startCall(event: CallEvent & { readonly type: "call_started" }): OpenCall {
    const { connector, at: startTime, callId, orgId, agentId, trackingId } = event;
    const { ROOT_CONTEXT, SpanKind } = this.api;
    const attributes = {
      "byova.connector": connector,
      "byova.call_id": cut(callId),
      "byova.org_id": cut(orgId),
      "byova.agent_id": cut(agentId),
      "byova.tracking_id": cut(trackingId),
    };
    const span = this.#tracer.startSpan("call", { kind: SpanKind.SERVER, startTime, attributes }, ROOT_CONTEXT);
    return { span, context: this.#under(span, ROOT_CONTEXT), connector, turns: new Map() };
  }

  #startTurn(call: OpenCall, number: number, startTime: number): void {
    if (call.turns.size >= MOST_TURNS) return;
    const span = this.#tracer.startSpan("turn", { startTime, attributes: { "byova.turn": number } }, call.context);
    call.turns.set(number, { span, context: this.#under(span, call.context), answer: undefined });
  }

  #startAnswer({ connector }: OpenCall, { context }: OpenTurn, startTime: number): otel.Span {
    const kind = this.api.SpanKind.CLIENT;
    return this.#tracer.startSpan("answer", { kind, startTime, attributes: { "byova.connector": connector } }, context);
  }

  /** Marks the call and what its agent is at as failed. */
  #fail({ span, turns }: OpenCall, code: string): void {
    const status = { code: this.api.SpanStatusCode.ERROR, message: cut(code) };
    span.setStatus(status);
    for (const { answer } of turns.values()) answer?.setStatus(status);
  }

  #under(span: otel.Span, context: otel.Context): otel.Context {
    return this.api.trace.setSpan(context, span);
  }
}

function endAnswer(turn: OpenTurn | undefined, at: number): void {
  turn?.answer?.end(at);
  if (turn) turn.answer = undefined;
}

function endTurn({ turns }: OpenCall, number: number, at: number): void {
  const turn = turns.get(number);
  endAnswer(turn, at);
  turn?.span.end(at);
  turns.delete(number);
}

function cut(text: string): string {
  return text.slice(0, MOST_CHARACTERS);
}
