import type { Clock } from "../../lib/clock.ts";
import { type LexAnswer, type LexFields, readAnswer } from "./answer.ts";
import { Voice } from "./voice.ts";

/** How long after a decision its words may begin to come, in ms. */
const WORDLESS_MS = 1500;

/**
 * One answer as it comes on a stream: first what Lex made of the turn, then the words, then the voice, each of which may
 * be missing.
 */
export class ComingAnswer {
  #fields: LexFields = {};
  #voice: Voice | undefined;
  #callOffWordless = () => {};

  /** `wordless`: called when Lex has decided, and says nothing about it. */
  constructor(readonly clock: Clock, readonly wordless: () => void) {}

  /** Its voice, once that has begun. */
  get voice(): Voice | undefined {
    return this.#voice;
  }

  /** What it is so far. */
  get answer(): LexAnswer {
    return readAnswer(this.#fields);
  }

  add(fields: LexFields): void {
    this.#fields = { ...this.#fields, ...fields };
  }

  /** Its words, or its voice, should begin to come from now on. */
  awaitWords(): void {
    this.stopWaiting();
    this.#callOffWordless = this.clock.setTimer(WORDLESS_MS, this.wordless);
  }

  stopWaiting(): void {
    this.#callOffWordless();
  }

  /** Its voice begins. `bargeIn`: whether the caller may cut it short. */
  beginVoice(bargeIn: boolean): Voice {
    return this.#voice = new Voice(bargeIn);
  }

  /** What comes now belongs to the next one. */
  forget(): void {
    this.#voice = undefined;
    this.#fields = {};
  }
}
