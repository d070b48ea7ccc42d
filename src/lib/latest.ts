/** The last of many: a ring, in which each new one takes the place of the oldest. */
export class Latest<T> {
  readonly #ring: T[] = [];
  /** Where the next one goes. */
  #next = 0;

  /** `most`: how many are kept. */
  constructor(readonly most: number) {}

  add(item: T): void {
    this.#ring[this.#next] = item;
    this.#next = (this.#next + 1) % this.most;
  }

  /** Those that are kept, the oldest first. */
  all(): T[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }

  /** The one that came so many before the newest, if it is kept. */
  before(count: number): T | undefined {
    return this.#ring[(this.#next + this.most - 1 - count) % this.most];
  }
}
