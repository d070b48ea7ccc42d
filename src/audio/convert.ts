import { type Audio, type AudioFormat, bytesPerSample, sameFormat, TELEPHONY } from "./format.ts";
import { decodeG711, encodeG711 } from "./g711.ts";
import { Resampler } from "./resample.ts";
import { monoSamples, readWav } from "./wav.ts";

const NOTHING = new Uint8Array(0);

/**
 * Returns the audio in another format: the very same object if it has that format already. Half a sample at the end is
 * left out. Throws RangeError if the rates differ and one of them cannot be resampled (see `Resampler`).
 */
export function convert(audio: Audio, to: AudioFormat): Audio {
  if (sameFormat(audio.format, to)) return audio;
  const converter = new Converter(audio.format, to);
  const body = converter.convert(audio.data), rest = converter.flush();
  if (rest.length === 0) return { format: to, data: body };
  const data = new Uint8Array(body.length + rest.length);
  data.set(body);
  data.set(rest, body.length);
  return { format: to, data };
}

/**
 * Returns a WAV file as what Webex Contact Center plays. A file of 8 kHz mono mu-law keeps its bytes as they are (and
 * shares its memory); any other is mixed to mono, resampled and encoded, and turned down as a whole if it is louder than
 * full scale. Throws WavError if the bytes are not a WAV file that can be read.
 */
export function readPrompt(wav: Uint8Array): Audio {
  const file = readWav(wav);
  if (file.encoding === "mulaw" && file.channels === 1 && file.sampleRate === TELEPHONY.sampleRate) {
    return { format: TELEPHONY, data: file.data };
  }
  const samples = atTelephonyRate(monoSamples(file), file.sampleRate);
  let peak = 1;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  for (let n = 0; n < samples.length; n++) samples[n]! *= 32768 / peak;
  const data = new Uint8Array(samples.length);
  encodeG711("mulaw", samples, data);
  return { format: TELEPHONY, data };
}

function atTelephonyRate(samples: Float32Array, rate: number): Float32Array {
  if (rate === TELEPHONY.sampleRate) return samples;
  const resampler = new Resampler(rate, TELEPHONY.sampleRate);
  const output = new Float32Array(resampler.room(samples.length) + resampler.room(resampler.latency));
  const given = resampler.resample(samples, output);
  return output.subarray(0, given + resampler.flush(output.subarray(given)));
}

/** Converts a stream of frames of any length. How the stream is cut into frames changes nothing of what comes out. */
export class Converter {
  readonly from: AudioFormat;
  readonly to: AudioFormat;
  readonly #resampler: Resampler | undefined;
  /** Samples on the scale of 16 bits: a frame as it was heard, and as it was resampled. As long as the longest frame. */
  #heard = new Float32Array(0);
  #made = new Float32Array(0);
  /** Low byte of a 16-bit sample whose high byte has yet to come, or -1. */
  #low = -1;

  /** Throws RangeError if the rates differ and one of them cannot be resampled (see `Resampler`). */
  constructor(from: AudioFormat, to: AudioFormat) {
    this.from = from;
    this.to = to;
    if (from.sampleRate !== to.sampleRate) this.#resampler = new Resampler(from.sampleRate, to.sampleRate);
  }

  /**
   * Returns the next frame's samples in the new format: whole samples, and with another rate those that can be told so far.
   * The result is the caller's to keep, but it is `data` itself where nothing has to change.
   */
  convert(data: Uint8Array): Uint8Array {
    if (this.#resampler === undefined && this.from.encoding === this.to.encoding && this.#aligned(data)) return data;
    const heard = this.#decode(data);
    if (this.#resampler === undefined) return this.#encode(heard);
    this.#make(this.#resampler.room(heard.length));
    return this.#encode(this.#made.subarray(0, this.#resampler.resample(heard, this.#made)));
  }

  /** Returns what is still to come of the samples before, as if silence followed. Then the next stream may begin. */
  flush(): Uint8Array {
    this.#low = -1;
    if (this.#resampler === undefined) return NOTHING;
    this.#make(this.#resampler.room(this.#resampler.latency));
    return this.#encode(this.#made.subarray(0, this.#resampler.flush(this.#made)));
  }

  #aligned(data: Uint8Array): boolean {
    return this.from.encoding !== "linear16" || (this.#low < 0 && data.length % 2 === 0);
  }

  #make(samples: number): void {
    if (this.#made.length < samples) this.#made = new Float32Array(samples);
  }

  #decode(data: Uint8Array): Float32Array {
    if (this.#heard.length <= data.length) this.#heard = new Float32Array(data.length + 1);
    const heard = this.#heard;
    if (this.from.encoding !== "linear16") {
      decodeG711(this.from.encoding, data, heard);
      return heard.subarray(0, data.length);
    }
    let filled = 0, low = this.#low;
    for (let at = 0; at < data.length; at++) {
      if (low < 0) low = data[at]!;
      else {
        heard[filled++] = (data[at]! << 8 | low) << 16 >> 16;
        low = -1;
      }
    }
    this.#low = low;
    return heard.subarray(0, filled);
  }

  #encode(samples: Float32Array): Uint8Array {
    const data = new Uint8Array(samples.length * bytesPerSample(this.to));
    if (this.to.encoding !== "linear16") {
      encodeG711(this.to.encoding, samples, data);
      return data;
    }
    for (let n = 0; n < samples.length; n++) {
      const sample = Math.max(-32768, Math.min(32767, Math.round(samples[n]!)));
      data[2 * n] = sample;
      data[2 * n + 1] = sample >> 8;
    }
    return data;
  }
}
