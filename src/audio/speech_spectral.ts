import type { Sound, SpeechDetector } from "./speech_detector.ts";
import { powerSpectrum, SPECTRUM_SAMPLES } from "./speech_spectrum.ts";
import { ToneFinder } from "./speech_tones.ts";
import { voicing } from "./speech_voicing.ts";

/** Samples of one window, 16 ms; each is judged together with the one before, under a Hann window of 32 ms. */
const WINDOW = SPECTRUM_SAMPLES / 2;
/** First bins (31.25 Hz each) of the bands from 190 to 3660 Hz, and the end of the last. */
const EDGES = Uint8Array.of(6, 9, 12, 16, 20, 25, 31, 38, 46, 56, 68, 82, 98, 117);
const BANDS = EDGES.length - 1;
/**
 * Added to each band's power, so that digital silence has a logarithm: the power of rounding to 16 bits and G.711 at
 * rest.
 */
const LEAST_POWER = 1000;
/** One band counts for no more than 12 and no less than -3 dB over its floor, so that no single line makes speech. */
const MOST_DB = 12, LEAST_DB = -3;
const DB_PER_OCTAVE = 10 * Math.log10(2);

/** A window's energy below which nothing is heard: -64 dBFS. */
const QUIET = 5e4;
/** The same as the power of a band, whose floor is there before anything is heard. */
const QUIET_BAND = 2.2e5;
/** How much louder than its floor a window must be. A sound's last echo in the spectrum's older half is not. */
const LOUDER = 1.1;
/** How much less the bands need stand out while a voice sounds, in dB. */
const HYSTERESIS = 1;

/** Evidence of a voice: what a voiced window adds, what any other takes, and the most there is. */
const VOICED = 4, UNVOICED = 1, MOST_VOICE = 12;
/**
 * Evidence that makes speech: two voiced windows close together, or one if there was speech within the last 60 (1 s).
 */
const NEW_VOICE = 6, KNOWN_VOICE = 2, KNOWN_WINDOWS = 60;

/**
 * How fast the floors follow per window: what is quieter or background; what is loud without a voice, as noise that
 * begins is.
 */
const BACKGROUND_RATE = 0.06, UNVOICED_RATE = 0.03;
/** How fast the smoothed powers follow whose minimum holds up the floors. */
const SMOOTH_RATE = 0.2;
/**
 * The minimum is that of the last one to two spans of 40 windows (640 ms); the mean of steady noise lies this much
 * above.
 */
const SPAN = 40, MINIMUM_TO_MEAN = 1.5;

// One scratch for all: a window is judged to its end before the next begins.
const framed = new Float64Array(SPECTRUM_SAMPLES);
const power = new Float64Array(WINDOW);
const bands = new Float64Array(BANDS);
const HANN = Float64Array.from(
  { length: SPECTRUM_SAMPLES },
  (_, n) => 0.5 - 0.5 * Math.cos(2 * Math.PI * (n + 0.5) / SPECTRUM_SAMPLES),
);

/**
 * Finds speech by signal processing alone: windows of 16 ms, each under a Hann window of 32 ms together with the one
 * before. Takes for speech what stands out from a tracked noise floor in 13 bands, is no tone, and has a voice in it or
 * had one just now. The voice is what tells speech from noise: noise may begin at any time and at any level. Whispers
 * therefore are not found; a buzz with harmonics that begins suddenly is, until its floor has risen (2 s). One short
 * syllable with less than 80 ms of vowel may be missed.
 */
export class SpectralDetector implements SpeechDetector {
  readonly windowSamples = WINDOW;
  readonly #standOutDb: number;
  readonly #leastVoicing: number;
  readonly #tones = new ToneFinder();
  readonly #previous = new Int16Array(WINDOW);
  readonly #floor = new Float64Array(BANDS).fill(QUIET_BAND);
  readonly #smooth = new Float64Array(BANDS).fill(QUIET_BAND);
  readonly #minimum = new Float64Array(BANDS).fill(Infinity);
  readonly #lastMinimum = new Float64Array(BANDS).fill(Infinity);
  #energyFloor = QUIET;
  #heard = 0;
  #voice = 0;
  #sinceSpeech = KNOWN_WINDOWS;

  /** Takes `threshold`, 0 to 1: 0.5 asks for 1 dB over the floor on average and a voicing of 0.165. */
  constructor(threshold: number) {
    this.#standOutDb = 4 * threshold - 1;
    this.#leastVoicing = 0.115 + 0.1 * threshold;
  }

  judge(window: Int16Array): Sound {
    const energy = this.#transform(window);
    this.#heard++;
    const needed = this.#voice > 0 ? this.#standOutDb - HYSTERESIS : this.#standOutDb;
    const loud = energy > QUIET && energy > LOUDER * this.#energyFloor && this.#standsOut() > needed;
    const clear = loud && !this.#tones.isTone(power);
    if (clear && voicing(power) > this.#leastVoicing) this.#voice = Math.min(MOST_VOICE, this.#voice + VOICED);
    else this.#voice = Math.max(0, this.#voice - UNVOICED);
    const speech = clear && this.#voice > (this.#sinceSpeech < KNOWN_WINDOWS ? KNOWN_VOICE : NEW_VOICE);
    this.#sinceSpeech = speech ? 0 : this.#sinceSpeech + 1;
    this.#learn(energy, speech ? 0 : loud ? UNVOICED_RATE : BACKGROUND_RATE);
    return speech ? "speech" : clear ? "unclear" : "background";
  }

  [Symbol.dispose](): void {
    // Holds nothing but memory.
  }

  /** Fills `power` and `bands` from this window and the one before; returns this window's energy. */
  #transform(window: Int16Array): number {
    const previous = this.#previous;
    let energy = 0;
    for (let n = 0; n < WINDOW; n++) {
      const sample = window[n]!;
      framed[n] = previous[n]! * HANN[n]!;
      framed[n + WINDOW] = sample * HANN[n + WINDOW]!;
      previous[n] = sample;
      energy += sample * sample;
    }
    powerSpectrum(framed, power);
    for (let band = 0; band < BANDS; band++) {
      let sum = LEAST_POWER;
      for (let k = EDGES[band]!; k < EDGES[band + 1]!; k++) sum += power[k]!;
      bands[band] = sum;
    }
    return energy;
  }

  /** Returns by how many dB the bands lie over their floors, on average. */
  #standsOut(): number {
    let sum = 0;
    for (let band = 0; band < BANDS; band++) {
      const db = DB_PER_OCTAVE * Math.log2(bands[band]! / this.#floor[band]!);
      sum += db > MOST_DB ? MOST_DB : db < LEAST_DB ? LEAST_DB : db;
    }
    return sum / BANDS;
  }

  /**
   * Moves the floors towards this window at `rate`, down always, and up to what the minimum of the last second implies.
   */
  #learn(energy: number, rate: number): void {
    const spanEnds = this.#heard % SPAN === 0;
    const filled = this.#heard > 2 * SPAN;
    for (let band = 0; band < BANDS; band++) {
      const now = bands[band]!;
      const smooth = this.#smooth[band]! + SMOOTH_RATE * (now - this.#smooth[band]!);
      const minimum = Math.min(this.#minimum[band]!, smooth);
      const least = filled ? Math.min(minimum, this.#lastMinimum[band]!) * MINIMUM_TO_MEAN : 0;
      this.#floor[band] = Math.max(least, follow(this.#floor[band]!, now, rate));
      this.#smooth[band] = smooth;
      this.#minimum[band] = spanEnds ? smooth : minimum;
      if (spanEnds) this.#lastMinimum[band] = minimum;
    }
    this.#energyFloor = follow(this.#energyFloor, energy, rate);
  }
}

function follow(floor: number, now: number, rate: number): number {
  return floor + (now < floor ? BACKGROUND_RATE : rate) * (now - floor);
}
