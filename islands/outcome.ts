import type { CallRow } from "./facts.ts";

export type Tone = "good" | "warn" | "bad" | "live" | "";

/** How a call ended, in words, and whether that is well. */
const OUTCOMES: Readonly<Record<string, { readonly words: string; readonly tone: Tone }>> = {
  transferred: { words: "handed to a human", tone: "good" },
  ended_by_agent: { words: "ended by the agent", tone: "good" },
  agent_failed: { words: "agent failed", tone: "bad" },
  caller_hung_up: { words: "caller hung up", tone: "" },
  timed_out: { words: "timed out", tone: "warn" },
  gateway_stopped: { words: "cut short: gateway stopped", tone: "warn" },
  ended_by_operator: { words: "ended from the dashboard", tone: "" },
  transferred_by_operator: { words: "transferred from the dashboard", tone: "" },
};

/** Every way in which a call can end. */
export const OUTCOME_NAMES: readonly string[] = Object.keys(OUTCOMES);

/** An outcome in words; one that is not known as it is written. */
export function outcomeWords(outcome: string): string {
  return Object.hasOwn(OUTCOMES, outcome) ? OUTCOMES[outcome]!.words : outcome.replaceAll("_", " ");
}

/** How a call stands, in words. */
export function standing({ state, outcome }: Pick<CallRow, "state" | "outcome">): { words: string; tone: Tone } {
  if (state === "live") return { words: "live", tone: "live" };
  if (state === "interrupted") return { words: "interrupted", tone: "warn" };
  if (outcome === null) return { words: "ended", tone: "" };
  return { words: outcomeWords(outcome), tone: Object.hasOwn(OUTCOMES, outcome) ? OUTCOMES[outcome]!.tone : "" };
}
