import type { Clock } from "./clock.ts";

/** A timer that has not fired. */
interface Timer {
  readonly at: number;
  /** Of two timers that are due at once the one that was set first fires first. */
  readonly order: number;
  readonly fire: () => void;
  /** Where it stands in the heap; -1 once it does not. */
  place: number;
}

/** What the platform gives. */
type Platform = Pick<Clock, "now" | "setTimer">;

/** What a platform's timer holds at most: 31 bits of milliseconds. */
const MOST_MS = 2 ** 31 - 1;

/**
 * Any number of timers on one of the platform's, which takes a kilobyte for each of its own. They stand in a binary heap,
 * the earliest at its top (Williams, Algorithm 232, 1964); each of setting, firing and calling off costs its height.
 */
export class Timers {
  readonly #heap: Timer[] = [];
  #order = 0;
  /** When the platform's timer fires; it may be too early, never too late. */
  #armedFor = Infinity;
  #disarm = () => {};

  constructor(readonly platform: Platform) {}

  /** Timers that have not fired. */
  get size(): number {
    return this.#heap.length;
  }

  /** Calls `fire` once, after `ms` milliseconds: never before. Returns what calls it off. */
  set(ms: number, fire: () => void): () => void {
    const timer: Timer = { at: this.platform.now() + ms, order: this.#order++, fire, place: this.#heap.length };
    this.#heap.push(timer);
    this.#rise(timer);
    if (timer.at < this.#armedFor) this.#arm();
    return () => {
      this.#remove(timer);
      if (this.#heap.length === 0) this.#arm();
    };
  }

  #arm(): void {
    this.#disarm();
    const first = this.#heap[0];
    this.#armedFor = first?.at ?? Infinity;
    this.#disarm = () => {};
    if (first === undefined) return;
    const left = Math.ceil(first.at - this.platform.now());
    this.#disarm = this.platform.setTimer(Math.min(MOST_MS, Math.max(0, left)), () => this.#fire());
  }

  #fire(): void {
    this.#armedFor = Infinity;
    const now = this.platform.now();
    try {
      for (let first; (first = this.#heap[0]) !== undefined && first.at <= now;) {
        this.#remove(first);
        first.fire();
      }
    } finally {
      this.#arm();
    }
  }

  #remove(timer: Timer): void {
    const { place } = timer;
    if (place < 0) return;
    timer.place = -1;
    const last = this.#heap.pop()!;
    if (last === timer) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(timer: Timer): void {
    while (timer.place > 0) {
      const parent = this.#heap[(timer.place - 1) >> 1]!;
      if (!isBefore(timer, parent)) return;
      this.#swap(parent, timer);
    }
  }

  #sink(timer: Timer): void {
    for (;;) {
      const left = this.#heap[2 * timer.place + 1];
      const right = this.#heap[2 * timer.place + 2];
      const child = left && right && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, timer)) return;
      this.#swap(timer, child);
    }
  }

  /** Puts a child where its parent is, and the parent where it was. */
  #swap(parent: Timer, child: Timer): void {
    const { place } = parent;
    this.#put(parent, child.place);
    this.#put(child, place);
  }

  #put(timer: Timer, place: number): void {
    timer.place = place;
    this.#heap[place] = timer;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
