import { strict as assert } from "node:assert";
import { readAnswer } from "./answer.ts";
import { readRules } from "./rules.ts";

function rules(sessionAttributes: Record<string, string>, asksFor = "Pin") {
  return readRules(readAnswer({
    sessionState: {
      intent: { name: "Pay", state: "InProgress" },
      dialogAction: { type: "ElicitSlot", slotToElicit: asksFor },
      sessionAttributes,
    },
  }));
}

Deno.test("Lex's rules for keys and silence become what Webex is told", () => {
  assert.deepEqual(
    rules({
      "x-amz-lex:dtmf:max-length:*:*": "4",
      "x-amz-lex:dtmf:end-timeout-ms:*:*": "2500",
      "x-amz-lex:dtmf:end-character:*:*": "*",
      "x-amz-lex:dtmf:deletion-character:*:*": "#",
      "x-amz-lex:audio:start-timeout-ms:*:*": "6000",
      "x-amz-lex:audio:end-timeout-ms:*:*": "700",
      "x-amz-lex:audio:max-length-ms:*:*": "12000",
      "x-amz-lex:allow-interrupt:*:*": "false",
      "x-amz-lex:allow-audio-input:*:*": "false",
    }),
    {
      expects: {
        voice: false,
        keyCount: 4,
        betweenKeysMs: 2500,
        terminator: "*",
        noInputMs: 6000,
        completeMs: 700,
        maxSpeechMs: 12_000,
      },
      allowInterrupt: false,
      deletionKey: "#",
    },
  );
});

Deno.test("a rule for the intent and slot wins over one for the intent, that over one for the slot, that over one for all", () => {
  const strongestFirst = Object.entries({
    "x-amz-lex:dtmf:max-length:Pay:Pin": "5",
    "x-amz-lex:dtmf:max-length:Pay:*": "4",
    "x-amz-lex:dtmf:max-length:*:Pin": "3",
    "x-amz-lex:dtmf:max-length:*:*": "2",
    "x-amz-lex:dtmf:max-length": "1",
  });
  for (const at of strongestFirst.keys()) {
    const said = Object.fromEntries([["x-amz-lex:dtmf:max-length:Pay:Other", "9"], ...strongestFirst.slice(at)]);
    assert.equal(rules(said).expects.keyCount, Number(strongestFirst[at]![1]));
  }
  assert.equal(rules({ "x-amz-lex:dtmf:max-length:*:Other": "7" }).expects.keyCount, undefined);
});

Deno.test("what makes no sense counts as not said, and more keys than Webex collects are as many as it does", () => {
  assert.deepEqual(
    rules({
      "x-amz-lex:dtmf:max-length:*:*": "-1",
      "x-amz-lex:dtmf:end-character:*:*": "##",
      "x-amz-lex:audio:start-timeout-ms:*:*": "soon",
      "x-amz-lex:allow-interrupt:*:*": "maybe",
    }),
    { expects: {}, allowInterrupt: undefined, deletionKey: "" },
  );
  assert.equal(rules({ "x-amz-lex:dtmf:max-length:*:*": "1024" }).expects.keyCount, 32);
});
