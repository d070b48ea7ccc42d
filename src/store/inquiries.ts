import type { Clock } from "../lib/clock.ts";
import type { AnswerTo, FromWorker, QueryOf, Question, ToWorker } from "./messages.ts";
import { StoreError } from "./store.ts";

/** How long an answer may take, in ms. */
const LONGEST_ANSWER_MS = 10_000;
/** Questions that may be open at one time. */
const MOST_OPEN = 1000;

interface Inquiry {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: StoreError) => void;
  readonly callOff: () => void;
}

/** The questions that the worker has not answered yet. Each is answered, refused or given up within a bounded time. */
export class Inquiries {
  readonly #open = new Map<number, Inquiry>();
  #last = 0;

  /** `post` returns whether there is somebody to ask. */
  constructor(readonly clock: Clock, readonly post: (message: ToWorker) => boolean) {}

  ask<Q extends Question>(question: Q, query: QueryOf<Q>): Promise<AnswerTo<Q>> {
    const id = ++this.#last;
    if (this.#open.size >= MOST_OPEN) {
      return Promise.reject(new StoreError("Cannot ask the store: it is asked too much"));
    }
    if (!this.post({ type: "ask", id, question, query })) {
      return Promise.reject(new StoreError("Cannot ask the store: its worker is being started again"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const callOff = this.clock.setTimer(LONGEST_ANSWER_MS, () => {
      this.#settle(id)?.reject(
        new StoreError(`Cannot ask the store: no answer came within ${LONGEST_ANSWER_MS / 1000} seconds`),
      );
    });
    this.#open.set(id, { resolve, reject, callOff });
    return promise as Promise<AnswerTo<Q>>;
  }

  settle(message: Extract<FromWorker, { type: "answer" | "refused" }>): void {
    const inquiry = this.#settle(message.id);
    if (message.type === "answer") inquiry?.resolve(message.answer);
    else inquiry?.reject(new StoreError(`Cannot ask the store: ${message.why}`));
  }

  /** Nobody will answer. */
  giveUp(why: string): void {
    for (const id of [...this.#open.keys()]) this.#settle(id)?.reject(new StoreError(`Cannot ask the store: ${why}`));
  }

  #settle(id: number): Inquiry | undefined {
    const inquiry = this.#open.get(id);
    this.#open.delete(id);
    inquiry?.callOff();
    return inquiry;
  }
}
