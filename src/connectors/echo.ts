import * as z from "zod";
import { readPrompt } from "../audio/convert.ts";
import { TELEPHONY } from "../audio/format.ts";
import { PROMPTS } from "../audio/prompts.ts";
import { dtmf } from "../audio/tones.ts";
import { defineConnector } from "../call/connector.ts";
import { expectationConfig, readExpectation } from "../call/expectation.ts";
import type { AgentOutput } from "../call/output.ts";
import { someText } from "../lib/scalars.ts";

const config = z.strictObject({
  agent_id: someText().default("Echo"),
  input: expectationConfig.optional(),
});

/** Says back what it hears, voice as voice and keys as tones; 0 asks for a human. For trying the line without a vendor. */
export const echo = defineConnector({
  kind: "echo",
  config,
  create: ({ agent_id, input }) => {
    const greeting = readPrompt(PROMPTS.welcome);
    const listening: AgentOutput = { type: "listening", expects: readExpectation(input) };
    return Promise.resolve({
      hears: { as: "utterances", format: TELEPHONY },
      speaks: "prompts",
      agents: () => Promise.resolve([{ id: `Echo: ${agent_id}`, name: agent_id }]),
      async *converse(_call, caller) {
        for await (const heard of caller) {
          switch (heard.type) {
            case "started":
              yield { type: "say", audio: greeting, bargeIn: true };
              yield listening;
              break;
            case "utterance":
              yield { type: "say", audio: heard.audio, bargeIn: true };
              yield listening;
              break;
            case "keys":
              if (heard.digits === "0") return yield { type: "transfer", reason: "caller_asked" };
              if (heard.digits !== "") yield { type: "say", audio: dtmf(heard.digits), bargeIn: true };
              yield listening;
              break;
            case "silence":
              yield { type: "say", audio: greeting, bargeIn: true };
              yield listening;
              break;
            case "custom":
              yield { type: "custom", name: heard.name, data: heard.data };
              yield listening;
              break;
          }
        }
      },
    });
  },
});
