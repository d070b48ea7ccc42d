import { silenceByte } from "../audio/g711.ts";
import type { CallInfo, ConnectorDeps } from "../call/connector.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import { recordingName } from "./file_name.ts";
import { WavWriter } from "./wav_writer.ts";

/** Bytes of audio that gather before they are written: one second of 8 kHz mu-law. */
const BLOCK_BYTES = 8000;
/** A recording ends here, whatever the call does: an hour and a half of 8 kHz mu-law. */
const MOST_BYTES = 43_200_000;
const SILENCE = silenceByte("mulaw");

const USUAL_NAME = "caller_audio_{conversation_id}_{timestamp}.wav";

/** What may be different about a recording of one voice. */
export interface OneVoiceOptions {
  /** The file's name; {conversation_id} and {timestamp} stand for those of the call. */
  readonly name?: string;
  /** The most bytes of audio in the file. */
  readonly mostBytes?: number;
}

/**
 * Writes one voice of a call into a WAV file, piece after piece without the pauses between them, from the first one on:
 * what the sample's connectors keep. A disk that fails ends the recording and never the call.
 */
export class OneVoiceRecording {
  #writer: WavWriter | undefined;
  #block = new Uint8Array(BLOCK_BYTES);
  #filled = 0;

  /** `folder`: where the file goes; it is made if need be. */
  constructor(
    readonly call: CallInfo,
    readonly folder: string,
    readonly deps: ConnectorDeps,
    readonly options: OneVoiceOptions = {},
  ) {}

  /** Adds a piece of 8 kHz mu-law, or, when it is `sensitive`, as much silence; copies it. */
  add(data: Uint8Array, sensitive = false): void {
    this.#writer ??= this.#start();
    for (let from = 0; from < data.length && !this.#writer.stopped;) {
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
    if (this.#filled > 0) this.#flush();
    await this.#writer?.close();
  }

  #start(): WavWriter {
    const { options: { name = USUAL_NAME, mostBytes = MOST_BYTES }, deps } = this;
    const path = `${this.folder}/${recordingName(name, this.call.id, new Date(deps.clock.date()))}`;
    return new WavWriter({
      create: () => deps.createFile(path),
      channels: 1,
      mostBytes: Math.min(MOST_BYTES, mostBytes),
      onStop: (problem) => {
        const code: ErrorCode = "RECORDING-STOPPED";
        deps.log.error("recording stopped", { code, call: this.call.id, problem });
      },
    });
  }

  #flush(): void {
    this.#writer!.write(this.#block.subarray(0, this.#filled));
    this.#block = new Uint8Array(BLOCK_BYTES);
    this.#filled = 0;
  }
}
