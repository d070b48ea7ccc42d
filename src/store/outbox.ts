import type { Clock } from "../lib/clock.ts";
import { LinePages, type Page } from "./line_pages.ts";
import type { Batch, ToWorker } from "./messages.ts";
import type { Alert, Deed, LogLine } from "./store.ts";

/** Something to be kept that is not an event of a call. */
export type Keepsake =
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
/** What may wait here meanwhile, and bytes of the pages on which events do. */
const MOST_WAITING = 20_000;
const MOST_PAGES_BYTES = 32 * 1024 * 1024;

/** What the worker has before it. */
interface Sent {
  readonly batch: Batch;
  readonly pages: readonly Page[];
}

/**
 * Takes what is to be kept and hands it to the worker in batches. It never makes anybody wait: when the worker is slow,
 * the oldest of what waits is dropped and counted. What a worker had before it when it died is sent to the next again.
 */
export class Outbox implements Disposable {
  /** What was dropped. */
  lost = 0;
  readonly #events = new LinePages();
  #waiting: Keepsake[] = [];
  #inFlight: Sent[] = [];
  #number = 0;
  #up = false;
  #callOff: (() => void) | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(readonly clock: Clock, readonly post: (message: ToWorker) => boolean) {}

  put(keepsake: Keepsake): void {
    this.#waiting.push(keepsake);
    this.#sendSoon();
  }

  /** `event`: a CallEvent as JSON. */
  putEvent(event: string): void {
    this.#events.put(event);
    this.#sendSoon();
  }

  /** Sends what waits, as far as the worker has not too much before it. */
  send(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    while (this.#up && this.#size > 0 && this.#inFlight.length < MOST_IN_FLIGHT) {
      const sent = this.#take();
      this.#inFlight.push(sent);
      this.post({ type: "keep", batch: sent.batch });
    }
  }

  /** A worker is there that has nothing yet. */
  up(): void {
    this.#up = true;
    for (const { batch } of this.#inFlight) this.post({ type: "keep", batch });
    this.send();
  }

  /** The worker is gone. */
  down(): void {
    this.#up = false;
  }

  /** The worker is done with a batch. */
  kept(number: number): void {
    for (const { batch, pages } of this.#inFlight) if (batch.number <= number) this.#events.release(pages);
    this.#inFlight = this.#inFlight.filter(({ batch }) => batch.number > number);
    if (this.#onEmpty) this.send();
    else if (this.#size > 0) this.#sendSoon();
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

  /** What is not kept by now is lost. */
  [Symbol.dispose](): void {
    this.#callOff?.();
    this.#up = false;
    this.lost += this.#inFlight.reduce((sum, { batch }) => sum + batch.size, this.#size);
  }

  get #size(): number {
    return this.#events.lines + this.#waiting.length;
  }

  #sendSoon(): void {
    while (this.#events.bytes > MOST_PAGES_BYTES) this.lost += this.#events.drop();
    while (this.#size > MOST_WAITING) this.lost += this.#dropOldest();
    if (this.#size >= ENOUGH) this.send();
    else this.#callOff ??= this.clock.setTimer(BATCH_MS, () => this.send());
  }

  /** Of what there is most of, so that neither events nor log lines crowd the others out. */
  #dropOldest(): number {
    if (this.#events.lines >= this.#waiting.length) return this.#events.drop();
    this.#waiting.shift();
    return 1;
  }

  #take(): Sent {
    const pages = this.#events.take(MOST_IN_BATCH);
    const events = pages.reduce((lines, page) => lines + page.lines, 0);
    const others = this.#waiting.splice(0, Math.max(0, MOST_IN_BATCH - events));
    const logs: Omit<LogLine, "id">[] = [];
    const alerts: Alert[] = [];
    const deeds: Deed[] = [];
    for (const keepsake of others) {
      if ("log" in keepsake) logs.push(keepsake.log);
      else if ("alert" in keepsake) alerts.push(keepsake.alert);
      else deeds.push(keepsake.deed);
    }
    const size = events + others.length;
    const batch = { number: ++this.#number, size, events: pages.map(({ text }) => text), logs, alerts, deeds };
    return { batch, pages };
  }
}
