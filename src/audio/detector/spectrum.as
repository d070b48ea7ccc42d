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
/** A quarter of the complex numbers: what the four of a butterfly lie apart. */
const QUARTER: i32 = HALF / 4;
const QUARTER_BYTES: usize = QUARTER * 4;
/**
 * The twiddle factors of a butterfly's second, third and fourth results, cos and -sin of 2πk/128, 4πk/128 and 6πk/128:
 * those of each stage stand further apart than those of the one before.
 */
const COS_1: usize = memory.data(QUARTER * 4, 16);
const SIN_1: usize = memory.data(QUARTER * 4, 16);
const COS_2: usize = memory.data(QUARTER * 4, 16);
const SIN_2: usize = memory.data(QUARTER * 4, 16);
const COS_3: usize = memory.data(QUARTER * 4, 16);
const SIN_3: usize = memory.data(QUARTER * 4, 16);
/** cos and -sin of 2πk/256 (a real spectrum's twiddle factors). */
const REAL_COS: usize = memory.data((HALF + LANES) * 4, 16);
const REAL_SIN: usize = memory.data((HALF + LANES) * 4, 16);

for (let k = 0; k < QUARTER; k++) {
  place(COS_1, SIN_1, k, 2 * Math.PI * k / HALF);
  place(COS_2, SIN_2, k, 4 * Math.PI * k / HALF);
  place(COS_3, SIN_3, k, 6 * Math.PI * k / HALF);
}
for (let k = 0; k < HALF + LANES; k++) place(REAL_COS, REAL_SIN, k, 2 * Math.PI * k / SAMPLES);

function place(cos: usize, sin: usize, k: i32, turn: f64): void {
  store<f32>(cos + (k << 2), <f32>Math.cos(turn));
  store<f32>(sin + (k << 2), <f32>-Math.sin(turn));
}

/** Puts real samples 2n … 2n+7 in place for the transform: the even ones as real parts, the odd ones as imaginary. */
// @ts-ignore: decorator
@inline
export function put(n: i32, even: v128, odd: v128): void {
  v128.store(RE + (n << 2), even);
  v128.store(IM + (n << 2), odd);
}

/**
 * Transforms the 128 complex numbers that were put, in place: Stockham's radix 4, three times, and radix 2, which need no
 * reversal of digits.
 */
function transform(): void {
  firstStage(RE, IM, RE_NEXT, IM_NEXT);
  stage(4, RE_NEXT, IM_NEXT, RE, IM);
  stage(16, RE, IM, RE_NEXT, IM_NEXT);
  lastStage(RE_NEXT, IM_NEXT, RE, IM);
}

/** Runs of one: four butterflies, each with twiddle factors of its own. */
// @ts-ignore: decorator
@inline
function firstStage(re: usize, im: usize, reTo: usize, imTo: usize): void {
  for (let p: usize = 0; p < QUARTER_BYTES; p += VECTOR) {
    butterflies(
      re + p, im + p, reTo + 4 * p, imTo + 4 * p, 0,
      v128.load(COS_1 + p), v128.load(SIN_1 + p),
      v128.load(COS_2 + p), v128.load(SIN_2 + p),
      v128.load(COS_3 + p), v128.load(SIN_3 + p),
    );
  }
}

/** Runs of four or more: the same twiddle factors for a run. */
// @ts-ignore: decorator
@inline
function stage(run: usize, re: usize, im: usize, reTo: usize, imTo: usize): void {
  const bytes = run << 2;
  for (let from: usize = 0, to: usize = 0; from < QUARTER_BYTES; from += bytes, to += 4 * bytes) {
    const wr1 = v128.load32_splat(COS_1 + from), wi1 = v128.load32_splat(SIN_1 + from);
    const wr2 = v128.load32_splat(COS_2 + from), wi2 = v128.load32_splat(SIN_2 + from);
    const wr3 = v128.load32_splat(COS_3 + from), wi3 = v128.load32_splat(SIN_3 + from);
    for (let q: usize = 0; q < bytes; q += VECTOR) {
      const at = from + q, out = to + q;
      butterflies(re + at, im + at, reTo + out, imTo + out, bytes, wr1, wi1, wr2, wi2, wr3, wi3);
    }
  }
}

/** Two runs, whose twiddle factors are 1. */
// @ts-ignore: decorator
@inline
function lastStage(re: usize, im: usize, reTo: usize, imTo: usize): void {
  for (let q: usize = 0; q < 2 * QUARTER_BYTES; q += VECTOR) {
    const ar = v128.load(re + q), ai = v128.load(im + q);
    const br = v128.load(re + q, 2 * QUARTER_BYTES), bi = v128.load(im + q, 2 * QUARTER_BYTES);
    v128.store(reTo + q, f32x4.add(ar, br));
    v128.store(imTo + q, f32x4.add(ai, bi));
    v128.store(reTo + q, f32x4.sub(ar, br), 2 * QUARTER_BYTES);
    v128.store(imTo + q, f32x4.sub(ai, bi), 2 * QUARTER_BYTES);
  }
}

/**
 * Four butterflies: of the numbers at `re` and `im` and those one, two and three quarters behind. The results follow
 * each other at `reTo` and `imTo`, in runs of `bytes`; 0 for runs of one number.
 */
// @ts-ignore: decorator
@inline
function butterflies(
  re: usize, im: usize, reTo: usize, imTo: usize, bytes: usize,
  wr1: v128, wi1: v128, wr2: v128, wi2: v128, wr3: v128, wi3: v128,
): void {
  const ar = v128.load(re), ai = v128.load(im);
  const br = v128.load(re, QUARTER_BYTES), bi = v128.load(im, QUARTER_BYTES);
  const cr = v128.load(re, 2 * QUARTER_BYTES), ci = v128.load(im, 2 * QUARTER_BYTES);
  const dr = v128.load(re, 3 * QUARTER_BYTES), di = v128.load(im, 3 * QUARTER_BYTES);
  const evenR = f32x4.add(ar, cr), evenI = f32x4.add(ai, ci), oddR = f32x4.add(br, dr), oddI = f32x4.add(bi, di);
  const acr = f32x4.sub(ar, cr), aci = f32x4.sub(ai, ci), bdr = f32x4.sub(br, dr), bdi = f32x4.sub(bi, di);
  const r0 = f32x4.add(evenR, oddR), i0 = f32x4.add(evenI, oddI);
  const tr1 = f32x4.add(acr, bdi), ti1 = f32x4.sub(aci, bdr);
  const tr2 = f32x4.sub(evenR, oddR), ti2 = f32x4.sub(evenI, oddI);
  const tr3 = f32x4.sub(acr, bdi), ti3 = f32x4.add(aci, bdr);
  const r1 = f32x4.sub(f32x4.mul(tr1, wr1), f32x4.mul(ti1, wi1));
  const i1 = f32x4.add(f32x4.mul(tr1, wi1), f32x4.mul(ti1, wr1));
  const r2 = f32x4.sub(f32x4.mul(tr2, wr2), f32x4.mul(ti2, wi2));
  const i2 = f32x4.add(f32x4.mul(tr2, wi2), f32x4.mul(ti2, wr2));
  const r3 = f32x4.sub(f32x4.mul(tr3, wr3), f32x4.mul(ti3, wi3));
  const i3 = f32x4.add(f32x4.mul(tr3, wi3), f32x4.mul(ti3, wr3));
  if (bytes === 0) {
    storeAcross(reTo, r0, r1, r2, r3);
    storeAcross(imTo, i0, i1, i2, i3);
  } else {
    v128.store(reTo, r0);
    v128.store(imTo, i0);
    v128.store(reTo + bytes, r1);
    v128.store(imTo + bytes, i1);
    v128.store(reTo + 2 * bytes, r2);
    v128.store(imTo + 2 * bytes, i2);
    v128.store(reTo + 3 * bytes, r3);
    v128.store(imTo + 3 * bytes, i3);
  }
}

/** Stores the first lanes of four vectors, then the second ones, and so on. */
// @ts-ignore: decorator
@inline
function storeAcross(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7), cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), VECTOR);
  v128.store(to, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5), 2 * VECTOR);
  v128.store(to, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7), 3 * VECTOR);
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
    const zr = v128.load(RE + (k << 2)), zi = v128.load(IM + (k << 2));
    const yr = reversed(v128.load(RE + (m << 2))), yi = reversed(v128.load(IM + (m << 2)));
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
  store<f32>(real, load<f32>(RE) + load<f32>(IM));
  const half = f32x4.splat(0.5);
  for (let k: usize = 1; k <= <usize>HALF / 2; k += LANES) {
    const m = <usize>HALF - k - (LANES - 1);
    const zr = v128.load(RE + (k << 2)), zi = v128.load(IM + (k << 2));
    const yr = reversed(v128.load(RE + (m << 2))), yi = reversed(v128.load(IM + (m << 2)));
    const er = f32x4.mul(f32x4.add(zr, yr), half);
    const or = f32x4.mul(f32x4.add(zi, yi), half), oi = f32x4.mul(f32x4.sub(yr, zr), half);
    const wr = v128.load(REAL_COS + (k << 2)), wi = v128.load(REAL_SIN + (k << 2));
    const tr = f32x4.sub(f32x4.mul(wr, or), f32x4.mul(wi, oi));
    v128.store(real + (k << 2), f32x4.add(er, tr));
    v128.store(real + (m << 2), reversed(f32x4.sub(er, tr)));
  }
}
