import { HEADER_BYTES } from "../audio/wav.ts";
import { MULAW_TO_LINEAR } from "../audio/g711.ts";
import { TELEPHONY } from "../audio/format.ts";
import { readRange } from "../lib/files.ts";
import { setNewest } from "../lib/newest.ts";
import { plainFile } from "../lib/private_file.ts";
import { isRecordingName } from "./file_name.ts";

/** Points of a waveform, for each channel. */
const POINTS = 600;
/** Waveforms that are remembered. */
const MOST_WAVEFORMS = 100;
const CHANNELS = 2;

/** A recording of a call, as far as it is written. */
export interface RecordedFile {
  /** Its name in the folder. */
  readonly file: string;
  readonly bytes: number;
  readonly durationMs: number;
  /** Whether the call still goes on. */
  readonly live: boolean;
  /** Streams bytes `from` up to and without `to`. Errors with what the disk says. */
  read(from?: number, to?: number): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Peaks of the caller's and the agent's channel, 0 to 1, equally spaced over the whole. */
export type Waveform = readonly [caller: readonly number[], agent: readonly number[]];

/** Hands out recordings by their file name, which may come from anybody. */
export class RecordingLibrary {
  readonly #waveforms = new Map<string, Promise<Waveform>>();

  /** `isLive`: whether a file is being written. */
  constructor(readonly folder: string, readonly isLive: (file: string) => boolean) {}

  /** Finds a recording; undefined for one that is not there, or no name of a recording. Throws what the disk says. */
  async find(file: string): Promise<RecordedFile | undefined> {
    if (!isRecordingName(file)) return undefined;
    const path = `${this.folder}/${file}`;
    const found = await plainFile(path);
    if (!found) return undefined;
    const bytes = found.size;
    return {
      file,
      bytes,
      durationMs: momentsOf(bytes) * 1000 / TELEPHONY.sampleRate,
      live: this.isLive(file),
      read: (from = 0, to = bytes) => ReadableStream.from(readRange(path, from, Math.min(to, bytes))),
    };
  }

  /** Draws a recording; undefined while its call goes on. Rejects with what the disk says. */
  waveform(recorded: RecordedFile): Promise<Waveform | undefined> {
    if (recorded.live) return Promise.resolve(undefined);
    const known = this.#waveforms.get(recorded.file);
    if (known) return known;
    const drawn = draw(recorded);
    setNewest(this.#waveforms, recorded.file, drawn, MOST_WAVEFORMS);
    drawn.catch(() => this.#waveforms.delete(recorded.file));
    return drawn;
  }
}

/** Samples of each channel in a file of that size. */
function momentsOf(bytes: number): number {
  return Math.max(0, Math.floor((bytes - HEADER_BYTES) / CHANNELS));
}

/** Reads a file piece by piece: others have their turn between them. */
async function draw({ bytes, read }: RecordedFile): Promise<Waveform> {
  const moments = momentsOf(bytes);
  const points = Math.min(POINTS, moments);
  const peaks = [new Float64Array(points), new Float64Array(points)] as const;
  let at = 0;
  for await (const piece of read(HEADER_BYTES, HEADER_BYTES + moments * CHANNELS)) {
    for (const byte of piece) {
      const channel = peaks[at % CHANNELS as 0 | 1];
      const point = Math.floor(Math.floor(at / CHANNELS) * points / moments);
      const level = Math.abs(MULAW_TO_LINEAR[byte]!) / 32768;
      if (level > channel[point]!) channel[point] = level;
      at++;
    }
  }
  const rounded = (levels: Float64Array) => Array.from(levels, (level) => Math.round(level * 1000) / 1000);
  return [rounded(peaks[0]), rounded(peaks[1])];
}
