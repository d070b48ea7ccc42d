import { Counter, Histogram, type OpenMetricsContentType, type Registry } from "prom-client";
import type { CallerTurn, CallEvent } from "../call/event.ts";
import type { Bus } from "../lib/bus.ts";
import { callKey } from "../lib/call_key.ts";
import { setNewest } from "../lib/newest.ts";
import { Fold } from "./fold.ts";

/** How many calls may be going on before the start of the oldest is forgotten. */
const MOST_CALLS = 100_000;
/** Upper bounds of the time that callers wait, in seconds. */
const WAITS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30];

/** What a caller waits for, by what the caller did. */
const STAGE: { readonly [T in CallerTurn]: string } = {
  start: "first_answer",
  voice: "speech_to_answer",
  keys: "keys_to_answer",
  silence: "silence_to_answer",
  custom: "custom_to_answer",
};

/** What must be known of a call that goes on. */
interface OpenCall {
  readonly connector: string;
  /** What the caller did last that has no answer yet. */
  asked: { readonly turn: number; readonly by: CallerTurn } | undefined;
}

/** Counts what happens in the calls: a reader of the bus. */
export class CallMeters implements Disposable {
  readonly #calls = new Map<string, OpenCall>();
  readonly #connectors = new Fold();
  readonly #codes = new Fold();
  readonly #leave: () => void;
  readonly #started;
  readonly #ended;
  readonly #failures;
  readonly #falters;
  readonly #turns;
  readonly #cutShort;
  readonly #cancelled;
  readonly #frames;
  readonly #latency;

  constructor(bus: Bus<CallEvent>, registry: Registry<OpenMetricsContentType>) {
    const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
      new Counter({ name, help, labelNames, registers: [registry] });
    this.#started = counter("byova_calls_started", "Calls that began.", "connector");
    this.#ended = counter("byova_calls_ended", "Calls that are over, by how they ended.", "connector", "outcome");
    this.#failures = counter("byova_call_failures", "Calls whose agent failed, by what failed.", "connector", "code");
    this.#falters = counter(
      "byova_agent_falters",
      "Failures that a call survived, by what failed.",
      "connector",
      "code",
    );
    this.#turns = counter("byova_turns", "Turns of callers, by what they were made of.", "connector", "kind");
    this.#cutShort = counter("byova_answers_cut_short", "Answers that a caller interrupted.", "connector");
    this.#cancelled = counter("byova_turns_cancelled", "Turns whose stream was lost before its end.", "connector");
    this.#frames = counter("byova_frames_heard", "Packets of audio from callers, counted as turns end.", "connector");
    this.#latency = new Histogram({
      name: "byova_latency_seconds",
      help: "From the end of what a caller did to the first output of the answer.",
      labelNames: ["connector", "stage"],
      buckets: WAITS,
      registers: [registry],
    });
    this.#leave = bus.subscribe((event) => this.#count(event));
  }

  [Symbol.dispose](): void {
    this.#leave();
  }

  #count(event: CallEvent): void {
    const key = callKey(event);
    if (event.type === "call_started") {
      const connector = this.#connectors.fold(event.connector);
      // An end that was lost must not keep its call for ever.
      setNewest(this.#calls, key, { connector, asked: undefined }, MOST_CALLS);
    }
    const call = this.#calls.get(key);
    const connector = call?.connector ?? "other";
    switch (event.type) {
      case "call_started":
        return this.#started.inc({ connector });
      case "caller_turn":
        if (call) call.asked ??= event;
        return this.#turns.inc({ connector, kind: event.by });
      case "agent_turn":
        if (call?.asked?.turn === event.turn) {
          this.#latency.observe({ connector, stage: STAGE[call.asked.by] }, event.waitedMs / 1000);
          call.asked = undefined;
        }
        return;
      case "answer_cut_short":
        return this.#cutShort.inc({ connector });
      case "turn_closed":
        if (call?.asked?.turn === event.turn) call.asked = undefined;
        this.#frames.inc({ connector }, event.frames);
        return event.cancelled ? this.#cancelled.inc({ connector }) : undefined;
      case "call_failed":
        return this.#failures.inc({ connector, code: this.#codes.fold(event.code) });
      case "agent_faltered":
        return this.#falters.inc({ connector, code: this.#codes.fold(event.code) });
      case "call_ended":
        this.#calls.delete(key);
        return this.#ended.inc({ connector, outcome: event.outcome });
    }
  }
}
