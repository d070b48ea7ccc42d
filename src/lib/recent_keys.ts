import { Linked, LinkedList } from "./linked_list.ts";

class Entry extends Linked<Entry> {
  constructor(readonly key: string, readonly addedAt: number) {
    super();
  }
}

/**
 * Keys that are remembered for a while, the last so many of them. A list of their own knows the oldest: a Map from whose
 * front one after the other is deleted keeps a hole for each, and whoever looks for its first key passes them all.
 */
export class RecentKeys {
  readonly #entries = new Map<string, Entry>();
  readonly #order = new LinkedList<Entry>();

  /** `most`: keys that are remembered. */
  constructor(readonly most: number) {}

  /** Remembers a key as the newest. `now`: in ms, on a clock that never goes back. */
  add(key: string, now: number): void {
    this.delete(key);
    const entry = new Entry(key, now);
    this.#entries.set(key, entry);
    this.#order.append(entry);
    if (this.#order.size > this.most) this.delete(this.#order.first!.key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#order.remove(entry);
  }

  /** Forgets what was added before `time`. */
  forgetBefore(time: number): void {
    for (let oldest = this.#order.first; oldest && oldest.addedAt < time; oldest = this.#order.first) {
      this.delete(oldest.key);
    }
  }
}
