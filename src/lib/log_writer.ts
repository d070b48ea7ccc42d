import { type Clock, sleep } from "./clock.ts";

/** Where lines end up. Resolves with how many of the bytes were taken, at least one; rejects when none can be. */
export type WriteBytes = (bytes: Uint8Array) => Promise<number>;

/** How a writer of lines is built. */
export interface LineWriterOptions {
  readonly write: WriteBytes;
  readonly clock: Clock;
  /** The line that tells readers how many lines they are missing. */
  readonly lossLine: (lost: number) => string;
  /** Called at the first failure to write, and not again. */
  readonly onFailure?: (error: unknown) => void;
  /** Lines that may wait. */
  readonly maxLines?: number;
  /** Characters that may wait. */
  readonly maxChars?: number;
}

/** Characters that are encoded and written at once. */
const BATCH_CHARS = 65_536;
/** Between two lines about lost lines. */
const LOSS_INTERVAL_MS = 1000;
/** After a failure, such as a full disk or a reader that left. */
const RETRY_MS = 1000;
/** After a non-blocking output said that it is full. */
const FULL_MS = 20;

/**
 * Writes lines in the background, one write at a time. Whoever logs never waits: when the output is slower than the
 * logging, the oldest waiting lines are dropped and counted, and once a second a line says how many.
 */
export class LineWriter {
  /** Lines that were dropped or could not be written, since the start. */
  lost = 0;
  readonly #options: Required<LineWriterOptions>;
  readonly #encoder = new TextEncoder();
  #lines: string[] = [];
  #head = 0;
  #chars = 0;
  #lossSaid = 0;
  #lossSaidAt = -Infinity;
  #cancelLossTimer: (() => void) | undefined;
  /** Whether the last write failed. */
  #failing = false;
  #complained = false;
  /** Whether the output ends in the middle of a line. */
  #torn = false;
  #writing: Promise<void> | undefined;

  constructor(options: LineWriterOptions) {
    this.#options = { onFailure: () => {}, maxLines: 10_000, maxChars: 4_194_304, ...options };
  }

  /** Takes a line, given without its line feed. */
  push(line: string): void {
    this.#lines.push(line);
    this.#chars += line.length;
    while (this.#waiting > this.#options.maxLines || (this.#chars > this.#options.maxChars && this.#waiting > 0)) {
      this.#shift();
      this.lost++;
    }
    this.#start();
  }

  /** Resolves with whether everything could be written, or with false after `timeoutMs` milliseconds. */
  async flush(timeoutMs: number): Promise<boolean> {
    const expired = Promise.withResolvers<boolean>();
    // Not the clock's timer: this one must keep the process alive, for it may be all that is left of it.
    const timeout = setTimeout(() => expired.resolve(false), timeoutMs);
    this.#lossSaidAt = -Infinity;
    this.#start();
    const done = await Promise.race([this.#finished(), expired.promise]);
    clearTimeout(timeout);
    this.#cancelLossTimer?.();
    return done;
  }

  get #waiting(): number {
    return this.#lines.length - this.#head;
  }

  async #finished(): Promise<boolean> {
    while (this.#writing) await this.#writing;
    return !this.#failing;
  }

  #start(): void {
    if (this.#writing || (this.#waiting === 0 && this.lost === this.#lossSaid)) return;
    this.#writing = this.#drain();
  }

  async #drain(): Promise<void> {
    // Lines that are logged in the same turn of the event loop travel together.
    await Promise.resolve();
    for (let batch = this.#batch(); batch.text !== ""; batch = this.#batch()) {
      try {
        await this.#writeAll(this.#encoder.encode(batch.text));
        this.#failing = false;
        this.#lossSaid += batch.lossSaid;
      } catch (error) {
        this.lost += batch.lines;
        if (!this.#complained) this.#options.onFailure(error);
        this.#complained = true;
        this.#failing = true;
        await sleep(this.#options.clock, RETRY_MS);
        if (this.#waiting === 0) break;
      }
    }
    this.#writing = undefined;
  }

  /** Takes up to `BATCH_CHARS` of lines, with the line about lost ones in front when it is due. */
  #batch(): { readonly text: string; readonly lines: number; readonly lossSaid: number } {
    const lossSaid = this.#lossDue();
    let text = lossSaid > 0 ? `${this.#options.lossLine(lossSaid)}\n` : "";
    let lines = 0;
    for (; this.#waiting > 0 && text.length < BATCH_CHARS; lines++) text += `${this.#shift()}\n`;
    if (this.#torn && text !== "") text = `\n${text}`;
    return { text, lines, lossSaid };
  }

  /** How many lost lines are to be announced now; when it is too early, a timer comes back to it. */
  #lossDue(): number {
    const { clock } = this.#options;
    const unsaid = this.lost - this.#lossSaid;
    if (unsaid === 0) return 0;
    const wait = this.#lossSaidAt + LOSS_INTERVAL_MS - clock.now();
    if (wait <= 0) {
      this.#lossSaidAt = clock.now();
      return unsaid;
    }
    this.#cancelLossTimer ??= clock.setTimer(wait, () => {
      this.#cancelLossTimer = undefined;
      this.#start();
    });
    return 0;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      try {
        from += await this.#options.write(from === 0 ? bytes : bytes.subarray(from));
        this.#torn = bytes[from - 1] !== 0x0a;
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        await sleep(this.#options.clock, FULL_MS);
      }
    }
  }

  #shift(): string {
    const line = this.#lines[this.#head]!;
    this.#lines[this.#head++] = "";
    this.#chars -= line.length;
    if (this.#head > 1024 && this.#head * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head);
      this.#head = 0;
    }
    return line;
  }
}
