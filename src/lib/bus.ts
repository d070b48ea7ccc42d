/** A fan-out that never makes its publisher wait: a slow reader loses its oldest events, and the loss is counted. */
export class Bus<E> {
  #readers = new Set<Subscription<E>>();
  #droppedByFormer = 0;

  /** Events lost because a reader was slow, since the start. */
  get dropped(): number {
    return this.#readers.values().reduce((sum, { dropped }) => sum + dropped, this.#droppedByFormer);
  }

  /** Hands an event to every reader. */
  publish(event: E): void {
    for (const reader of this.#readers) reader.offer(event);
  }

  /** Opens a reader that may lag `capacity` events behind. Dispose it to leave. */
  subscribe(capacity = 256): Subscription<E> {
    const reader: Subscription<E> = new Subscription<E>(capacity, () => {
      if (this.#readers.delete(reader)) this.#droppedByFormer += reader.dropped;
    });
    this.#readers.add(reader);
    return reader;
  }
}

/** One reader's place on a bus. */
export class Subscription<E> implements AsyncIterable<E>, Disposable {
  /** Events lost because this reader was slow. */
  dropped = 0;
  #waiting: E[] = [];
  #open = true;
  #wake: (() => void) | undefined;

  constructor(readonly capacity: number, readonly leave: () => void) {}

  offer(event: E): void {
    if (this.#waiting.length >= this.capacity) {
      this.#waiting.shift();
      this.dropped++;
    }
    this.#waiting.push(event);
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<E> {
    while (this.#open) {
      const batch = this.#waiting;
      this.#waiting = [];
      yield* batch;
      if (!this.#open || this.#waiting.length > 0) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#open = false;
    this.leave();
    this.#wake?.();
  }
}
