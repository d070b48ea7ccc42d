import type { Clock } from "../lib/clock.ts";
import type { Http2Limits } from "./limits.ts";

/** A connection that we end may take this long to read our last words. */
const LINGER_MS = 500;
/** A peer that does not answer the PING of a graceful shutdown is taken to have seen the GOAWAY after this time. */
const SHUTDOWN_PING_MS = 1000;
/** Ages differ by up to this share of themselves to either side. */
const AGE_SPREAD = 0.1;

/** What time does to a connection. */
export interface Watched {
  /** Whether a sign of life would be heard. */
  readonly listens: boolean;
  /** The peer has not greeted in time. */
  late(): void;
  /** So much time has passed that who has taken nothing since the last call has stalled. */
  checkProgress(): void;
  /** Nothing came for a while: asks the peer for a sign of life. */
  ping(): void;
  /** Nothing came after that either. */
  gone(): void;
  /** The connection is old. */
  shutdown(): void;
  /** The time to finish is over. */
  close(): void;
  /** The peer has seen the first GOAWAY by now. */
  drain(): void;
  /** The peer has had time to read our last words. */
  lingered(): void;
}

/** What may fall due, in the order in which it counts when it does so at once. */
const OCCASIONS = ["greeting", "life", "age", "shutdown", "end", "progress"] as const;
type Occasion = typeof OCCASIONS[number];

/** When what falls due for one connection: one timer, for whatever comes first. */
export class ConnectionWatch {
  readonly #watched: Watched;
  readonly #clock: Clock;
  readonly #limits: Http2Limits;
  readonly #due: Record<Occasion, number> = {
    greeting: Infinity,
    life: Infinity,
    age: Infinity,
    shutdown: Infinity,
    end: Infinity,
    progress: Infinity,
  };
  #timerAt = Infinity;
  #cancelTimer: (() => void) | undefined;
  #heard = false;
  #asked = false;
  #retired = false;

  constructor(watched: Watched, clock: Clock, limits: Http2Limits) {
    this.#watched = watched;
    this.#clock = clock;
    this.#limits = limits;
    this.#in(limits.handshakeTimeoutMs, "greeting");
    this.#in(limits.stallTimeoutMs, "progress");
  }

  /** Something came from the peer. */
  heard(): void {
    this.#heard = true;
  }

  /** The peer has greeted: from here on the connection may fall silent and grow old. */
  greeted(): void {
    this.#in(Infinity, "greeting");
    this.#in(this.#limits.keepaliveMs, "life");
    const spread = 1 + (Math.random() * 2 - 1) * AGE_SPREAD;
    this.#in(this.#limits.maxAgeMs * spread, "age");
  }

  /** A graceful shutdown has begun. */
  announced(): void {
    this.#in(SHUTDOWN_PING_MS, "shutdown");
  }

  /** The graceful shutdown goes on without the time for it. */
  drained(): void {
    this.#in(Infinity, "shutdown");
  }

  /** The peer may read our last words, from the first call on. */
  linger(): void {
    if (this.#due.end === Infinity) this.#in(LINGER_MS, "end");
  }

  /** The connection is gone: nothing falls due any more. */
  stop(): void {
    for (const occasion of OCCASIONS) this.#due[occasion] = Infinity;
    this.#arm();
  }

  #in(ms: number, occasion: Occasion): void {
    this.#due[occasion] = this.#clock.now() + ms;
    this.#arm();
  }

  #arm(): void {
    let next = Infinity;
    for (const occasion of OCCASIONS) next = Math.min(next, this.#due[occasion]);
    if (next === this.#timerAt) return;
    this.#cancelTimer?.();
    this.#timerAt = next;
    this.#cancelTimer = next === Infinity
      ? undefined
      : this.#clock.setTimer(Math.max(0, next - this.#clock.now()), () => this.#fire());
  }

  #fire(): void {
    this.#timerAt = Infinity;
    const now = this.#clock.now();
    for (const occasion of OCCASIONS) {
      if (this.#due[occasion] > now) continue;
      this.#due[occasion] = Infinity;
      this.#happened(occasion);
    }
    this.#arm();
  }

  #happened(occasion: Occasion): void {
    switch (occasion) {
      case "greeting":
        return this.#watched.late();
      case "life":
        return this.#listen();
      case "age":
        return this.#retire();
      case "shutdown":
        return this.#watched.drain();
      case "end":
        return this.#watched.lingered();
      case "progress":
        this.#in(this.#limits.stallTimeoutMs, "progress");
        return this.#watched.checkProgress();
    }
  }

  #listen(): void {
    const silent = !this.#heard && this.#watched.listens;
    this.#heard = false;
    if (silent && this.#asked) return this.#watched.gone();
    this.#asked = silent;
    this.#in(silent ? this.#limits.keepaliveTimeoutMs : this.#limits.keepaliveMs, "life");
    if (silent) this.#watched.ping();
  }

  #retire(): void {
    if (this.#retired) return this.#watched.close();
    this.#retired = true;
    this.#in(this.#limits.maxAgeGraceMs, "age");
    this.#watched.shutdown();
  }
}
