import { put, realSpectrum, SAMPLES } from "./spectrum";
import { highest, total } from "./vectors";

/** Shortest and longest period of a voice, in samples at 8 kHz: 400 to 80 Hz. */
const SHORTEST: i32 = 20, LONGEST: i32 = 100;
/** Bins that carry harmonics: 94 to 2800 Hz; the last vector of four reaches one bin beyond. */
const FIRST: i32 = 3, END: i32 = 90;
/** Less power than rounding to 16 bits leaves in any bin: keeps the roots off zero. */
const LEAST_POWER: f32 = 1;

/**
 * Breadth of a spectrum above which it is not narrow. White noise has 0.88, noise below 800 Hz 0.3, most vowels 0.6.
 */
const FULL: f32 = 0.55;

const roots: usize = memory.data(SAMPLES * 4, 16);
const correlation: usize = memory.data(SAMPLES * 2, 16);
/**
 * Makes up for what a Hann window takes from the correlation at each lag, by half: in full, noise at long lags would
 * stand out. Lags beyond the longest count for nothing.
 */
const gain: usize = memory.data(SAMPLES * 2, 16);
for (let lag = SHORTEST; lag <= LONGEST; lag++) {
  const x = <f64>lag / SAMPLES, turn = 2 * Math.PI * x;
  store<f32>(gain + (lag << 2), <f32>(1 / Math.sqrt((1 - x) * (2 + Math.cos(turn)) / 3 + Math.sin(turn) / (2 * Math.PI))));
}

/**
 * Returns how periodic the sound of a power spectrum (bins 0 to 127 as f32, 31.25 Hz each) is, 0 to about 1: the
 * highest peak of the generalised autocorrelation, the transform of the spectrum's cube root, which makes all harmonics
 * count and flattens noise.
 */
export function voicing(power: usize): f32 {
  let sums = f32x4.splat(0), squares = f32x4.splat(0);
  for (let k = FIRST; k < END; k += 4) {
    let root = cubeRoot(f32x4.pmax(v128.load(power + (k << 2)), f32x4.splat(LEAST_POWER)));
    if (k + 4 > END) root = f32x4.replace_lane(root, 3, 0);
    sums = f32x4.add(sums, root);
    squares = f32x4.add(squares, f32x4.mul(root, root));
    v128.store(roots + (k << 2), root);
    v128.store(roots + (SAMPLES - k - 3 << 2), v128.shuffle<f32>(root, root, 3, 2, 1, 0));
  }
  for (let n = 0; n < SAMPLES / 2; n += 4) {
    const low = v128.load(roots + (n << 3)), high = v128.load(roots + (n << 3), 16);
    put(n, v128.shuffle<f32>(low, high, 0, 2, 4, 6), v128.shuffle<f32>(low, high, 1, 3, 5, 7));
  }
  realSpectrum(correlation);
  let peaks = f32x4.splat(0);
  for (let lag = SHORTEST; lag <= LONGEST; lag += 4) {
    const at = correlation + (lag << 2);
    const here = v128.load(at);
    const peak = v128.and(f32x4.gt(here, v128.load(at - 4)), f32x4.ge(here, v128.load(at + 4)));
    peaks = f32x4.pmax(peaks, v128.and(peak, f32x4.mul(here, v128.load(gain + (lag << 2)))));
  }
  const sum = total(sums);
  const breadth = sum * sum / (total(squares) * <f32>(END - FIRST));
  return highest(peaks) / load<f32>(correlation) * min<f32>(1, sqrt<f32>(breadth / FULL));
}

/**
 * The cube roots of four positive numbers: a third of the exponent (the bits of a float are nearly its logarithm), made
 * exact to 1 in 40,000 by a step of Halley's method.
 */
// @ts-ignore: decorator
@inline
function cubeRoot(x: v128): v128 {
  const third = f32x4.mul(f32x4.convert_i32x4_s(x), f32x4.splat(1.0 / 3));
  const y = i32x4.add(i32x4.trunc_sat_f32x4_s(third), i32x4.splat(0x2a514067));
  const cube = f32x4.mul(f32x4.mul(y, y), y);
  return f32x4.mul(y, f32x4.div(f32x4.add(f32x4.add(cube, x), x), f32x4.add(f32x4.add(cube, cube), x)));
}
