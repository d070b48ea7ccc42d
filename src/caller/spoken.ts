import { convert } from "../audio/convert.ts";
import type { Audio, AudioFormat } from "../audio/format.ts";
import { monoSamples, readWav } from "../audio/wav.ts";

/**
 * Returns what a caller says in a WAV file as bytes of `format`, keeping all of the sound that `format` can hold.
 * Throws WavError if the bytes are not a WAV file, RangeError if its rate cannot be resampled.
 */
export function readSpeech(file: Uint8Array, format: AudioFormat): Uint8Array {
  const wav = readWav(file);
  const linear = Int16Array.from(monoSamples(wav), (sample) => Math.max(-32768, Math.min(32767, sample * 32768)));
  const data = new Uint8Array(linear.buffer);
  return convert({ format: { encoding: "linear16", sampleRate: wav.sampleRate }, data }, format).data;
}

/** Returns audio as 16-bit little-endian samples of its own rate. */
export function linearPiece(audio: Audio): Uint8Array {
  return convert(audio, { encoding: "linear16", sampleRate: audio.format.sampleRate }).data;
}

/** Returns 16-bit little-endian samples of the rate of `format` as bytes of `format`; half a sample at the end is left out. */
export function spokenPiece(linear: Uint8Array, format: AudioFormat): Uint8Array {
  return convert({ format: { encoding: "linear16", sampleRate: format.sampleRate }, data: linear }, format).data;
}
