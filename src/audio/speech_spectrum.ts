/** Length of the spectrum's window: 32 ms at 8 kHz, 31.25 Hz a bin. */
export const SPECTRUM_SAMPLES = 256;

const HALF = SPECTRUM_SAMPLES / 2;
const BITS = Math.log2(HALF);
const COS = Float64Array.from({ length: HALF }, (_, k) => Math.cos(2 * Math.PI * k / SPECTRUM_SAMPLES));
const SIN = Float64Array.from({ length: HALF }, (_, k) => Math.sin(2 * Math.PI * k / SPECTRUM_SAMPLES));
const REVERSED = Uint8Array.from({ length: HALF }, (_, n) => {
  let reversed = 0;
  for (let bit = 0; bit < BITS; bit++) reversed |= (n >> bit & 1) << (BITS - 1 - bit);
  return reversed;
});

// One scratch for all: a transform runs to its end before the next begins.
const re = new Float64Array(HALF);
const im = new Float64Array(HALF);

/**
 * Transforms the 128 complex numbers in `re` and `im`, which stand in bit-reversed order: radix 2, decimation in time.
 */
function transform(): void {
  for (let at = 0; at < HALF; at += 4) { // the first two stages in one: their twiddle factors are 1 and -i
    const ar = re[at]! + re[at + 1]!, ai = im[at]! + im[at + 1]!;
    const br = re[at]! - re[at + 1]!, bi = im[at]! - im[at + 1]!;
    const cr = re[at + 2]! + re[at + 3]!, ci = im[at + 2]! + im[at + 3]!;
    const dr = re[at + 2]! - re[at + 3]!, di = im[at + 2]! - im[at + 3]!;
    re[at] = ar + cr, im[at] = ai + ci;
    re[at + 2] = ar - cr, im[at + 2] = ai - ci;
    re[at + 1] = br + di, im[at + 1] = bi - dr;
    re[at + 3] = br - di, im[at + 3] = bi + dr;
  }
  for (let size = 4; size < HALF; size *= 2) {
    const step = HALF / size;
    for (let k = 0, turn = 0; k < size; k++, turn += step) {
      const wr = COS[turn]!, wi = SIN[turn]!;
      for (let a = k; a < HALF; a += 2 * size) {
        const b = a + size;
        const tr = wr * re[b]! + wi * im[b]!, ti = wr * im[b]! - wi * re[b]!;
        re[b] = re[a]! - tr, im[b] = im[a]! - ti;
        re[a] = re[a]! + tr, im[a] = im[a]! + ti;
      }
    }
  }
}

/** Loads a real sequence of 256 numbers as 128 complex ones (even places real, odd places imaginary). */
function load(samples: Float64Array): void {
  for (let n = 0; n < HALF; n++) {
    const to = REVERSED[n]!;
    re[to] = samples[2 * n]!, im[to] = samples[2 * n + 1]!;
  }
}

/**
 * Writes the power (squared magnitude, unscaled) of bins 1 to 127 of 256 real samples into `power`; leaves power[0]
 * alone.
 */
export function powerSpectrum(samples: Float64Array, power: Float64Array): void {
  load(samples);
  transform();
  for (let k = 1; k <= HALF / 2; k++) {
    const m = HALF - k;
    // Even part E and odd part O of the packed transform: X[k] = E + w O, X[m] = conj(E - w O).
    const er = (re[k]! + re[m]!) / 2, ei = (im[k]! - im[m]!) / 2;
    const or = (im[k]! + im[m]!) / 2, oi = (re[m]! - re[k]!) / 2;
    const tr = COS[k]! * or + SIN[k]! * oi, ti = COS[k]! * oi - SIN[k]! * or;
    power[k] = (er + tr) ** 2 + (ei + ti) ** 2;
    power[m] = (er - tr) ** 2 + (ei - ti) ** 2;
  }
}

/** Writes the real parts of bins 0 to 127 of 256 real samples into `real`. */
export function realSpectrum(samples: Float64Array, real: Float64Array): void {
  load(samples);
  transform();
  real[0] = re[0]! + im[0]!;
  for (let k = 1; k <= HALF / 2; k++) {
    const m = HALF - k;
    const er = (re[k]! + re[m]!) / 2;
    const or = (im[k]! + im[m]!) / 2, oi = (re[m]! - re[k]!) / 2;
    const tr = COS[k]! * or + SIN[k]! * oi;
    real[k] = er + tr;
    real[m] = er - tr;
  }
}
