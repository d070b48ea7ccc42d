import type { Clock } from "../../lib/clock.ts";

/** Bytes of an event: 40 ms of 16-bit samples at 8 kHz. Each event is signed, so fewer and longer ones cost less. */
const EVENT_BYTES = 640;
/** How long the caller's side may send nothing before silence is sent instead, in ms: Lex wants sound without a gap. */
const GAP_MS = 100;
const GAP_BYTES = GAP_MS * 16;
/** What is kept of the past while Lex does not listen yet, in events: the first syllable of a caller who cuts in. */
const KEPT_EVENTS = 15;

/** Brings the caller's sound to Lex in events of one length, and silence where there is none. */
export class Ear implements Disposable {
  #event = new Uint8Array(EVENT_BYTES);
  #filled = 0;
  #kept: Uint8Array[] = [];
  #send: ((audio: Uint8Array) => void) | undefined;
  #heardAt = 0;
  #callOff = () => {};

  constructor(readonly clock: Clock) {}

  /** From now on `send` takes what is heard, and the last half a second at once. */
  open(send: (audio: Uint8Array) => void): void {
    this.#send = send;
    for (const event of this.#kept.splice(0)) send(event);
    this.#heardAt = this.clock.now();
    this.#watch();
  }

  /** From now on what is heard is kept, and no silence made. */
  close(): void {
    this.#send = undefined;
    this.#callOff();
  }

  /** Takes a frame of 16-bit samples at 8 kHz; copies it. */
  hear(data: Uint8Array): void {
    this.#heardAt = this.clock.now();
    for (let from = 0; from < data.length;) {
      const size = Math.min(data.length - from, EVENT_BYTES - this.#filled);
      this.#event.set(size === data.length ? data : data.subarray(from, from + size), this.#filled);
      this.#filled += size;
      from += size;
      if (this.#filled === EVENT_BYTES) this.flush();
    }
  }

  /** Lets nothing wait for more. */
  flush(): void {
    if (this.#filled === 0) return;
    const event = this.#event.slice(0, this.#filled);
    this.#filled = 0;
    if (this.#send) return this.#send(event);
    this.#kept.push(event);
    if (this.#kept.length > KEPT_EVENTS) this.#kept.shift();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #watch(): void {
    this.#callOff();
    this.#callOff = this.clock.setTimer(GAP_MS, () => {
      if (this.clock.now() - this.#heardAt >= GAP_MS) {
        this.flush();
        this.#send?.(new Uint8Array(GAP_BYTES));
      }
      if (this.#send) this.#watch();
    });
  }
}
