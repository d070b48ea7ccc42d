import type { CallEvent, CallOutcome } from "../call/event.ts";
import type { RememberedCall, TurnRecord } from "./store.ts";

/** An event as it is kept with its call: what tells the call apart is told once. */
export type KeptEvent = CallEvent extends infer E ? E extends CallEvent ? Omit<E, "callId" | "orgId"> : never : never;

type Writable<T> = { -readonly [Member in keyof T]: T[Member] };
type TurnSoFar = Writable<TurnRecord> & { codes: string[] };

/** Waits of one call that are looked at; a call of more turns is judged by its first. */
const MOST_WAITS = 10_000;

/** The ends that bring the call to a human agent. */
const HANDED_OVER: ReadonlySet<CallOutcome> = new Set(["transferred", "agent_failed", "transferred_by_operator"]);

/** What a call's events add up to in the row that stands for it in lists. */
export class Course {
  turns = 0;
  longestWaitMs: number | undefined;
  recorded = false;
  /** The code of what failed last. */
  code: string | undefined;
  /** Whether the caller was ever answered. */
  answered = false;
  readonly #waits: number[] = [];

  /** Takes the next event into account. */
  add(event: KeptEvent): void {
    switch (event.type) {
      case "turn_opened":
        this.turns++;
        break;
      case "agent_turn": {
        const waited = Math.round(event.waitedMs);
        this.answered = true;
        this.longestWaitMs = Math.max(this.longestWaitMs ?? 0, waited);
        if (this.#waits.length < MOST_WAITS) this.#waits.push(waited);
        break;
      }
      case "prompt_sent":
        this.answered = true;
        break;
      case "agent_faltered":
      case "call_failed":
        this.code = event.code;
        break;
      case "recording_started":
        this.recorded = true;
        break;
    }
  }

  /** How many waits there were, as far as they are looked at. */
  get waits(): number {
    return this.#waits.length;
  }

  get medianWaitMs(): number | undefined {
    const sorted = this.#waits.toSorted((a, b) => a - b);
    return sorted[Math.ceil(sorted.length / 2) - 1];
  }
}

/** What a call's events say of its turns and of the call as a whole. */
export function tellCourse(
  events: readonly KeptEvent[],
): Pick<RememberedCall, "turns" | "handedAlong" | "handOff" | "recordings"> {
  const turns = new Map<number, TurnSoFar>();
  const recordings: string[] = [];
  let handedAlong: RememberedCall["handedAlong"];
  let handOff: RememberedCall["handOff"];
  /** The turn that the agent answers, or else the newest. */
  let current: TurnSoFar | undefined;
  const turnOf = (number: number, at: number): TurnSoFar => {
    const known = turns.get(number) ?? newTurn(number, at);
    turns.set(number, known);
    return known;
  };
  for (const event of events) {
    if ("turn" in event) step(turnOf(event.turn, event.at), event);
    switch (event.type) {
      case "call_started":
        handedAlong = event.handedAlong;
        break;
      case "turn_opened":
      case "caller_turn":
        current = turnOf(event.turn, event.at);
        break;
      case "agent_faltered":
      case "call_failed":
        current?.codes.push(event.code);
        break;
      case "recording_started":
        recordings.push(event.file);
        break;
      case "call_ended": {
        const { outcome, reason, data, transcript, summary } = event;
        if (!HANDED_OVER.has(outcome)) break;
        handOff = {
          reason,
          ...(data && { data }),
          ...(transcript !== undefined && { transcript }),
          ...(summary !== undefined && { summary }),
        };
        break;
      }
    }
  }
  return { turns: [...turns.values()].sort((a, b) => a.turn - b.turn), handedAlong, handOff, recordings };
}

function step(turn: TurnSoFar, event: Extract<KeptEvent, { turn: number }>): void {
  switch (event.type) {
    case "turn_opened":
      turn.openedAt = event.at;
      break;
    case "audio_started":
      turn.audioStartedAt ??= event.at;
      break;
    case "speech_started":
      turn.speechStartedAt ??= event.at;
      break;
    case "speech_ended":
      turn.speechEndedAt = event.at;
      break;
    case "caller_turn":
      turn.by = event.by;
      turn.askedAt = event.at;
      break;
    case "answer_cut_short":
      turn.cutShort = true;
      break;
    case "agent_turn":
      turn.agentAt ??= event.at;
      break;
    case "prompt_sent":
      turn.promptAt ??= event.at;
      break;
    case "answer_sent":
      turn.answeredAt = event.at;
      break;
    case "agent_remarked":
      turn.transcript = event.transcript;
      turn.summary = event.summary;
      break;
    case "turn_closed":
      turn.closedAt = event.at;
      turn.cancelled = event.cancelled;
      turn.frames = event.frames;
      turn.audio = event.audio;
      break;
  }
}

function newTurn(turn: number, at: number): TurnSoFar {
  return {
    turn,
    by: undefined,
    openedAt: at,
    audioStartedAt: undefined,
    speechStartedAt: undefined,
    speechEndedAt: undefined,
    askedAt: undefined,
    agentAt: undefined,
    promptAt: undefined,
    answeredAt: undefined,
    closedAt: undefined,
    cutShort: false,
    cancelled: false,
    frames: 0,
    audio: undefined,
    transcript: undefined,
    summary: undefined,
    codes: [],
  };
}
