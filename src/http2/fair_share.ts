import type { Clock } from "../lib/clock.ts";

/** Work for one client, in ms, after which the others get their turn. */
const SHARE_MS = 2;
/** The same while somebody waits for that. */
const CROWDED_SHARE_MS = 0.5;
/** What comes back of it in each ms: a client may take half of the time without ever waiting. */
const RECOVERY = 1;
/** The clock is asked after so many bytes of frames; a frame counts as FRAME_BYTES more than it brings. */
const ASKING_BYTES = 8192;
const FRAME_BYTES = 512;

/**
 * The clients that have used up their share and have more to do. Each turn of the event loop lets some of them go on, one
 * after the other, until together they have had one share.
 */
export class TurnQueue {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #calling = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Work, in ms, after which a client has to wait. */
  get shareMs(): number {
    return this.#waiting.length === 0 ? SHARE_MS : CROWDED_SHARE_MS;
  }

  /** Resolves when it is the caller's turn. */
  wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    if (!this.#calling) void this.#call();
    return promise;
  }

  async #call(): Promise<void> {
    this.#calling = true;
    while (this.#waiting.length > 0) {
      await this.#clock.nextTurn();
      const until = this.#clock.now() + SHARE_MS;
      do {
        this.#waiting.shift()!();
        await workDone();
      } while (this.#waiting.length > 0 && this.#clock.now() < until);
    }
    this.#calling = false;
  }
}

/** Resolves once the client that was let go on has taken the frames it has: it does so within the same turn. */
async function workDone(): Promise<void> {
  for (let microtasks = 0; microtasks < 8; microtasks++) await undefined;
}

/** How much work one client has caused lately, so that a busy one does not keep the others waiting. */
export class FairShare {
  readonly #clock: Clock;
  readonly #queue: TurnQueue;
  #usedMs = 0;
  /** When work began, or ended. */
  #since: number;
  /** Bytes since the clock was asked. */
  #unasked = 0;

  constructor(clock: Clock, queue: TurnQueue) {
    this.#clock = clock;
    this.#queue = queue;
    this.#since = clock.now();
  }

  /** Work for the client begins. */
  begin(): void {
    const now = this.#clock.now();
    this.#usedMs = Math.max(0, this.#usedMs - (now - this.#since) * RECOVERY);
    this.#since = now;
  }

  /** Counts the work for a frame of `bytes`. Returns whether the share is used up. */
  took(bytes: number): boolean {
    this.#unasked += FRAME_BYTES + bytes;
    if (this.#unasked < ASKING_BYTES) return false;
    this.#unasked = 0;
    const now = this.#clock.now();
    this.#usedMs += now - this.#since;
    this.#since = now;
    return this.#usedMs >= this.#queue.shareMs;
  }

  /** Resolves when it is the client's turn: a new share begins. */
  async turn(): Promise<void> {
    await this.#queue.wait();
    this.#usedMs = 0;
    this.#since = this.#clock.now();
  }
}
