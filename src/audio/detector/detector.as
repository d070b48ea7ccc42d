import { HALF, powerSpectrum, put, SAMPLES } from "./spectrum";
import { isTone, Lines } from "./tones";
import { total } from "./vectors";
import { voicing } from "./voicing";

/** Samples of one window, 16 ms; each is judged together with the one before, under a Hann window of 32 ms. */
const WINDOW: i32 = HALF;
/** First bins (31.25 Hz each) of the bands from 190 to 3660 Hz, and the end of the last. */
const EDGES: StaticArray<u8> = [6, 9, 12, 16, 20, 25, 31, 38, 46, 56, 68, 82, 98, 117];
const BANDS: i32 = 13;
/** Bytes of one number for each band, in whole vectors: three lanes are spare. */
const BAND_BYTES: usize = 64;
/**
 * Added to each band's power, so that digital silence has a logarithm: the power of rounding to 16 bits and G.711 at
 * rest.
 */
const LEAST_POWER: f32 = 1000;
/** The least floor of a window's energy: next to nothing, and far from the subnormal numbers, which are slow. */
const LEAST_ENERGY: f32 = 1e-30;
/** One band counts for no more than 12 and no less than -3 dB over its floor, so that no single line makes speech. */
const MOST_DB: f32 = 12, LEAST_DB: f32 = -3;

/** A window's energy below which nothing is heard: -64 dBFS. */
const QUIET: f32 = 5e4;
/** The same as the power of a band, whose floor is there before anything is heard. */
const QUIET_BAND: f32 = 2.2e5;
/** How much louder than its floor a window must be. A sound's last echo in the spectrum's older half is not. */
const LOUDER: f32 = 1.1;
/** How much less the bands need stand out while a voice sounds, in dB. */
const HYSTERESIS: f32 = 1;

/** Evidence of a voice: what a voiced window adds, what any other takes, and the most there is. */
const VOICED: i32 = 4, UNVOICED: i32 = 1, MOST_VOICE: i32 = 12;
/** Evidence that makes speech: two voiced windows close together, or one if there was speech within the last 60 (1 s). */
const NEW_VOICE: i32 = 6, KNOWN_VOICE: i32 = 2, KNOWN_WINDOWS: i32 = 60;

/** How fast the floors follow per window: what is quieter or background; what is loud without a voice, as noise that begins is. */
const BACKGROUND_RATE: f32 = 0.06, UNVOICED_RATE: f32 = 0.03;
/** How fast the smoothed powers follow whose minimum holds up the floors. */
const SMOOTH_RATE: f32 = 0.2;
/**
 * The minimum is that of the last one to two spans of 40 windows (640 ms); the mean of steady noise lies this much
 * above.
 */
const SPAN: i32 = 40, MINIMUM_TO_MEAN: f32 = 1.5;

/** What a window holds. */
const BACKGROUND: i32 = 0, UNCLEAR: i32 = 1, SPEECH: i32 = 2;

/** What is known about one stream of audio. */
@unmanaged
class Ear {
  standOutDb: f32;
  leastVoicing: f32;
  energyFloor: f32;
  /** Energy of the window before. */
  energy: f32;
  heard: i32;
  voice: i32;
  sinceSpeech: i32;
  lines: Lines;
  /** The next ear that is free. */
  next: usize;
}
const EAR_BYTES: usize = 48;
/** Behind the fields of an ear: its bands' floors, smoothed powers and minima, the window before, and the one to judge. */
const FLOOR: usize = EAR_BYTES, SMOOTH: usize = FLOOR + BAND_BYTES, MINIMUM: usize = SMOOTH + BAND_BYTES;
const LAST_MINIMUM: usize = MINIMUM + BAND_BYTES, PREVIOUS: usize = LAST_MINIMUM + BAND_BYTES;
const LINES: usize = PREVIOUS + WINDOW * 2, INPUT: usize = LINES + 16, BYTES: usize = INPUT + WINDOW * 2;

/** Where in an ear the caller puts the window to judge: 128 samples of 16 bits. */
export const input: usize = INPUT;
const power: usize = memory.data(HALF * 4, 16);
const bands: usize = memory.data(64, 16);
const hannEven: usize = memory.data(HALF * 4, 16);
const hannOdd: usize = memory.data(HALF * 4, 16);
silenceBands(); // for good in the spare lanes, whose floors would else become subnormal
for (let n = 0; n < HALF; n++) {
  store<f32>(hannEven + (n << 2), hann(2 * n));
  store<f32>(hannOdd + (n << 2), hann(2 * n + 1));
}

function hann(n: i32): f32 {
  return <f32>(0.5 - 0.5 * Math.cos(2 * Math.PI * (<f64>n + 0.5) / SAMPLES));
}

let free: usize = 0;
/** Ears begin with a line of the cache. */
let unused: usize = (__heap_base + 63) & ~63;

/** Returns an ear for a stream that begins, or 0 when the memory is full. `threshold`: 0 to 1. */
export function open(threshold: f32): usize {
  let at = free;
  if (at !== 0) free = changetype<Ear>(at).next;
  else {
    at = unused;
    if (at + BYTES > <usize>memory.size() << 16) return 0;
    unused += BYTES;
  }
  const ear = changetype<Ear>(at);
  memory.fill(at, 0, BYTES);
  ear.standOutDb = 4 * threshold - 1;
  ear.leastVoicing = 0.115 + 0.1 * threshold;
  ear.energyFloor = QUIET;
  ear.sinceSpeech = KNOWN_WINDOWS;
  ear.lines = changetype<Lines>(at + LINES);
  for (let band: usize = 0; band < BAND_BYTES; band += 4) {
    store<f32>(at + band, QUIET_BAND, FLOOR);
    store<f32>(at + band, QUIET_BAND, SMOOTH);
    store<f32>(at + band, Infinity, MINIMUM);
    store<f32>(at + band, Infinity, LAST_MINIMUM);
  }
  return at;
}

/** Gives an ear back. */
export function close(at: usize): void {
  changetype<Ear>(at).next = free;
  free = at;
}

/** Judges the window that stands in the ear: 0 background, 1 unclear, 2 speech. */
export function judge(at: usize): i32 {
  const ear = changetype<Ear>(at);
  const energy = transform(at);
  const needed = ear.voice > 0 ? ear.standOutDb - HYSTERESIS : ear.standOutDb;
  const loud = energy > QUIET && energy > LOUDER * ear.energyFloor && standsOut(at) > needed;
  const clear = loud && !isTone(power, ear.lines);
  if (clear && voicing(power) > ear.leastVoicing) ear.voice = min(MOST_VOICE, ear.voice + VOICED);
  else ear.voice = max(0, ear.voice - UNVOICED);
  const speech = clear && ear.voice > (ear.sinceSpeech < KNOWN_WINDOWS ? KNOWN_VOICE : NEW_VOICE);
  ear.sinceSpeech = speech ? 0 : min(KNOWN_WINDOWS, ear.sinceSpeech + 1);
  const rate: f32 = speech ? 0 : loud ? UNVOICED_RATE : BACKGROUND_RATE;
  learn(at, rate);
  ear.energyFloor = follow(ear.energyFloor, energy, rate);
  return speech ? SPEECH : clear ? UNCLEAR : BACKGROUND;
}

/** Fills `power` and `bands` from this window and the one before; returns this window's energy. */
function transform(at: usize): f32 {
  const ear = changetype<Ear>(at);
  const energy = energyOfInput(at);
  const silent = energy + ear.energy === 0;
  ear.energy = energy;
  // Most of what comes while nobody speaks is digital silence, whose spectrum needs no transform.
  if (silent) {
    silenceBands();
    return 0;
  }
  for (let n = 0; n < WINDOW / 2; n += 4) {
    const before = v128.load(at + (n << 2), PREVIOUS), now = v128.load(at + (n << 2), INPUT);
    window(n, before);
    window(n + WINDOW / 2, now);
    v128.store(at + (n << 2), now, PREVIOUS);
  }
  powerSpectrum(power);
  for (let band = 0; band < BANDS; band++) {
    const end = <i32>unchecked(EDGES[band + 1]);
    let k = <i32>unchecked(EDGES[band]);
    let sums = f32x4.splat(0), sum = LEAST_POWER;
    for (; k + 4 <= end; k += 4) sums = f32x4.add(sums, v128.load(power + (k << 2)));
    for (; k < end; k++) sum += load<f32>(power + (k << 2));
    store<f32>(bands + (band << 2), sum + total(sums));
  }
  return energy;
}

/** Fills `bands`, the spare lanes too, with those of digital silence. */
function silenceBands(): void {
  for (let from: usize = 0; from < BAND_BYTES; from += 16) v128.store(bands + from, f32x4.splat(LEAST_POWER));
}

function energyOfInput(at: usize): f32 {
  let energies = f32x4.splat(0);
  for (let n = 0; n < WINDOW * 2; n += 16) {
    const samples = v128.load(at + n, INPUT);
    energies = f32x4.add(energies, f32x4.convert_i32x4_u(i32x4.dot_i16x8_s(samples, samples)));
  }
  return total(energies);
}

/** Puts eight samples under the Hann window, from the 2n-th on. */
// @ts-ignore: decorator
@inline
function window(n: i32, samples: v128): void {
  const even = f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.shl(samples, 16), 16));
  const odd = f32x4.convert_i32x4_s(i32x4.shr_s(samples, 16));
  const from = <usize>n << 2;
  put(n, f32x4.mul(even, v128.load(hannEven + from)), f32x4.mul(odd, v128.load(hannOdd + from)));
}

/** Returns by how many dB the bands lie over their floors, on average. */
function standsOut(at: usize): f32 {
  let sums = f32x4.splat(0);
  for (let from: usize = 0; from < BAND_BYTES; from += 16) {
    const db = decibels(f32x4.div(v128.load(bands + from), v128.load(at + from, FLOOR)));
    const bounded = f32x4.pmax(f32x4.pmin(db, f32x4.splat(MOST_DB)), f32x4.splat(LEAST_DB));
    const spare = from === BAND_BYTES - 16;
    sums = f32x4.add(sums, spare ? f32x4.mul(bounded, f32x4(1, 0, 0, 0)) : bounded);
  }
  return total(sums) / <f32>BANDS;
}

/** 10 log10 of four positive numbers: the exponent, and the series of the mantissa's area tangent, to 1e-6 dB. */
// @ts-ignore: decorator
@inline
function decibels(x: v128): v128 {
  // Mantissas from √½ to √2: the bits of √½ are taken off before the exponent is read.
  const exponent = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const mantissa = i32x4.sub(x, i32x4.shl(exponent, 23));
  const one = f32x4.splat(1);
  const s = f32x4.div(f32x4.sub(mantissa, one), f32x4.add(mantissa, one)), s2 = f32x4.mul(s, s);
  let series = f32x4.add(f32x4.mul(s2, f32x4.splat(1.0 / 7)), f32x4.splat(1.0 / 5));
  series = f32x4.add(f32x4.mul(series, s2), f32x4.splat(1.0 / 3));
  series = f32x4.add(f32x4.mul(series, s2), one);
  const natural = f32x4.add(
    f32x4.mul(f32x4.convert_i32x4_s(exponent), f32x4.splat(0.6931471805599453)),
    f32x4.mul(f32x4.mul(series, s), f32x4.splat(2)),
  );
  return f32x4.mul(natural, f32x4.splat(4.342944819032518));
}

/** Moves the floors towards this window at `rate`, down always, and up to what the minimum of the last second implies. */
function learn(at: usize, rate: f32): void {
  const ear = changetype<Ear>(at);
  ear.heard++;
  const spanEnds = ear.heard % SPAN === 0;
  const toMean = f32x4.splat(ear.heard > 2 * SPAN ? MINIMUM_TO_MEAN : 0);
  for (let from: usize = 0; from < BAND_BYTES; from += 16) {
    const here = at + from;
    const now = v128.load(bands + from);
    const old = v128.load(here, SMOOTH);
    const smooth = f32x4.add(old, f32x4.mul(f32x4.sub(now, old), f32x4.splat(SMOOTH_RATE)));
    const minimum = f32x4.pmin(v128.load(here, MINIMUM), smooth);
    const least = f32x4.mul(f32x4.pmin(minimum, v128.load(here, LAST_MINIMUM)), toMean);
    const floor = v128.load(here, FLOOR);
    const speed = v128.bitselect(f32x4.splat(BACKGROUND_RATE), f32x4.splat(rate), f32x4.lt(now, floor));
    v128.store(here, f32x4.pmax(least, f32x4.add(floor, f32x4.mul(speed, f32x4.sub(now, floor)))), FLOOR);
    v128.store(here, smooth, SMOOTH);
    v128.store(here, spanEnds ? smooth : minimum, MINIMUM);
    if (spanEnds) v128.store(here, minimum, LAST_MINIMUM);
  }
}

function follow(floor: f32, now: f32, rate: f32): f32 {
  return max<f32>(LEAST_ENERGY, floor + (now < floor ? BACKGROUND_RATE : rate) * (now - floor));
}
