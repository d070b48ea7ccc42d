import { TELEPHONY } from "../audio/format.ts";
import { silenceByte } from "../audio/g711.ts";
import { wavHeader } from "../audio/wav.ts";
import type { CallInfo, ConnectorDeps } from "../call/connector.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import type { GrowingFile } from "../lib/files.ts";

/** Bytes of audio that gather before they are written: one second of 8 kHz mu-law. */
const BLOCK_BYTES = 8000;
/** A recording ends here, whatever the call does: an hour and a half of 8 kHz mu-law. */
const MOST_BYTES = 43_200_000;
const SILENCE = silenceByte("mulaw");
/** Writes that may wait for a slow disk; one more, and the recording ends. */
const MOST_WRITES = 10;

const USUAL_NAME = "caller_audio_{conversation_id}_{timestamp}.wav";

/** What may be different about a recording. */
export interface RecordingOptions {
  /** The file's name; {conversation_id} and {timestamp} stand for those of the call. */
  readonly name?: string;
  /** The most bytes of audio in the file. */
  readonly mostBytes?: number;
}

/** Returns a file name that holds a conversation id safely: nothing of it can leave the folder or hide the file. */
export function recordingName(callId: string, at: Date, name = USUAL_NAME): string {
  const id = callId.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 80);
  const time = at.toISOString().replaceAll(/[-:]/g, "").replace("T", "_").replace(".", "_").slice(0, 19);
  return name.replaceAll("{conversation_id}", id).replaceAll("{timestamp}", time);
}

/**
 * Writes what one call's caller says into a WAV file, from the first frame on. It can be played at any moment: the sizes
 * in its header follow each block. The disk works behind the call's back: one that fails, or lags more than
 * `MOST_WRITES` blocks behind, ends the recording and never the call.
 */
export class Recording {
  #file: GrowingFile | undefined;
  #block = new Uint8Array(BLOCK_BYTES);
  #filled = 0;
  /** Bytes of audio handed to the disk. */
  #given = 0;
  #started = false;
  #stopped = false;
  /** A write has failed: those behind it are let go, so that the file has no gap. */
  #failed = false;
  #waiting = 0;
  #writing: Promise<void> = Promise.resolve();

  /** `folder`: where the file goes; it is made if need be. */
  constructor(
    readonly call: CallInfo,
    readonly folder: string,
    readonly deps: ConnectorDeps,
    readonly options: RecordingOptions = {},
  ) {}

  /** Adds a frame of 8 kHz mu-law, or, when it is `sensitive`, as much silence; copies it. */
  add(data: Uint8Array, sensitive = false): void {
    if (!this.#started) this.#start();
    for (let from = 0; from < data.length && !this.#stopped;) {
      const room = BLOCK_BYTES - this.#filled;
      const piece = from === 0 && data.length <= room ? data : data.subarray(from, from + room);
      if (sensitive) this.#block.fill(SILENCE, this.#filled, this.#filled + piece.length);
      else this.#block.set(piece, this.#filled);
      this.#filled += piece.length;
      from += piece.length;
      if (this.#filled === BLOCK_BYTES) this.#flush();
    }
  }

  /** Writes what is left and closes the file. */
  async finish(): Promise<void> {
    if (this.#filled > 0 && !this.#stopped) this.#flush();
    this.#stopped = true;
    await this.#writing;
    this.#file?.[Symbol.dispose]();
  }

  #start(): void {
    this.#started = true;
    const name = recordingName(this.call.id, new Date(this.deps.clock.date()), this.options.name);
    const path = `${this.folder}/${name}`;
    this.#write(async () => {
      this.#file = await this.deps.createFile(path);
      await this.#file.write(wavHeader(TELEPHONY, 0), 0);
    });
  }

  #flush(): void {
    const block = this.#block.subarray(0, this.#filled);
    const header = wavHeader(TELEPHONY, this.#given + block.length);
    const at = header.length + this.#given;
    this.#given += block.length;
    this.#block = new Uint8Array(BLOCK_BYTES);
    this.#filled = 0;
    this.#write(async () => {
      await this.#file!.write(block, at);
      await this.#file!.write(header, 0);
    });
    if (this.#given + BLOCK_BYTES > Math.min(MOST_BYTES, this.options.mostBytes ?? Infinity)) {
      this.#stop("it is as long as a recording may be");
    }
  }

  /** Writes once everything before is written. */
  #write(act: () => Promise<void>): void {
    if (this.#waiting >= MOST_WRITES) return this.#stop("the disk is too slow");
    this.#waiting++;
    this.#writing = this.#writing.then(async () => {
      if (!this.#failed) await act();
    }).catch((error) => {
      this.#failed = true;
      this.#stop(error instanceof Error ? `${error.name}: ${error.message}` : "unknown");
    }).then(() => void this.#waiting--);
  }

  #stop(problem: string): void {
    if (this.#stopped) return;
    this.#stopped = true;
    const code: ErrorCode = "RECORDING-STOPPED";
    this.deps.log.error("recording stopped", { code, call: this.call.id, problem });
  }
}
