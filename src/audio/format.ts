/** How bytes become sound. Every piece of audio carries its own format, so nothing has to guess. */
export interface AudioFormat {
  /** G.711 mu-law or A-law (one byte a sample), or 16-bit little-endian PCM (two). */
  readonly encoding: "mulaw" | "alaw" | "linear16";
  /** Samples a second, in Hz. */
  readonly sampleRate: number;
}

/** A piece of mono audio. */
export interface Audio {
  readonly format: AudioFormat;
  readonly data: Uint8Array;
}

/** What Webex Contact Center sends and plays: 8 kHz mu-law. */
export const TELEPHONY: AudioFormat = { encoding: "mulaw", sampleRate: 8000 };

/** Returns how many bytes one sample takes. */
export function bytesPerSample({ encoding }: AudioFormat): 1 | 2 {
  return encoding === "linear16" ? 2 : 1;
}

/** Returns how long the audio plays, in ms, counted in samples and never on a clock. */
export function durationMs({ format, data }: Audio): number {
  return data.length / bytesPerSample(format) * 1000 / format.sampleRate;
}

/** Tells whether two formats are the same. */
export function sameFormat(a: AudioFormat, b: AudioFormat): boolean {
  return a.encoding === b.encoding && a.sampleRate === b.sampleRate;
}
