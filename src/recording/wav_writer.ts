import { TELEPHONY } from "../audio/format.ts";
import { wavHeader } from "../audio/wav.ts";
import type { GrowingFile } from "../lib/files.ts";

/** When so much waits for a slow disk, in bytes, the writing ends. */
const MOST_WAITING = 160_000;

export interface WavWriterOptions {
  /** Creates the file. */
  readonly create: () => Promise<GrowingFile>;
  /** One voice, or the caller's and the agent's side by side. */
  readonly channels: 1 | 2;
  /** The most bytes of audio in the file. */
  readonly mostBytes: number;
  /** Called once, if nothing more is written because of a problem, which is an operator's to read. */
  readonly onStop: (problem: string) => void;
}

/**
 * Writes 8 kHz mu-law into a WAV file, block by block: what Webex sends and plays as it is, in half the space of 16 bits,
 * and every browser plays it. The file can be played at any moment: the sizes in its header follow each block. The disk
 * works behind the giver's back: one that fails, or lags `MOST_WAITING` behind, ends the writing, and what has been
 * written stays good.
 */
export class WavWriter {
  /** Bytes of audio handed to the disk. */
  bytes = 0;
  #file: GrowingFile | undefined;
  #waiting = 0;
  #stopped = false;
  #closing = false;
  /** A write has failed: those behind it are let go, so that the file has no gap. */
  #failed = false;
  #writing: Promise<void> = Promise.resolve();

  /** Creates the file. */
  constructor(readonly options: WavWriterOptions) {
    this.#do(0, async () => {
      this.#file = await options.create();
      await this.#file.write(this.#header(0), 0);
    });
  }

  /** Whether nothing more is written. */
  get stopped(): boolean {
    return this.#stopped || this.#closing;
  }

  /** Adds a block, which is the writer's from now on. What is more than may be in the file ends the writing. */
  write(block: Uint8Array): void {
    if (this.stopped) return;
    if (this.#waiting >= MOST_WAITING) return this.#stop("the disk is too slow");
    const at = this.bytes;
    const fits = block.subarray(0, this.options.mostBytes - at);
    this.bytes += fits.length;
    const header = this.#header(this.bytes);
    this.#do(fits.length, async () => {
      await this.#file!.write(fits, header.length + at);
      await this.#file!.write(header, 0);
    });
    if (fits.length < block.length) this.#stop("it is as long as a recording may be");
  }

  /** Closes the file once everything is written. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#writing;
    this.#file?.[Symbol.dispose]();
  }

  #header(bytes: number): Uint8Array {
    return wavHeader(TELEPHONY, bytes, this.options.channels);
  }

  /** Acts once everything before is done. */
  #do(bytes: number, act: () => Promise<void>): void {
    this.#waiting += bytes;
    this.#writing = this.#writing.then(async () => {
      if (!this.#failed) await act();
    }).catch((error) => {
      this.#failed = true;
      this.#stop(error instanceof Error ? `${error.name}: ${error.message}` : "unknown");
    }).then(() => void (this.#waiting -= bytes));
  }

  #stop(problem: string): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.options.onStop(problem);
  }
}
