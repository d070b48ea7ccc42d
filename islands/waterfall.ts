import type { TurnFact } from "./facts.ts";

/** Whose time a wait is. */
export type Owner = "caller" | "gateway" | "connector";

/** Something that happened in a turn. `at`: ms since the call started. */
export interface Step {
  readonly name: StepName;
  readonly label: string;
  readonly at: number;
}

/** The time between one step and the next; `open` while the next has not come. */
export interface Wait {
  readonly owner: Owner;
  readonly what: string;
  readonly from: number;
  readonly to: number;
  readonly open: boolean;
  /** Whether the caller was speaking, as far as the gateway could tell. */
  readonly speech: boolean;
}

type StepName = (typeof STEPS)[number][0];

/** The steps of a turn, in the order in which they come. */
const STEPS = [
  ["opened_ms", "RPC opened"],
  ["first_frame_ms", "first audio frame"],
  ["speech_started_ms", "caller begins to speak"],
  ["speech_ended_ms", "END_OF_INPUT sent"],
  ["asked_ms", "agent asked"],
  ["agent_ms", "agent's first answer"],
  ["prompt_ms", "first prompt sent"],
  ["final_ms", "FINAL sent"],
  ["closed_ms", "RPC closed"],
] as const satisfies readonly (readonly [keyof TurnFact, string])[];

/** What happened in a turn, in the order of time. */
export function stepsOf(turn: TurnFact): readonly Step[] {
  return STEPS
    .flatMap(([name, label]) => turn[name] === null ? [] : [{ name, label, at: turn[name] }])
    .sort((a, b) => a.at - b.at);
}

/** Whose each part of a turn was. `now`: ms since the call started, for a turn that still goes on. */
export function waitsOf(turn: TurnFact, now?: number): readonly Wait[] {
  const steps = stepsOf(turn);
  const waits = steps.slice(1).map((step, at): Wait => {
    return {
      ...reasonFor(step.name, turn),
      from: steps[at]!.at,
      to: step.at,
      open: false,
      speech: step.name === "speech_ended_ms",
    };
  });
  const last = steps.at(-1)!;
  if (turn.closed_ms === null && now !== undefined && now > last.at) {
    waits.push({ ...openReason(turn), from: last.at, to: now, open: true, speech: false });
  }
  return waits;
}

/**
 * When the caller had done what the turn answers, in ms since the call started: where the wait for the answer begins. While
 * it is still the caller's turn, that is `now`.
 */
export function originOf(turn: TurnFact, now?: number): number {
  if (turn.by === "start") return turn.opened_ms;
  return turn.speech_ended_ms ?? turn.asked_ms ?? turn.closed_ms ?? Math.max(now ?? 0, stepsOf(turn).at(-1)!.at);
}

/** How long the caller waited for the first of the answer, in ms; undefined where none came. */
export function waitedFor(turn: TurnFact): number | undefined {
  const first = turn.prompt_ms ?? turn.agent_ms;
  return first === null ? undefined : Math.max(0, first - originOf(turn));
}

interface Reason {
  readonly owner: Owner;
  readonly what: string;
}

/** Why a step took as long as it did to come. */
function reasonFor(step: StepName, turn: TurnFact): Reason {
  switch (step) {
    case "opened_ms":
    case "first_frame_ms":
      return { owner: "caller", what: "waits for the caller's audio" };
    case "speech_started_ms":
      return { owner: "caller", what: "caller is silent" };
    case "speech_ended_ms":
      return { owner: "caller", what: "caller speaks, until silence shows the end" };
    case "asked_ms":
      return reasonForAsking(turn);
    case "agent_ms":
      return { owner: "connector", what: "agent makes up its answer" };
    case "prompt_ms":
      return { owner: "gateway", what: "first prompt is made ready" };
    case "final_ms":
      return { owner: "connector", what: "rest of the answer" };
    case "closed_ms":
      if (turn.final_ms === null && turn.cancelled) return { owner: "caller", what: "Webex cancels the RPC" };
      return turn.asked_ms === null
        ? { owner: "caller", what: "caller says nothing here, and goes on in another RPC or not at all" }
        : { owner: "gateway", what: "RPC is closed" };
  }
}

function reasonForAsking({ by, speech_ended_ms }: TurnFact): Reason {
  if (by === "keys") return { owner: "caller", what: "caller presses keys" };
  if (by === "silence") return { owner: "caller", what: "caller stays silent" };
  if (by === "voice" && speech_ended_ms === null) return { owner: "caller", what: "caller speaks" };
  return { owner: "gateway", what: "input is handed to the agent" };
}

/** What a turn that goes on waits for. */
function openReason({ asked_ms, agent_ms, final_ms, speech_ended_ms }: TurnFact): Reason {
  if (final_ms !== null) return { owner: "gateway", what: "RPC is being closed" };
  if (agent_ms !== null) return { owner: "connector", what: "rest of the answer is awaited" };
  if (asked_ms !== null) return { owner: "connector", what: "agent's answer is awaited" };
  return speech_ended_ms === null
    ? { owner: "caller", what: "caller's turn" }
    : { owner: "gateway", what: "input is being handed to the agent" };
}

/** How turns are drawn beside each other: what came before each origin on a scale of its own, left of what came after. */
export interface Scale {
  /** The longest time before and after the origin, in ms, rounded up to a tick. */
  readonly before: number;
  readonly after: number;
  /** Where the origin stands, in % of the width. */
  readonly origin: number;
}

/** Part of the width that stands before the origin, in %. */
const BEFORE = 32;
/** The least time after the origin that fills the width, in ms: shorter waits shall look short. */
const LEAST_AFTER_MS = 100;

/** The scale on which all of these turns have room. */
export function scaleOf(turns: readonly TurnFact[], now?: number): Scale {
  let before = 0;
  let after = 0;
  for (const turn of turns) {
    const origin = originOf(turn, now);
    before = Math.max(before, origin - turn.opened_ms);
    after = Math.max(after, (waitsOf(turn, now).at(-1)?.to ?? origin) - origin);
  }
  return { before: rounded(before), after: rounded(Math.max(after, LEAST_AFTER_MS)), origin: before > 0 ? BEFORE : 0 };
}

/** Where a time stands that is `ms` after the origin, in % of the width. */
export function placeOf(ms: number, { before, after, origin }: Scale): number {
  return ms < 0 ? origin * (1 + ms / before) : origin + (100 - origin) * Math.min(1, ms / after);
}

/** Times that are worth a mark on the axis, in ms from the origin. */
export function ticksOf({ before, after, origin }: Scale): readonly number[] {
  const right = [0, 0.25, 0.5, 0.75, 1].map((part) => part * after);
  return origin === 0 ? right : [-before, -before / 2, ...right];
}

/** The next number of the kind 1, 2, 4 or 8 times a power of ten: its quarters are good to read. */
function rounded(ms: number): number {
  if (ms === 0) return 0;
  const power = 10 ** Math.floor(Math.log10(ms));
  return [1, 2, 4, 8, 10].map((factor) => factor * power).find((each) => each >= ms)!;
}
