/** Edges of the filter as shares of the lower rate: untouched below PASS, gone above STOP. 3400 and 4000 Hz of 8000. */
const PASS = 0.425, STOP = 0.5;
/** How far sound beyond STOP is turned down, in dB. */
const ATTENUATION = 66;
/** Ratios that need more phases make do with so many: off by 1/1024 sample at most, 55 dB down at the edge of the band. */
const MOST_PHASES = 512;
/** Filters kept for the next resampler of the same ratio, by "up/down". The oldest goes first. */
const MOST_FILTERS = 16;
const filters = new Map<string, Filter>();
/** Input samples that are worked on at a time. */
const BLOCK = 512;
/** Rates in Hz. */
const LOWEST_RATE = 4000, HIGHEST_RATE = 384000;

/** A low-pass filter cut into phases: a set of coefficients for each place that an output may have between two inputs. */
interface Filter {
  /** The ratio of the rates, output over input, in lowest terms. */
  readonly up: number;
  readonly down: number;
  readonly phases: number;
  /** Coefficients of one phase: a multiple of four. */
  readonly taps: number;
  /** Phase after phase, each with a sum of 1. */
  readonly coefficients: Float32Array;
}

/**
 * Changes the sample rate of a stream by a sinc filter under a Kaiser window, one phase of it for each output. How the
 * input is cut into pieces changes nothing. Output sample k is the sound at the time k / `to`, so input and output are in
 * step; the filter needs `latency` input samples (3.5 ms from or to 8 kHz) after that time, so an output comes that much
 * later, and the first piece of a stream gives less than those that follow.
 *
 * Measured with tones between 8000, 11025, 16000, 22050, 24000, 44100 and 48000 Hz: level within 0.03 dB up to 0.425 of
 * the lower rate (3400 Hz of 8 kHz); aliases of all that lies beyond half the lower rate, and images, 66 dB down or more.
 */
export class Resampler {
  /** In input samples. */
  readonly latency: number;
  readonly #filter: Filter;
  /** The inputs that outputs to come are made of: the first `filled` of it. */
  readonly #window: Float32Array;
  #filled: number;
  /** Time of the next output after the middle of the window's first `taps` inputs, in 1/up of an input sample. */
  #phase = 0;

  /** `from` and `to` in Hz. Throws RangeError unless both are whole numbers from 4000 to 384000. */
  constructor(from: number, to: number) {
    this.#filter = filterFor(from, to);
    const { taps } = this.#filter;
    this.latency = taps / 2;
    this.#window = new Float32Array(2 * taps + BLOCK);
    this.#filled = this.latency - 1;
  }

  /** Returns the most samples that so many samples of input can bring forth. */
  room(inputSamples: number): number {
    return Math.ceil(inputSamples * this.#filter.up / this.#filter.down) + 1;
  }

  /**
   * Takes samples, of any scale, and writes what can be made of them to the start of `output`, which must hold
   * `room(input.length)`. Returns how many were written.
   */
  resample(input: Float32Array, output: Float32Array): number {
    let given = 0;
    for (let at = 0; at < input.length; at += BLOCK) {
      const block = input.length <= BLOCK ? input : input.subarray(at, at + BLOCK);
      this.#window.set(block, this.#filled);
      this.#filled += block.length;
      given = this.#drain(output, given);
    }
    return given;
  }

  /**
   * Writes the rest as if silence followed, and starts afresh. `output` must hold `room(latency)`. Returns how many were
   * written: with them, n samples of input have made n · to / from of output, rounded up.
   */
  flush(output: Float32Array): number {
    this.#window.fill(0, this.#filled, this.#filled += this.latency);
    const given = this.#drain(output, 0);
    this.#window.fill(0);
    this.#filled = this.latency - 1;
    this.#phase = 0;
    return given;
  }

  /** Writes every output whose inputs are there, from place `given` on. Returns the place after the last. */
  #drain(output: Float32Array, given: number): number {
    const { up, down, phases, taps, coefficients } = this.#filter;
    const window = this.#window, last = this.#filled - taps;
    let start = 0, phase = this.#phase;
    while (start <= last) {
      let at = (phases === up ? phase : Math.floor(phase * phases / up)) * taps;
      let a = 0, b = 0, c = 0, d = 0; // four sums, so that no addition waits for the one before
      for (let n = start, end = start + taps; n < end; n += 4, at += 4) {
        a += window[n]! * coefficients[at]!;
        b += window[n + 1]! * coefficients[at + 1]!;
        c += window[n + 2]! * coefficients[at + 2]!;
        d += window[n + 3]! * coefficients[at + 3]!;
      }
      output[given++] = a + b + (c + d);
      phase += down;
      const step = Math.floor(phase / up);
      start += step;
      phase -= step * up;
    }
    window.copyWithin(0, start, this.#filled);
    this.#filled -= start; // a step is far shorter than the filter
    this.#phase = phase;
    return given;
  }
}

function filterFor(from: number, to: number): Filter {
  for (const rate of [from, to]) {
    if (Number.isInteger(rate) && rate >= LOWEST_RATE && rate <= HIGHEST_RATE) continue;
    const expected = `rates must be whole numbers from ${LOWEST_RATE} to ${HIGHEST_RATE}`;
    throw new RangeError(`Cannot resample "${from}" Hz to "${to}" Hz: ${expected}: received ${rate}`);
  }
  const divisor = greatestCommonDivisor(from, to);
  const up = to / divisor, down = from / divisor;
  const key = `${up}/${down}`;
  const known = filters.get(key);
  if (known) return known;
  const filter = design(up, down);
  if (filters.size === MOST_FILTERS) filters.delete(filters.keys().next().value!);
  filters.set(key, filter);
  return filter;
}

/** Kaiser's formulas: J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974. */
function design(up: number, down: number): Filter {
  const lower = Math.min(1, up / down); // the lower rate, in units of the input's
  const half = 2 * Math.ceil((ATTENUATION - 7.95) / (14.36 * (STOP - PASS) * lower) / 4);
  const beta = 0.1102 * (ATTENUATION - 8.7);
  const taps = 2 * half, phases = Math.min(up, MOST_PHASES);
  const cutOff = (PASS + STOP) * lower; // as a share of half the input's rate
  const middle = phases === up ? 0 : 0.5; // a phase that stands for several takes the middle of them
  const coefficients = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase++) {
    const own = coefficients.subarray(phase * taps, (phase + 1) * taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const time = tap - (half - 1) - (phase + middle) / phases;
      const x = Math.PI * cutOff * time;
      sum += own[tap] = (x === 0 ? 1 : Math.sin(x) / x) * bessel(beta * Math.sqrt(Math.max(0, 1 - (time / half) ** 2)));
    }
    for (let tap = 0; tap < taps; tap++) own[tap]! /= sum;
  }
  return { up, down, phases, taps, coefficients };
}

/** The modified Bessel function of the first kind and order 0, by its series. */
function bessel(x: number): number {
  let sum = 1;
  for (let term = 1, n = 1; term > 1e-9 * sum; n++) sum += term *= (x / 2 / n) ** 2;
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
