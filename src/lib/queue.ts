const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * A first-in, first-out queue between one writer that must not wait and one
 * reader that may. It takes an item even when it is full, and says so: the
 * writer's part is to stop until `onRoom` is called.
 */
export class Queue<T> implements AsyncIterableIterator<T> {
  #items: (T | undefined)[] = [];
  #head = 0;
  #full = false;
  #closed = false;
  /** Gives the reader, who waits, the next item or the end. */
  #give: ((result: IteratorResult<T, undefined>) => void) | undefined;

  /** `capacity`: items that may wait. `onRoom`: called when a full queue is half empty again. */
  constructor(readonly capacity: number, readonly onRoom: () => void = () => {}) {}

  /** How many items wait. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Adds an item; a closed queue forgets it. Returns false when the writer should wait for `onRoom`. */
  push(item: T): boolean {
    if (this.#closed) return true;
    const give = this.#give;
    if (give) {
      this.#give = undefined;
      give({ done: false, value: item });
      return true;
    }
    this.#items.push(item);
    this.#full ||= this.size >= this.capacity;
    return !this.#full;
  }

  /** Nothing more is taken; the reader gets what waits and then the end. */
  close(): void {
    this.#closed = true;
    this.#give?.(END);
    this.#give = undefined;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.size > 0) return Promise.resolve({ done: false, value: this.#shift() });
    if (this.#closed) return Promise.resolve(END);
    return new Promise((resolve) => this.#give = resolve);
  }

  /** The reader leaves: what waits is let go. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#items = [];
    this.#head = 0;
    this.close();
    this.onRoom();
    return Promise.resolve(END);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #shift(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head++] = undefined;
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    if (this.#full && this.size * 2 <= this.capacity) {
      this.#full = false;
      this.onRoom();
    }
    return item;
  }
}
