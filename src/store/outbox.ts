import type { Clock } from "../lib/clock.ts";
import type { Batch, ToWorker } from "./messages.ts";
import type { Alert, Deed, LogLine } from "./store.ts";

/** Something to be kept. */
export type Keepsake =
  /** A CallEvent as JSON. */
  | { readonly event: string }
  | { readonly log: Omit<LogLine, "id"> }
  | { readonly alert: Alert }
  | { readonly deed: Deed };

/** So many are sent at once, and fewer after so many ms. */
const ENOUGH = 500;
const BATCH_MS = 200;
/** What travels together when more has come while the worker was busy: the dearest part of a batch is its end. */
const MOST_IN_BATCH = 2000;
/** Batches that the worker may have before it. */
const MOST_IN_FLIGHT = 2;
/** What may wait here meanwhile. */
const MOST_WAITING = 20_000;

/**
 * Takes what is to be kept and hands it to the worker in batches. It never makes anybody wait: when the worker is slow,
 * the oldest of what waits is dropped and counted. What a worker had before it when it died is sent to the next again.
 */
export class Outbox implements Disposable {
  /** What was dropped. */
  lost = 0;
  #waiting: Keepsake[] = [];
  #head = 0;
  #inFlight: Batch[] = [];
  #number = 0;
  #up = false;
  #callOff: (() => void) | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(readonly clock: Clock, readonly post: (message: ToWorker) => boolean) {}

  put(keepsake: Keepsake): void {
    this.#waiting.push(keepsake);
    if (this.#size > MOST_WAITING) {
      this.#shift();
      this.lost++;
    }
    if (this.#size >= ENOUGH) this.send();
    else this.#callOff ??= this.clock.setTimer(BATCH_MS, () => this.send());
  }

  /** Sends what waits, as far as the worker has not too much before it. */
  send(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    while (this.#up && this.#size > 0 && this.#inFlight.length < MOST_IN_FLIGHT) {
      const batch = this.#batch();
      this.#inFlight.push(batch);
      this.post({ type: "keep", batch });
    }
  }

  /** A worker is there that has nothing yet. */
  up(): void {
    this.#up = true;
    for (const batch of this.#inFlight) this.post({ type: "keep", batch });
    this.send();
  }

  /** The worker is gone. */
  down(): void {
    this.#up = false;
  }

  /** The worker is done with a batch. */
  kept(number: number): void {
    this.#inFlight = this.#inFlight.filter((batch) => batch.number > number);
    if (this.#size >= ENOUGH || this.#onEmpty) this.send();
    if (this.#size === 0 && this.#inFlight.length === 0) this.#onEmpty?.();
  }

  /** Sends what waits. Resolves when the worker is done with all of it. */
  flush(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onEmpty = resolve;
    this.send();
    if (this.#size === 0 && this.#inFlight.length === 0) resolve();
    return promise;
  }

  [Symbol.dispose](): void {
    this.#callOff?.();
    this.#up = false;
  }

  get #size(): number {
    return this.#waiting.length - this.#head;
  }

  #batch(): Batch {
    const events: string[] = [];
    const logs: Omit<LogLine, "id">[] = [];
    const alerts: Alert[] = [];
    const deeds: Deed[] = [];
    for (let count = Math.min(MOST_IN_BATCH, this.#size); count > 0; count--) {
      const keepsake = this.#shift();
      if ("event" in keepsake) events.push(keepsake.event);
      else if ("log" in keepsake) logs.push(keepsake.log);
      else if ("alert" in keepsake) alerts.push(keepsake.alert);
      else deeds.push(keepsake.deed);
    }
    return { number: ++this.#number, events, logs, alerts, deeds };
  }

  #shift(): Keepsake {
    const keepsake = this.#waiting[this.#head++]!;
    if (this.#head > 1024 && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return keepsake;
  }
}
