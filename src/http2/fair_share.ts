import type { Clock } from "../lib/clock.ts";
import { FrameType } from "./frames.ts";

/** Work for one client, in ms, that it never waits for. What a client has used comes back while it causes none. */
const LIGHT_MS = 1;
/** The same for one that may be up to something: many of them in one turn would keep the others waiting. */
const SUSPECT_MS = 0.25;
/** Time, in ms, after which those who work more than that wait until the platform has looked at everybody's sockets. */
const LOOK_MS = 3;
/** The clock is asked after so many bytes of frames; a frame counts as FRAME_BYTES more than it brings, or as a request. */
const ASKING_BYTES = 8192;
const FRAME_BYTES = 512;
const REQUEST_BYTES = 4096;

/** The clients that have much to do. Between two looks at everybody's sockets they go on one after the other. */
export class TurnQueue {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #lookedAt = -Infinity;
  #calling = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the others have waited long enough. */
  get due(): boolean {
    return this.#clock.now() - this.#lookedAt >= LOOK_MS;
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
      this.#lookedAt = this.#clock.now();
      do {
        this.#waiting.shift()!();
        await workDone();
      } while (this.#waiting.length > 0 && !this.due);
    }
    this.#calling = false;
  }
}

const SETTLED = Promise.resolve();

/** Resolves once most of what a client has set off is done: services work in steps within the same turn. */
async function workDone(): Promise<void> {
  for (let microtasks = 0; microtasks < 8; microtasks++) await SETTLED;
}

/** How much work one client has caused lately, so that a busy one does not keep the others waiting. */
export class FairShare {
  readonly #clock: Clock;
  readonly #queue: TurnQueue;
  readonly #suspect: () => boolean;
  #usedMs = 0;
  /** When work began, or was counted. */
  #since: number;
  /** Bytes since the clock was asked. */
  #unasked = 0;

  /** `suspect`: whether the client may be up to something. */
  constructor(clock: Clock, queue: TurnQueue, suspect: () => boolean) {
    this.#clock = clock;
    this.#queue = queue;
    this.#suspect = suspect;
    this.#since = clock.now();
  }

  /** Work for the client begins. */
  begin(): void {
    const now = this.#clock.now();
    this.#usedMs = Math.max(0, this.#usedMs - (now - this.#since));
    this.#since = now;
  }

  /** A frame of this type and `bytes` was taken. Returns whether the client causes much work and should `pause`. */
  took(type: number, bytes: number): boolean {
    this.#unasked += type === FrameType.HEADERS ? REQUEST_BYTES : FRAME_BYTES + bytes;
    if (this.#unasked < ASKING_BYTES) return false;
    this.#unasked = 0;
    this.#count();
    return this.#usedMs >= LIGHT_MS || (this.#usedMs >= SUSPECT_MS && this.#suspect());
  }

  /** Resolves when the client may go on: at once, or when the others have had their turn. */
  async pause(): Promise<void> {
    await workDone();
    this.#count();
    if (!this.#queue.due) return;
    await this.#queue.wait();
    this.begin();
  }

  #count(): void {
    const now = this.#clock.now();
    this.#usedMs += now - this.#since;
    this.#since = now;
  }
}
