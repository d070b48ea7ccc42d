import { EndedStreams } from "./ended_streams.ts";
import { ErrorCode, Http2Error } from "./errors.ts";
import { misplaced } from "./faults.ts";
import { MAX_UINT31 } from "./frames.ts";
import type { Http2Stream } from "./stream.ts";

/** Until a stream opens the tables are everybody's: most connections are idle. */
const NONE = new Map<number, Http2Stream>();
const NO_SLOTS: (Http2Stream | undefined)[] = [];
/** Streams have as many slots as are open, and at least and at most so many: powers of two. */
const FEWEST_SLOTS = 16, MOST_SLOTS = 1024;

/** The streams of one connection, and which identifiers are spent (RFC 9113 §5.1.1). Only clients open streams here. */
export class StreamTable {
  /** Highest stream that the peer has opened; 0 at the client's end. */
  lastPeerId = 0;
  /** The identifier of the next stream that a client opens. */
  nextOwnId = 1;
  #open = NONE;
  /** Each stream also stands where the last bits of its number say, unless a newer one does: a frame looks there first. */
  #slots = NO_SLOTS;
  readonly #ended = new EndedStreams();

  constructor(readonly isServer: boolean) {}

  /** Number of streams that are not over. */
  get size(): number {
    return this.#open.size;
  }

  /** Whether a client has identifiers left. */
  get canOpen(): boolean {
    return this.nextOwnId <= MAX_UINT31;
  }

  get(id: number): Http2Stream | undefined {
    const near = this.#slots[slotOf(id, this.#slots.length)];
    return near !== undefined && near.id === id ? near : this.#open.get(id);
  }

  /** The streams that are not over; they may end during the iteration. */
  [Symbol.iterator](): IterableIterator<Http2Stream> {
    return this.#open.values();
  }

  /** Loses every stream above `id`. */
  lose(code: ErrorCode, reason: string, id = 0): void {
    for (const stream of this.#open.values()) if (stream.id > id) stream.lose(code, reason);
  }

  add(stream: Http2Stream): void {
    if (this.#open === NONE) this.#open = new Map();
    this.#open.set(stream.id, stream);
    if (this.#open.size > this.#slots.length && this.#slots.length < MOST_SLOTS) this.#spread();
    else this.#slots[slotOf(stream.id, this.#slots.length)] = stream;
  }

  remove(stream: Http2Stream): void {
    this.#open.delete(stream.id);
    const slot = slotOf(stream.id, this.#slots.length);
    if (this.#slots[slot] === stream) this.#slots[slot] = undefined;
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
    return this.isServer && !this.#ended.resetByUs(id) && !this.#ended.endedByPeer(id) && !this.#open.has(id);
  }

  /**
   * Checks DATA or HEADERS for a stream that takes none: they are let pass only when they may have been on their way
   * while we reset the stream (RFC 9113 §5.1). Throws Http2Error otherwise.
   */
  checkLate(id: number): void {
    if (this.isIdle(id)) throw misplaced("a frame for a stream that was never opened");
    if (this.#open.has(id) || this.#ended.endedByPeer(id)) {
      throw new Http2Error(
        ErrorCode.STREAM_CLOSED,
        `Cannot take a frame: an open stream expected: received one for stream ${id}, which the peer has ended`,
      );
    }
  }

  #spread(): void {
    const slots = Math.max(FEWEST_SLOTS, 2 * this.#slots.length);
    this.#slots = new Array<Http2Stream | undefined>(slots).fill(undefined);
    for (const stream of this.#open.values()) this.#slots[slotOf(stream.id, slots)] = stream;
  }
}

/** A client's streams have odd numbers. */
function slotOf(id: number, slots: number): number {
  return id >>> 1 & (slots - 1);
}
