import { MASK, type Redactor } from "../lib/redaction.ts";
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

  /** `byDefault`: whether input is sensitive when an agent does not say. */
  constructor(readonly redactor: Redactor, readonly byDefault: boolean) {
    this.#sensitive = byDefault;
  }

  /** Whether what the caller does now is sensitive. */
  get sensitive(): boolean {
    return this.#sensitive;
  }

  /** The caller has pressed keys. */
  pressed(digits: string): void {
    if (!this.#sensitive || digits.length < SHORTEST_ENTRY) return;
    this.#entries.push(digits);
    if (this.#entries.length > MOST_ENTRIES) this.#entries.shift();
  }

  /** It is the caller's turn, and the agent expects this. */
  listens({ sensitive = this.byDefault }: Partial<InputExpectation>): void {
    this.#sensitive = sensitive;
  }

  /** The output as others may have it. What the caller is to hear stays as it is. */
  mask(output: AgentAct): AgentAct {
    switch (output.type) {
      case "say":
      case "no_match":
        return output;
      case "custom":
        return { ...output, data: this.redactor.data(output.data, this.#entries) };
      case "listening":
        return { ...output, ...this.#remarks(output) };
      case "transfer":
      case "hang_up": {
        const { reason, data } = output;
        return {
          ...output,
          ...this.#remarks(output),
          ...(reason === undefined ? {} : { reason: this.redactor.text(reason, this.#entries) }),
          ...(data === undefined ? {} : { data: this.redactor.data(data, this.#entries) }),
        };
      }
    }
  }

  #remarks({ transcript, summary }: Remarks): Remarks {
    const masked = (text: string) => this.redactor.text(text, this.#entries);
    return {
      ...(transcript === undefined ? {} : { transcript: this.#sensitive ? MASK : masked(transcript) }),
      ...(summary === undefined ? {} : { summary: masked(summary) }),
    };
  }
}
