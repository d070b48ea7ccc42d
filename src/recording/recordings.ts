import type { StartRecorder } from "../call/recorder.ts";
import type { Clock } from "../lib/clock.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import type { GrowingFile } from "../lib/files.ts";
import type { Log } from "../lib/log.ts";
import { CallRecording } from "./call_recording.ts";
import type { RecordingOptions } from "./config.ts";
import { recordingName } from "./file_name.ts";
import { RecordingLibrary } from "./library.ts";
import { Retention } from "./retention.ts";
import { WavWriter } from "./wav_writer.ts";

export interface RecordingsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly createFile: (path: string) => Promise<GrowingFile>;
}

/** The recordings of calls: makes them, keeps their limits, and hands them out. */
export class Recordings implements AsyncDisposable {
  readonly library: RecordingLibrary;
  /** Records a call; undefined where calls are not recorded. */
  readonly record: StartRecorder | undefined;
  readonly #retention: Retention;
  /** Recordings that are being written, by their file's name. */
  readonly #live = new Map<string, CallRecording>();
  #made = 0;
  #emptied: (() => void) | undefined;

  constructor(readonly options: RecordingOptions, readonly deps: RecordingsDeps) {
    const { folder, enabled } = options;
    const live = () => this.#live.values().reduce((sum, { bytes }) => sum + bytes, 0);
    this.#retention = new Retention(options, { live, ...deps });
    this.library = new RecordingLibrary(folder, (file) => this.#live.has(file));
    this.record = enabled ? (call) => this.#record(call) : undefined;
  }

  /** Ends every recording, and resolves when all is written. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const recording of this.#live.values()) recording.finish(false);
    if (this.#live.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#emptied = resolve;
      await promise;
    }
    await this.#retention[Symbol.asyncDispose]();
  }

  #record(call: Parameters<StartRecorder>[0]): CallRecording {
    const { clock, log, createFile } = this.deps;
    const { folder, maxFileBytes } = this.options;
    const pattern = `{conversation_id}_{timestamp}_${++this.#made}.wav`;
    const file = recordingName(pattern, call.call.id, new Date(clock.date()));
    const recording: CallRecording = new CallRecording(call, {
      clock,
      open: () => {
        this.#live.set(file, recording);
        call.started(file);
        return new WavWriter({
          create: () => createFile(`${folder}/${file}`),
          channels: 2,
          mostBytes: maxFileBytes,
          onStop: (problem) => {
            log.error("recording stopped", {
              code: "RECORDING-STOPPED" satisfies ErrorCode,
              call: call.call.id,
              problem,
            });
          },
        });
      },
      onClosed: () => {
        if (!this.#live.delete(file)) return;
        this.#retention.add(file, recording.bytes);
        if (this.#live.size === 0) this.#emptied?.();
      },
    });
    return recording;
  }
}
