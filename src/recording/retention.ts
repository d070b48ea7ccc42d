import type { Clock } from "../lib/clock.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import { plainFiles } from "../lib/files.ts";
import type { Log } from "../lib/log.ts";
import type { RecordingOptions } from "./config.ts";
import { isRecordingName } from "./file_name.ts";

/** How often files are looked over for their age, in ms. */
const SWEEP_MS = 600_000;

export interface RetentionDeps {
  /** Bytes of the files that are being written; they count as well. */
  readonly live: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Deletes recordings that are too old, and the oldest when all together take too much. Files that are being written are
 * never touched, nor is anything that is not named like a recording.
 */
export class Retention implements AsyncDisposable {
  /** Files that are complete, the oldest first. */
  readonly #files = new Map<string, { readonly bytes: number; readonly at: number }>();
  #bytes = 0;
  #callOffTimer = () => {};
  #closed = false;
  /** What is being done; never rejects. */
  #working: Promise<void>;

  constructor(readonly options: RecordingOptions, readonly deps: RetentionDeps) {
    this.#working = this.#look().then(() => this.#sweep());
    this.#schedule();
  }

  /** Resolves when all that is due now is done. */
  get settled(): Promise<void> {
    return this.#working;
  }

  /** Takes in charge a file that has just been completed. */
  add(file: string, bytes: number): void {
    this.#take(file, bytes, this.deps.clock.date());
    this.#work();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#callOffTimer();
    await this.#working;
  }

  #schedule(): void {
    this.#callOffTimer = this.deps.clock.setTimer(SWEEP_MS, () => {
      this.#work();
      this.#schedule();
    });
  }

  #work(): void {
    this.#working = this.#working.then(() => this.#sweep());
  }

  /** Finds the files that an earlier process left. */
  async #look(): Promise<void> {
    try {
      const found = await Array.fromAsync(plainFiles(this.options.folder));
      const recordings = found.filter(({ name }) => isRecordingName(name) && !this.#files.has(name));
      for (const { name, bytes, at } of recordings.sort((a, b) => a.at - b.at)) this.#take(name, bytes, at);
    } catch (error) {
      // A gateway that does not record need not be allowed to look.
      if (!this.options.enabled && error instanceof Deno.errors.NotCapable) return;
      this.#complain("recordings cannot be looked over", error);
    }
  }

  async #sweep(): Promise<void> {
    const { options: { maxAgeMs, maxBytes }, deps: { clock, live } } = this;
    for (const [file, { at }] of this.#files) {
      if (this.#closed) return;
      const old = clock.date() - at > maxAgeMs;
      if (!old && this.#bytes + live() <= maxBytes) return;
      await this.#delete(file, old ? "too old" : "too many");
    }
  }

  async #delete(file: string, why: string): Promise<void> {
    const { options: { folder }, deps: { log } } = this;
    const { bytes } = this.#files.get(file)!;
    this.#files.delete(file);
    this.#bytes -= bytes;
    try {
      await Deno.remove(`${folder}/${file}`);
      log.info("recording deleted", { file, bytes, why });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) this.#complain("recording cannot be deleted", error);
    }
  }

  #take(file: string, bytes: number, at: number): void {
    this.#files.set(file, { bytes, at });
    this.#bytes += bytes;
  }

  #complain(message: string, error: unknown): void {
    this.deps.log.warn(message, {
      code: "RECORDING-SWEEP" satisfies ErrorCode,
      error: error instanceof Error ? error.name : "unknown",
    });
  }
}
