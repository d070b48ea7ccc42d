import { strict as assert } from "node:assert";
import { type LexFields, readAnswer } from "./answer.ts";
import { type OutcomeLine, outcomeOf, SAMPLE_OUTCOMES } from "./outcome.ts";

const intent = (name: string, state: string) => ({ name, state });
const interpreted = (name: string, state: string): LexFields => ({
  interpretations: [{ intent: intent(name, state) }],
});
const inSession = (name: string, state: string): LexFields => ({ sessionState: { intent: intent(name, state) } });

/** python-sample.md, 2.6: state, intent, outcome and reason. */
for (
  const [fields, outcome, reason] of [
    [interpreted("AIAgent", "Fulfilled"), "continue", "intent_fulfilled"],
    [interpreted("FallbackIntent", "Fulfilled"), "continue", "intent_fulfilled"],
    [interpreted("BookRoom", "Fulfilled"), "end", "intent_fulfilled"],
    [interpreted("agent", "ReadyForFulfillment"), "transfer", "intent_ready_for_fulfillment"],
    [interpreted("Agent", "ReadyForFulfillment"), "transfer", "intent_ready_for_fulfillment"],
    [interpreted("FallbackIntent", "ReadyForFulfillment"), "continue", "intent_ready_for_fulfillment"],
    [interpreted("BookRoom", "ReadyForFulfillment"), "end", "intent_ready_for_fulfillment"],
    [interpreted("BookRoom", "Failed"), "transfer", "intent_failed"],
    [interpreted("BookRoom", "InProgress"), "continue", "bot_decided"],
    [inSession("BookRoom", "Fulfilled"), "end", "session_state_fulfilled"],
    [inSession("BookRoom", "ReadyForFulfillment"), "end", "session_state_ready_for_fulfillment"],
    [{}, "continue", "bot_decided"],
  ] as const
) {
  Deno.test(`the sample's table: ${JSON.stringify(fields)} is ${outcome}, because ${reason}`, () => {
    assert.deepEqual(outcomeOf(readAnswer(fields), SAMPLE_OUTCOMES, false), { outcome, reason });
  });
}

Deno.test("the best interpretation counts before the session's intent", () => {
  const answer = readAnswer({ ...interpreted("AIAgent", "Fulfilled"), ...inSession("BookRoom", "Failed") });
  assert.equal(outcomeOf(answer, SAMPLE_OUTCOMES, false).outcome, "continue");
});

Deno.test("the greeting of the first turn hangs up on nobody, but a bot that fails at once hands over", () => {
  const first = (state: string) => outcomeOf(readAnswer(interpreted("Greet", state)), SAMPLE_OUTCOMES, true).outcome;
  assert.deepEqual(["Fulfilled", "ReadyForFulfillment", "Failed"].map(first), ["continue", "continue", "transfer"]);
});

Deno.test("a table of one's own is read from the top, and names its reasons", () => {
  const table: OutcomeLine[] = [
    { dialog_action: ["Close"], intent: ["Human", "Complaint"], outcome: "transfer", reason: "asked_for_a_human" },
    { dialog_action: ["Close"], outcome: "end" },
  ];
  const closing = (name: string) =>
    readAnswer({ sessionState: { dialogAction: { type: "Close" }, intent: intent(name, "InProgress") } });
  assert.deepEqual(outcomeOf(closing("complaint"), table, false), { outcome: "transfer", reason: "asked_for_a_human" });
  assert.deepEqual(outcomeOf(closing("Book"), table, false), { outcome: "end", reason: "dialog_closed" });
  assert.equal(outcomeOf(readAnswer(interpreted("Human", "Failed")), table, false).outcome, "continue");
});
