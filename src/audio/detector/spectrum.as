/** Length of the spectrum's window, in samples: 32 ms at 8 kHz, 31.25 Hz a bin. */
export const SAMPLES: i32 = 256;
export const HALF: i32 = SAMPLES / 2;
/** Lanes of a vector, and its bytes. */
const LANES: i32 = 4;
const VECTOR: usize = 16;

/** 128 complex numbers as two arrays of f32, and the same again: each stage reads one and writes the other. */
const RE: usize = memory.data(HALF * 4, 16);
const IM: usize = memory.data(HALF * 4, 16);
const RE_NEXT: usize = memory.data(HALF * 4, 16);
const IM_NEXT: usize = memory.data(HALF * 4, 16);
/** cos and -sin of 2πk/128 (a stage's twiddle factors) and of 2πk/256 (a real spectrum's). */
const STAGE_COS: usize = memory.data(HALF * 2, 16);
const STAGE_SIN: usize = memory.data(HALF * 2, 16);
const REAL_COS: usize = memory.data((HALF + LANES) * 4, 16);
const REAL_SIN: usize = memory.data((HALF + LANES) * 4, 16);

for (let k = 0; k < HALF / 2; k++) {
  const turn = 2 * Math.PI * k / HALF;
  store<f32>(STAGE_COS + (k << 2), <f32>Math.cos(turn));
  store<f32>(STAGE_SIN + (k << 2), <f32>-Math.sin(turn));
}
for (let k = 0; k < HALF + LANES; k++) {
  const turn = 2 * Math.PI * k / SAMPLES;
  store<f32>(REAL_COS + (k << 2), <f32>Math.cos(turn));
  store<f32>(REAL_SIN + (k << 2), <f32>-Math.sin(turn));
}

/** Puts real samples 2n … 2n+7 in place for the transform: the even ones as real parts, the odd ones as imaginary. */
// @ts-ignore: decorator
@inline
export function put(n: i32, even: v128, odd: v128): void {
  v128.store(RE + (n << 2), even);
  v128.store(IM + (n << 2), odd);
}

/**
 * Transforms the 128 complex numbers that were put: Stockham's radix 2, which needs no bit reversal. The first two
 * stages, whose runs are shorter than a vector, shuffle their results into place.
 */
function transform(): void {
  firstStage(RE, IM, RE_NEXT, IM_NEXT);
  secondStage(RE_NEXT, IM_NEXT, RE, IM);
  stage(4, RE, IM, RE_NEXT, IM_NEXT);
  stage(8, RE_NEXT, IM_NEXT, RE, IM);
  stage(16, RE, IM, RE_NEXT, IM_NEXT);
  stage(32, RE_NEXT, IM_NEXT, RE, IM);
  stage(64, RE, IM, RE_NEXT, IM_NEXT);
}

/** Runs of one: four butterflies with four twiddle factors, whose sums and differences alternate. */
// @ts-ignore: decorator
@inline
function firstStage(re: usize, im: usize, reTo: usize, imTo: usize): void {
  for (let p: usize = 0; p < <usize>HALF * 2; p += VECTOR) {
    const ar = v128.load(re + p), ai = v128.load(im + p);
    const br = v128.load(re + p, HALF * 2), bi = v128.load(im + p, HALF * 2);
    const wr = v128.load(STAGE_COS + p), wi = v128.load(STAGE_SIN + p);
    const dr = f32x4.sub(ar, br), di = f32x4.sub(ai, bi);
    const sr = f32x4.add(ar, br), si = f32x4.add(ai, bi);
    const tr = f32x4.sub(f32x4.mul(dr, wr), f32x4.mul(di, wi));
    const ti = f32x4.add(f32x4.mul(dr, wi), f32x4.mul(di, wr));
    v128.store(reTo + 2 * p, v128.shuffle<f32>(sr, tr, 0, 4, 1, 5));
    v128.store(reTo + 2 * p, v128.shuffle<f32>(sr, tr, 2, 6, 3, 7), VECTOR);
    v128.store(imTo + 2 * p, v128.shuffle<f32>(si, ti, 0, 4, 1, 5));
    v128.store(imTo + 2 * p, v128.shuffle<f32>(si, ti, 2, 6, 3, 7), VECTOR);
  }
}

/** Runs of two: each twiddle factor serves two butterflies. */
// @ts-ignore: decorator
@inline
function secondStage(re: usize, im: usize, reTo: usize, imTo: usize): void {
  for (let p: usize = 0; p < <usize>HALF * 2; p += VECTOR) {
    const ar = v128.load(re + p), ai = v128.load(im + p);
    const br = v128.load(re + p, HALF * 2), bi = v128.load(im + p, HALF * 2);
    // Twiddle factors 2p' and 2p'+2 of this pair of runs stand at p and p + 8 bytes.
    const cr = v128.load(STAGE_COS + p), ci = v128.load(STAGE_SIN + p);
    const wr = v128.shuffle<f32>(cr, cr, 0, 0, 2, 2), wi = v128.shuffle<f32>(ci, ci, 0, 0, 2, 2);
    const dr = f32x4.sub(ar, br), di = f32x4.sub(ai, bi);
    const sr = f32x4.add(ar, br), si = f32x4.add(ai, bi);
    const tr = f32x4.sub(f32x4.mul(dr, wr), f32x4.mul(di, wi));
    const ti = f32x4.add(f32x4.mul(dr, wi), f32x4.mul(di, wr));
    v128.store(reTo + 2 * p, v128.shuffle<f32>(sr, tr, 0, 1, 4, 5));
    v128.store(reTo + 2 * p, v128.shuffle<f32>(sr, tr, 2, 3, 6, 7), VECTOR);
    v128.store(imTo + 2 * p, v128.shuffle<f32>(si, ti, 0, 1, 4, 5));
    v128.store(imTo + 2 * p, v128.shuffle<f32>(si, ti, 2, 3, 6, 7), VECTOR);
  }
}

/** Runs of four or more: one twiddle factor a run. */
function stage(run: i32, re: usize, im: usize, reTo: usize, imTo: usize): void {
  const bytes = <usize>run << 2;
  for (let from: usize = 0, to: usize = 0; from < <usize>HALF * 2; from += bytes, to += 2 * bytes) {
    const wr = v128.load32_splat(STAGE_COS + from), wi = v128.load32_splat(STAGE_SIN + from);
    for (let q: usize = 0; q < bytes; q += VECTOR) {
      const at = from + q, out = to + q;
      const ar = v128.load(re + at), ai = v128.load(im + at);
      const br = v128.load(re + at, HALF * 2), bi = v128.load(im + at, HALF * 2);
      const dr = f32x4.sub(ar, br), di = f32x4.sub(ai, bi);
      v128.store(reTo + out, f32x4.add(ar, br));
      v128.store(imTo + out, f32x4.add(ai, bi));
      v128.store(reTo + out + bytes, f32x4.sub(f32x4.mul(dr, wr), f32x4.mul(di, wi)));
      v128.store(imTo + out + bytes, f32x4.add(f32x4.mul(dr, wi), f32x4.mul(di, wr)));
    }
  }
}

// @ts-ignore: decorator
@inline
function reversed(vector: v128): v128 {
  return v128.shuffle<f32>(vector, vector, 3, 2, 1, 0);
}

/**
 * Writes the power (squared magnitude, unscaled) of bins 1 to 127 of the 256 real samples that were put to `power`, an
 * array of 128 f32; leaves bin 0 alone.
 */
export function powerSpectrum(power: usize): void {
  transform();
  const half = f32x4.splat(0.5);
  // Even part E and odd part O of the packed transform Z: X[k] = E + w O, X[128 - k] = conj(E - w O).
  for (let k: usize = 1; k <= <usize>HALF / 2; k += LANES) {
    const m = <usize>HALF - k - (LANES - 1);
    const zr = v128.load(RE_NEXT + (k << 2)), zi = v128.load(IM_NEXT + (k << 2));
    const yr = reversed(v128.load(RE_NEXT + (m << 2))), yi = reversed(v128.load(IM_NEXT + (m << 2)));
    const er = f32x4.mul(f32x4.add(zr, yr), half), ei = f32x4.mul(f32x4.sub(zi, yi), half);
    const or = f32x4.mul(f32x4.add(zi, yi), half), oi = f32x4.mul(f32x4.sub(yr, zr), half);
    const wr = v128.load(REAL_COS + (k << 2)), wi = v128.load(REAL_SIN + (k << 2));
    const tr = f32x4.sub(f32x4.mul(wr, or), f32x4.mul(wi, oi));
    const ti = f32x4.add(f32x4.mul(wr, oi), f32x4.mul(wi, or));
    v128.store(power + (k << 2), squared(f32x4.add(er, tr), f32x4.add(ei, ti)));
    v128.store(power + (m << 2), reversed(squared(f32x4.sub(er, tr), f32x4.sub(ei, ti))));
  }
}

// @ts-ignore: decorator
@inline
function squared(re: v128, im: v128): v128 {
  return f32x4.add(f32x4.mul(re, re), f32x4.mul(im, im));
}

/** Writes the real parts of bins 0 to 127 of the 256 real samples that were put to `real`, an array of 128 f32. */
export function realSpectrum(real: usize): void {
  transform();
  store<f32>(real, load<f32>(RE_NEXT) + load<f32>(IM_NEXT));
  const half = f32x4.splat(0.5);
  for (let k: usize = 1; k <= <usize>HALF / 2; k += LANES) {
    const m = <usize>HALF - k - (LANES - 1);
    const zr = v128.load(RE_NEXT + (k << 2)), zi = v128.load(IM_NEXT + (k << 2));
    const yr = reversed(v128.load(RE_NEXT + (m << 2))), yi = reversed(v128.load(IM_NEXT + (m << 2)));
    const er = f32x4.mul(f32x4.add(zr, yr), half);
    const or = f32x4.mul(f32x4.add(zi, yi), half), oi = f32x4.mul(f32x4.sub(yr, zr), half);
    const wr = v128.load(REAL_COS + (k << 2)), wi = v128.load(REAL_SIN + (k << 2));
    const tr = f32x4.sub(f32x4.mul(wr, or), f32x4.mul(wi, oi));
    v128.store(real + (k << 2), f32x4.add(er, tr));
    v128.store(real + (m << 2), reversed(f32x4.sub(er, tr)));
  }
}
