import type { Clock } from "../src/lib/clock.ts";

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now = 0;
  #timers = new Map<symbol, { at: number; fire: () => void }>();

  /** `epoch`: what `date()` says at the start, in ms since 1970. */
  constructor(readonly epoch: number = Date.UTC(2026, 0, 2, 3, 4, 5, 678)) {}

  now(): number {
    return this.#now;
  }

  date(): number {
    return this.epoch + this.#now;
  }

  setTimer(ms: number, fire: () => void): () => void {
    const id = Symbol();
    this.#timers.set(id, { at: this.#now + ms, fire });
    return () => this.#timers.delete(id);
  }

  nextTurn(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Moves time on by `ms`, firing what falls due in order. */
  advance(ms: number): void {
    const until = this.#now + ms;
    while (true) {
      const due = [...this.#timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, { at, fire }] = due;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      fire();
    }
    this.#now = until;
  }
}
