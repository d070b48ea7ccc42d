import * as z from "zod";
import { flag, oneOf, someText } from "../../lib/scalars.ts";
import type { LexAnswer } from "./answer.ts";

/** What a bot's answer means to the call. */
export type Outcome = "continue" | "transfer" | "end";

const names = () => z.union([someText().transform((name) => [name]), z.array(someText()).min(1)]).optional();

/** One line of the table, as an operator writes it: all that it names must hold. */
export const outcomeConfig = z.strictObject({
  state: names(),
  intent: names(),
  dialog_action: names(),
  first_turn: flag().optional(),
  outcome: oneOf(["continue", "transfer", "end"]),
  reason: z.string("expected text").regex(/^[a-z][a-z0-9_]{0,63}$/, "expected lower case words joined by _").optional(),
});

export type OutcomeLine = z.output<typeof outcomeConfig>;

/** The sample's table. Its first line says what the sample did without one: nobody is hung up on by the greeting. */
export const SAMPLE_OUTCOMES: readonly OutcomeLine[] = [
  { first_turn: true, state: ["Fulfilled", "ReadyForFulfillment"], outcome: "continue" },
  { state: ["Fulfilled"], intent: ["AIAgent", "FallbackIntent"], outcome: "continue" },
  { state: ["Fulfilled"], outcome: "end" },
  { state: ["ReadyForFulfillment"], intent: ["agent"], outcome: "transfer" },
  { state: ["ReadyForFulfillment"], intent: ["FallbackIntent"], outcome: "continue" },
  { state: ["ReadyForFulfillment"], outcome: "end" },
  { state: ["Failed"], outcome: "transfer" },
];

/** The sample's words for why a call ends, by the intent's state. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["fulfilled", "fulfilled"],
  ["readyforfulfillment", "ready_for_fulfillment"],
  ["failed", "failed"],
]);

/** Finds what an answer means: the first line of the table that holds; `continue` without one. Names are compared in any case. */
export function outcomeOf(
  answer: LexAnswer,
  table: readonly OutcomeLine[],
  firstTurn: boolean,
): { readonly outcome: Outcome; readonly reason: string } {
  const { intent, dialogAction } = answer;
  const line = table.find((line) =>
    matches(line.state, intent?.state) && matches(line.intent, intent?.name) &&
    matches(line.dialog_action, dialogAction) && (line.first_turn === undefined || line.first_turn === firstTurn)
  );
  return { outcome: line?.outcome ?? "continue", reason: line?.reason ?? usualReason(answer) };
}

function matches(wanted: readonly string[] | undefined, value = ""): boolean {
  return wanted === undefined || wanted.some((each) => each.toLowerCase() === value.toLowerCase());
}

function usualReason({ intent, intentFrom, dialogAction }: LexAnswer): string {
  const state = REASONS.get(intent?.state.toLowerCase() ?? "");
  if (state === undefined) return dialogAction === "Close" ? "dialog_closed" : "bot_decided";
  return `${intentFrom === "interpretation" ? "intent" : "session_state"}_${state}`;
}
