import { MASK, type Redactor } from "../lib/redaction.ts";
import type { CallerInput, Data } from "./input.ts";
import type { HandOff } from "./keepsakes.ts";
import type { AgentAct, InputExpectation, Remarks } from "./output.ts";

/** Entries of keys that are remembered to be masked; the oldest are forgotten first. */
const MOST_ENTRIES = 32;
/** Shorter entries are no secret that can be told from ordinary text. */
const SHORTEST_ENTRY = 3;

/**
 * What one call must keep to itself. What a caller says and presses when the agent has called its input sensitive is in
 * no transcript of that turn, and the keys of it in no text of the call that goes out.
 */
export class Discretion {
  #sensitive: boolean;
  #entries: string[] = [];
  /** What the caller waits for an answer to, the oldest first: the keys of each, "" for what was none. */
  #unanswered: string[] = [];

  /** `byDefault`: whether input is sensitive when an agent does not say. */
  constructor(readonly redactor: Redactor, readonly byDefault: boolean) {
    this.#sensitive = byDefault;
  }

  /** Whether what the caller does now is sensitive. */
  get sensitive(): boolean {
    return this.#sensitive;
  }

  /** The caller has done something that is to be answered. */
  asked(input: CallerInput): void {
    const keys = input.type === "keys" ? input.digits : "";
    this.#unanswered.push(keys);
    if (this.#sensitive) this.#remember(keys);
  }

  /**
   * An answer is complete, and the agent expects this. Keys that were pressed before it was, are what it had asked for; so
   * may those be that it counts as an answer to: who cuts in on an answer is often a step ahead of its agent.
   */
  listens({ sensitive = this.byDefault }: Partial<InputExpectation>): void {
    this.#sensitive = sensitive;
    if (sensitive) this.#unanswered.forEach((keys) => this.#remember(keys));
    this.#unanswered.shift();
  }

  /** The output as others may have it. What the caller is to hear stays as it is. Throws TypeError for data that is no JSON. */
  mask(output: AgentAct): AgentAct {
    switch (output.type) {
      case "say":
      case "no_match":
        return output;
      case "custom":
        return { ...output, data: this.#data(output.data) };
      case "listening":
        return { ...output, ...this.#remarks(output) };
      case "transfer":
      case "hang_up": {
        const { reason, data } = output;
        return {
          ...output,
          ...this.#remarks(output),
          ...(reason === undefined ? {} : { reason: this.redactor.text(reason, this.#entries) }),
          ...(data === undefined ? {} : { data: this.#data(data) }),
        };
      }
    }
  }

  /** The transfer to a human, who is told what a failed agent knew: nothing, where that cannot be told. Never throws. */
  handOver(reason: string, known: HandOff): AgentAct {
    try {
      return this.mask({ type: "transfer", reason, ...known });
    } catch {
      return { type: "transfer", reason };
    }
  }

  #remember(keys: string): void {
    if (keys.length < SHORTEST_ENTRY || this.#entries.includes(keys)) return;
    this.#entries.push(keys);
    if (this.#entries.length > MOST_ENTRIES) this.#entries.shift();
  }

  #data(data: Data): Data {
    return this.redactor.data(JSON.parse(JSON.stringify(data)), this.#entries);
  }

  #remarks({ transcript, summary }: Remarks): Remarks {
    const masked = (text: string) => this.redactor.text(text, this.#entries);
    return {
      ...(transcript === undefined ? {} : { transcript: this.#sensitive ? MASK : masked(transcript) }),
      ...(summary === undefined ? {} : { summary: masked(summary) }),
    };
  }
}
