import type { Clock } from "../../lib/clock.ts";

/** How long a caller waits, in ms. */
export interface Patience {
  /** Until the caller should hear that it takes a moment; 0 for never. */
  readonly fillerMs: number;
  /** Until an answer counts as lost. */
  readonly answerMs: number;
}

/** Watches the time while somebody waits for Lex. */
export class Waiting {
  #callOffs: (() => void)[] = [];
  #overdue = false;

  constructor(readonly clock: Clock, readonly patience: Patience, readonly tell: (what: "late" | "overdue") => void) {}

  /** Whether what is waited for still has not come, after all that time. */
  get overdue(): boolean {
    return this.#overdue;
  }

  /** The caller waits for an answer from now on. */
  begin(): void {
    const { fillerMs, answerMs } = this.patience;
    this.end();
    if (fillerMs > 0) this.#after(fillerMs, "late");
    this.#after(answerMs, "overdue");
  }

  /** The answer has begun, and waits for its next piece from now on. */
  goOn(): void {
    this.end();
    this.#after(this.patience.answerMs, "overdue");
  }

  /** Nobody waits. */
  end(): void {
    this.#overdue = false;
    for (const callOff of this.#callOffs.splice(0)) callOff();
  }

  #after(ms: number, what: "late" | "overdue"): void {
    const fire = () => {
      this.#overdue = what === "overdue";
      this.tell(what);
    };
    this.#callOffs.push(this.clock.setTimer(ms, fire));
  }
}
