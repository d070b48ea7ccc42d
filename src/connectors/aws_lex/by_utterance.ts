import type { CallerInput } from "../../call/input.ts";
import { type AgentOutput, ENDS_CALL } from "../../call/output.ts";
import type { Question } from "./ask.ts";
import { answerCustom, answerSilence, askAndSay, entryOf, type Talk } from "./talk.ts";

/** Holds a call turn by turn: what the caller says goes to Lex when it has been said, by RecognizeUtterance. */
export async function* talkByUtterance(
  talk: Talk,
  caller: AsyncIterable<CallerInput>,
): AsyncGenerator<AgentOutput, void, void> {
  for await (const input of caller) {
    for await (const output of answer(talk, input)) {
      yield output;
      if (ENDS_CALL[output.type]) return;
    }
  }
}

async function* answer(talk: Talk, input: CallerInput): AsyncGenerator<AgentOutput, void, void> {
  const { dialogue, config } = talk;
  const ask = (question: Question) => askAndSay(talk, question);
  switch (input.type) {
    case "started":
      return yield* ask({ text: config.initial_trigger_text, from: "gateway" });
    case "utterance":
      dialogue.silences = 0;
      talk.audioLog?.heard(input.audio);
      return yield* ask({ audio: input.audio });
    case "keys": {
      const text = entryOf(input, dialogue.rules.deletionKey);
      if (text === "") return yield* answerSilence(talk, ask);
      dialogue.silences = 0;
      return yield* ask({ text, from: "caller" });
    }
    case "silence":
      return yield* answerSilence(talk, ask);
    case "custom":
      return yield* answerCustom(talk, input, ask);
  }
}
