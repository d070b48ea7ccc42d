import type { AudioFormat } from "../audio/format.ts";
import type { CallDetails } from "./connector.ts";

/** Keeps what is heard in one call. Everything returns at once and throws nothing, whatever the disk does. */
export interface CallRecorder {
  /**
   * The caller's audio: the bytes of `data` from `from` to `to`, which may be reused after the call. It came at `now`, in
   * ms of the clock. `follows`: it goes on where the frame before ended.
   */
  heard(data: Uint8Array, format: AudioFormat, from: number, to: number, now: number, follows: boolean): void;
  /** The agent's audio, 8 kHz mu-law that nobody changes any more, as it goes out: it plays once all before has been played. */
  spoken(audio: Uint8Array, bargeIn: boolean): void;
  /** The caller goes on: what is being played stops, if it may be interrupted, and with it what waits behind it. */
  interrupted(): void;
  /** The call is over. `hungUp`: by the caller, who hears nothing more; otherwise the rest is played to its end. */
  finish(hungUp: boolean): void;
}

/** What a recorder is told when its call comes in. */
export interface RecordedCall {
  readonly call: CallDetails;
  /** When the call came in, in ms of the clock: the recording begins there. */
  readonly since: number;
  /** Whether what is heard now is sensitive: the recording is silent then. */
  readonly sensitive: () => boolean;
  /** Tells, once there is something to record, the name of the file. */
  readonly started: (file: string) => void;
}

export type StartRecorder = (call: RecordedCall) => CallRecorder;
