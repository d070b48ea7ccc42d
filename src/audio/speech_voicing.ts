import { realSpectrum, SPECTRUM_SAMPLES } from "./speech_spectrum.ts";

/** Shortest and longest period of a voice, in samples at 8 kHz: 400 to 80 Hz. */
const SHORTEST = 20, LONGEST = 100;
/** Bins that carry harmonics: 94 to 2800 Hz. */
const FIRST = 3, END = 90;

/**
 * Breadth of a spectrum above which it is not narrow. White noise has 0.88, noise below 800 Hz 0.3, most vowels 0.6.
 */
const FULL = 0.55;

/**
 * Makes up for what a Hann window takes from the correlation at each lag, by half: in full, noise at long lags would
 * stand out.
 */
const GAIN = Float64Array.from({ length: LONGEST + 1 }, (_, lag) => {
  const x = lag / SPECTRUM_SAMPLES, turn = 2 * Math.PI * x;
  return 1 / Math.sqrt((1 - x) * (2 + Math.cos(turn)) / 3 + Math.sin(turn) / (2 * Math.PI));
});

const roots = new Float64Array(SPECTRUM_SAMPLES);
const correlation = new Float64Array(SPECTRUM_SAMPLES / 2);

/**
 * Returns how periodic the sound of a power spectrum (bins 0 to 127, 31.25 Hz each) is, 0 to about 1: the highest peak
 * of the generalised autocorrelation, the transform of the spectrum's cube root, which makes all harmonics count and
 * flattens noise.
 */
export function voicing(power: Float64Array): number {
  let sum = 0, squares = 0;
  for (let k = FIRST; k < END; k++) {
    const root = Math.cbrt(power[k]!);
    sum += root;
    squares += root * root;
    roots[k] = root;
    roots[SPECTRUM_SAMPLES - k] = root;
  }
  realSpectrum(roots, correlation);
  let best = 0;
  for (let lag = SHORTEST; lag <= LONGEST; lag++) {
    const here = correlation[lag]!;
    if (here > correlation[lag - 1]! && here >= correlation[lag + 1]!) best = Math.max(best, here * GAIN[lag]!);
  }
  const breadth = sum * sum / (squares * (END - FIRST));
  return best / correlation[0]! * Math.min(1, Math.sqrt(breadth / FULL));
}
