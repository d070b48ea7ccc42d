import { EndedStreams } from "./ended_streams.ts";
import { ErrorCode, Http2Error } from "./errors.ts";
import { misplaced } from "./faults.ts";
import { MAX_UINT31 } from "./frames.ts";
import type { Http2Stream } from "./stream.ts";

/** Until a stream opens the slots are everybody's: most connections are idle. */
const NO_SLOTS: (Http2Stream | undefined)[] = [];
/** A power of two, as every number of slots. */
const FEWEST_SLOTS = 16;

/**
 * The streams of one connection, and which identifiers are spent (RFC 9113 §5.1.1). Only clients open streams here.
 * A stream stands in the slot that the last bits of its number say, before the `older` ones that say the same: a
 * connection counts its streams up, so that the first is nearly always the one. Why no Map: see LinkedList.
 */
export class StreamTable {
  /** Highest stream that the peer has opened; 0 at the client's end. */
  lastPeerId = 0;
  /** The identifier of the next stream that a client opens. */
  nextOwnId = 1;
  #size = 0;
  #slots = NO_SLOTS;
  readonly #ended = new EndedStreams();

  constructor(readonly isServer: boolean) {}

  /** Number of streams that are not over. */
  get size(): number {
    return this.#size;
  }

  /** Whether a client has identifiers left. */
  get canOpen(): boolean {
    return this.nextOwnId <= MAX_UINT31;
  }

  get(id: number): Http2Stream | undefined {
    let stream = this.#slots[this.#slotOf(id)];
    while (stream !== undefined && stream.id !== id) stream = stream.older;
    return stream;
  }

  /** The streams that are not over, as they were opened; they may end during the iteration. */
  *[Symbol.iterator](): IterableIterator<Http2Stream> {
    for (const stream of this.#all().sort((a, b) => a.id - b.id)) if (this.get(stream.id) === stream) yield stream;
  }

  /** Loses every stream above `id`. */
  lose(code: ErrorCode, reason: string, id = 0): void {
    for (const stream of this) if (stream.id > id) stream.lose(code, reason);
  }

  /** Resets every stream whose DATA has waited since the previous call without a byte getting away; returns how many. */
  failStalled(): number {
    let count = 0;
    for (const stream of this) {
      if (!stream.stalled()) continue;
      stream.fail(ErrorCode.CANCEL, "the peer stopped reading");
      count++;
    }
    return count;
  }

  add(stream: Http2Stream): void {
    if (this.#size++ === this.#slots.length) this.#spread();
    this.#place(stream);
  }

  remove(stream: Http2Stream): void {
    const slot = this.#slotOf(stream.id);
    let newer = this.#slots[slot]!;
    if (newer === stream) {
      this.#slots[slot] = stream.older;
    } else {
      while (newer.older !== stream) newer = newer.older!;
      newer.older = stream.older;
    }
    stream.older = undefined;
    this.#size--;
    this.#ended.add(stream.id, stream.resetByUs);
  }

  /** Remembers a stream that was reset before it was anything. */
  addRefused(id: number): void {
    this.#ended.add(id, true);
  }

  /** Whether stream `id` was never opened. */
  isIdle(id: number): boolean {
    if (id === 0 || (id & 1) === 0) return true;
    return this.isServer ? id > this.lastPeerId : id >= this.nextOwnId;
  }

  /** Whether HEADERS on stream `id` open nothing and belong to nothing that was open lately. */
  isSkipped(id: number): boolean {
    return this.isServer && !this.#ended.resetByUs(id) && !this.#ended.endedByPeer(id) && this.get(id) === undefined;
  }

  /**
   * Checks DATA or HEADERS for a stream that takes none: they are let pass only when they may have been on their way
   * while we reset the stream (RFC 9113 §5.1). Throws Http2Error otherwise.
   */
  checkLate(id: number): void {
    if (this.isIdle(id)) throw misplaced("a frame for a stream that was never opened");
    if (this.get(id) !== undefined || this.#ended.endedByPeer(id)) {
      throw new Http2Error(
        ErrorCode.STREAM_CLOSED,
        `Cannot take a frame: an open stream expected: received one for stream ${id}, which the peer has ended`,
      );
    }
  }

  #slotOf(id: number): number {
    return id >>> 1 & (this.#slots.length - 1); // a client's streams have odd numbers
  }

  #place(stream: Http2Stream): void {
    const slot = this.#slotOf(stream.id);
    stream.older = this.#slots[slot];
    this.#slots[slot] = stream;
  }

  #all(): Http2Stream[] {
    const streams: Http2Stream[] = [];
    for (let stream of this.#slots) for (; stream !== undefined; stream = stream.older) streams.push(stream);
    return streams;
  }

  /** Makes room for twice as many streams to stand alone. */
  #spread(): void {
    const streams = [...this];
    this.#slots = new Array<Http2Stream | undefined>(Math.max(FEWEST_SLOTS, 2 * this.#slots.length)).fill(undefined);
    for (const stream of streams) this.#place(stream);
  }
}
