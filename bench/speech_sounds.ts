import { type AudioFormat, TELEPHONY } from "../src/audio/format.ts";
import { linearToAlaw, linearToMulaw } from "../src/audio/g711.ts";
import { SPEECH_DEFAULTS, SpeechMarker, type SpeechOptions } from "../src/audio/speech.ts";
import type { SpeechDetector } from "../src/audio/speech_detector.ts";
import { monoSamples, readWav } from "../src/audio/wav.ts";

/** Sound at 8 kHz, as samples on the scale of 16 bits. Levels are RMS in dBFS; 0 dBFS is an RMS of 32768. */
export type Sound = Float64Array;
export type Colour = "white" | "pink" | "brown" | "babble";

const FIXTURES = new URL("../tests/speech/", import.meta.url);
/** What the callers of tests/speech say. */
export const SENTENCES: readonly string[] = [
  ...["slt", "rms", "awb", "espeak"].flatMap((voice) => [`${voice}_booking`, `${voice}_person`]),
  "slt_yes",
  "rms_no",
];

/** Reads a recording of tests/speech. */
export function recording(name: string): Sound {
  const samples = monoSamples(readWav(Deno.readFileSync(new URL(`${name}.wav`, FIXTURES))));
  return Float64Array.from(samples, (sample) => sample * 32768);
}

/** Returns a generator of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  return () => {
    seed = seed + 0x6D2B79F5 | 0;
    let mixed = Math.imul(seed ^ seed >>> 15, 1 | seed);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/** Makes noise: white, pink (1/f, four poles), brown (1/f²), or babble, the recording over and over. */
export function noise(colour: Colour, ms: number, dbfs: number, seed = 1): Sound {
  const sound = new Float64Array(ms * 8), next = random(seed);
  if (colour === "babble") {
    const babble = recording("noise_babble"), start = Math.floor(next() * babble.length);
    for (let n = 0; n < sound.length; n++) sound[n] = babble[(start + n) % babble.length]!;
    return atLevel(sound, dbfs);
  }
  let a = 0, b = 0, c = 0;
  for (let n = 0; n < sound.length; n++) {
    const white = Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());
    if (colour === "white") sound[n] = white;
    else if (colour === "brown") sound[n] = a = 0.995 * a + white;
    else {
      a = 0.99765 * a + 0.099 * white, b = 0.963 * b + 0.2965 * white, c = 0.57 * c + 1.0527 * white;
      sound[n] = a + b + c + 0.1848 * white;
    }
  }
  return atLevel(sound, dbfs);
}

/** Makes a tone of one or more frequencies in Hz, each as strong as the other. */
export function tone(frequencies: readonly number[], ms: number, dbfs: number): Sound {
  const sound = Float64Array.from({ length: ms * 8 }, (_, n) => {
    return frequencies.reduce((sum, hz) => sum + Math.sin(2 * Math.PI * hz * n / 8000), 0);
  });
  return atLevel(sound, dbfs);
}

export function silence(ms: number): Sound {
  return new Float64Array(ms * 8);
}

/** Sets the level of the parts that sound: 10 ms pieces no more than 35 dB below the loudest. */
export function atLevel(sound: Sound, dbfs: number): Sound {
  const powers: number[] = [];
  for (let at = 0; at + 80 <= sound.length; at += 80) {
    powers.push(sound.subarray(at, at + 80).reduce((sum, sample) => sum + sample * sample, 0) / 80);
  }
  const least = Math.max(...powers) * 10 ** -3.5;
  const active = powers.filter((power) => power >= least);
  const gain = 32768 * 10 ** (dbfs / 20) / Math.sqrt(active.reduce((sum, power) => sum + power, 0) / active.length);
  return sound.map((sample) => sample * gain);
}

export function join(...sounds: readonly Sound[]): Sound {
  const joined = new Float64Array(sounds.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const sound of sounds) {
    joined.set(sound, at);
    at += sound.length;
  }
  return joined;
}

/** Adds sounds; the first says how long the sum is. */
export function mix(first: Sound, ...others: readonly Sound[]): Sound {
  return first.map((sample, n) => others.reduce((sum, other) => sum + (other[n] ?? 0), sample));
}

/** Encodes a sound; at 16 kHz, samples halfway between are put in. */
export function encode(sound: Sound, { encoding, sampleRate }: AudioFormat = TELEPHONY): Uint8Array {
  const samples = Int16Array.from({ length: sound.length * sampleRate / 8000 }, (_, n) => {
    const at = n * 8000 / sampleRate, before = sound[Math.floor(at)]!, after = sound[Math.ceil(at)] ?? before;
    return Math.max(-32768, Math.min(32767, Math.round((before + after) / 2)));
  });
  if (encoding === "linear16") return new Uint8Array(samples.buffer);
  return Uint8Array.from(samples, encoding === "alaw" ? linearToAlaw : linearToMulaw);
}

export interface Mark {
  readonly type: "start" | "end";
  /** Bytes from the beginning of the stream to the decision. */
  readonly at: number;
}

export interface MarkOptions {
  readonly format?: AudioFormat;
  readonly frameBytes?: number;
  readonly speech?: Partial<SpeechOptions>;
  readonly detector?: SpeechDetector;
}

/** Returns where a marker finds the starts and ends of speech in a stream that comes in frames. */
export function marks(
  stream: Uint8Array,
  { format = TELEPHONY, frameBytes = 160, speech, detector }: MarkOptions = {},
): Mark[] {
  const found: Mark[] = [];
  let base = 0;
  const listener = {
    speechStarted: (offset: number) => void found.push({ type: "start", at: base + offset }),
    speechEnded: (offset: number) => void found.push({ type: "end", at: base + offset }),
  };
  using marker = new SpeechMarker(format, { ...SPEECH_DEFAULTS, ...speech }, listener, detector);
  for (; base < stream.length; base += frameBytes) marker.hear(stream.subarray(base, base + frameBytes));
  return found;
}
