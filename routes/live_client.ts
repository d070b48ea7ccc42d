import type { LiveRing } from "./live_ring.ts";

/** Bytes that are handed over in one piece. */
const MOST_BYTES = 1 << 20;

/**
 * One dashboard's place in the ring. It takes frames when its connection has room and never holds any: a browser that does
 * not read costs nothing and, once it reads again, goes on from where it was or from a new snapshot.
 */
export class LiveClient {
  /** The number of the frame that it needs next. */
  next: number;
  /** When it last took something, in ms on the clock that never jumps. */
  tookAt: number;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wake: (() => void) | undefined;

  constructor(
    /** What it listens to, "" for what is told to everybody. */
    readonly topics: ReadonlySet<string>,
    { next, now }: { readonly next: number; readonly now: number },
  ) {
    this.next = next;
    this.tookAt = now;
  }

  /** Whether it has taken everything and has room for more. */
  get waiting(): boolean {
    return this.#wake !== undefined;
  }

  /** The stream that its connection reads. `take`: what is there for it. `onGone`: called when the connection is lost. */
  stream(take: () => Uint8Array | undefined, onGone: () => void): ReadableStream<Uint8Array> {
    return new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: (controller) => {
        const bytes = take();
        if (bytes) return controller.enqueue(bytes);
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        return promise;
      },
      cancel: () => {
        this.#controller = undefined;
        this.#wake?.();
        onGone();
      },
    }, { highWaterMark: 0 });
  }

  /** Hands over what there is, if it waits for something. */
  offer(bytes: Uint8Array): void {
    const wake = this.#wake!;
    this.#wake = undefined;
    this.#controller?.enqueue(bytes);
    wake();
  }

  /** Ends the stream. What has not been taken is let go. */
  end(): void {
    const [controller, wake] = [this.#controller, this.#wake];
    this.#controller = this.#wake = undefined;
    controller?.close();
    wake?.();
  }
}

/** Puts together what is in the ring for clients of the same place and topics: once for all of them. */
export class Pieces {
  readonly #made = new Map<string, { readonly bytes: Uint8Array | undefined; readonly next: number }>();
  #madeAt = 0;

  constructor(readonly ring: LiveRing) {}

  /** The next piece for a client, whose place moves on; undefined when there is nothing for it. */
  take(client: LiveClient): Uint8Array | undefined {
    const { ring } = this;
    if (this.#madeAt !== ring.next) {
      this.#made.clear();
      this.#madeAt = ring.next;
    }
    const key = `${client.next} ${[...client.topics].join(" ")}`;
    const piece = this.#made.get(key) ?? this.#make(client);
    this.#made.set(key, piece);
    client.next = piece.next;
    return piece.bytes;
  }

  #make({ next, topics }: LiveClient) {
    const frames: Uint8Array[] = [];
    let length = 0;
    for (const { number, topic, bytes } of this.ring.from(next)) {
      if (topics.has(topic)) {
        if (length > 0 && length + bytes.length > MOST_BYTES) break;
        frames.push(bytes);
        length += bytes.length;
      }
      next = number + 1;
    }
    return { bytes: frames.length === 0 ? undefined : frames.length === 1 ? frames[0] : joined(frames), next };
  }
}

/** Puts pieces together. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
