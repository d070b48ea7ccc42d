import type { ConnectorFact } from "./facts.ts";
import type { Tone } from "./outcome.ts";

/** Failures among calls from which on a connector is not well, though it says which agents it has. */
const MANY = 0.1;

/** How a connector is, in a word: whether it lists its agents, and whether its calls of the last hour went well. */
export function healthOf(
  { healthy, calls, failures }: Pick<ConnectorFact, "healthy" | "calls" | "failures">,
): { readonly words: string; readonly tone: Tone } {
  if (!healthy) return { words: "failing", tone: "bad" };
  if (failures > MANY * calls) return { words: "calls fail", tone: failures >= calls / 2 ? "bad" : "warn" };
  return { words: "healthy", tone: "good" };
}

/** How its calls of the last hour went: "3 calls, 1 failed". */
export function lastHourOf({ calls, failures }: Pick<ConnectorFact, "calls" | "failures">): string {
  return `${calls} ${calls === 1 ? "call" : "calls"}, ${failures} failed`;
}
