import type { Clock } from "../lib/clock.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import code from "./gen/worker.js" with { type: "text" };

/** Between two requests for a sign of life, and how long one may be missing, in ms. */
const PING_MS = 5000;
const LONGEST_SILENCE_MS = 30_000;
/** After a worker has died, and at the most, in ms. */
const FIRST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 30_000;
/** A worker that lived for so long, in ms, died of something new. */
const SOUND_MS = 60_000;

/** A thread that messages are exchanged with, as far as a Worker is one. */
export interface Thread {
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: ToWorker): void;
  terminate(): void;
}

export interface WorkerLinkOptions {
  readonly clock: Clock;
  readonly onMessage: (message: FromWorker) => void;
  /** A worker runs: it is to be told what it needs to know first. */
  readonly onUp: () => void;
  /** The worker has died, or was ended since it gave no sign of life; another one follows. */
  readonly onDown: (why: string) => void;
  /** Starts a worker. */
  readonly start?: () => Thread;
}

/** Keeps one worker running, whatever becomes of it, and passes messages both ways. Dispose it to end the worker. */
export class WorkerLink implements Disposable {
  readonly #options: Required<WorkerLinkOptions>;
  #thread: Thread | undefined;
  #upAt = 0;
  #heardAt = 0;
  #restartMs = FIRST_RESTART_MS;
  #callOff = () => {};

  constructor(options: WorkerLinkOptions) {
    this.#options = { start: startWorker, ...options };
  }

  /** Starts the worker. */
  open(): void {
    const { clock, onMessage, onUp, start } = this.#options;
    const thread = start();
    this.#thread = thread;
    this.#upAt = this.#heardAt = clock.now();
    thread.onmessage = ({ data }) => {
      if (this.#thread !== thread) return;
      this.#heardAt = clock.now();
      onMessage(data);
    };
    thread.onerror = (event) => {
      event.preventDefault();
      if (this.#thread === thread) this.#down(event.message);
    };
    this.#watch();
    onUp();
  }

  /** Sends a message. Returns whether there is a worker to send it to. */
  post(message: ToWorker): boolean {
    this.#thread?.postMessage(message);
    return this.#thread !== undefined;
  }

  [Symbol.dispose](): void {
    this.#callOff();
    this.#thread?.terminate();
    this.#thread = undefined;
  }

  #watch(): void {
    this.#callOff = this.#options.clock.setTimer(PING_MS, () => {
      if (this.#options.clock.now() - this.#heardAt > LONGEST_SILENCE_MS) return this.#down("it gives no sign of life");
      this.post({ type: "ping" });
      this.#watch();
    });
  }

  #down(why: string): void {
    const { clock, onDown } = this.#options;
    this[Symbol.dispose]();
    if (clock.now() - this.#upAt > SOUND_MS) this.#restartMs = FIRST_RESTART_MS;
    this.#callOff = clock.setTimer(this.#restartMs, () => this.open());
    this.#restartMs = Math.min(LONGEST_RESTART_MS, this.#restartMs * 2);
    onDown(why);
  }
}

/** Starts the store's worker from its text, which needs no permission and no file; it has those of the program. */
export function startWorker(): Thread {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    return new Worker(url, { type: "module", name: "store" });
  } finally {
    URL.revokeObjectURL(url);
  }
}
