/** Events that may wait to be told. */
const MOST_WAITING = 10_000;

/**
 * A fan-out that never makes its publisher wait: its readers are told once the work in hand is done, in the microtasks of
 * the same turn. Should more come in one turn than may wait, the oldest are lost, and the loss is counted.
 */
export class Bus<E> {
  /** Events that no reader was told, since the start. */
  dropped = 0;
  readonly #readers = new Set<(event: E) => void>();
  #waiting: E[] = [];
  readonly #tell = () => {
    const events = this.#waiting;
    this.#waiting = [];
    for (const event of events) for (const reader of this.#readers) reader(event);
  };

  /** `capacity`: events that may wait. */
  constructor(readonly capacity = MOST_WAITING) {}

  /** Hands an event to every reader. */
  publish(event: E): void {
    const waiting = this.#waiting.push(event);
    if (waiting === 1) queueMicrotask(this.#tell);
    if (waiting <= this.capacity) return;
    this.#waiting.shift();
    this.dropped++;
  }

  /** Tells `reader` of every event from now on. Returns what ends that. */
  subscribe(reader: (event: E) => void): () => void {
    this.#readers.add(reader);
    return () => void this.#readers.delete(reader);
  }
}
