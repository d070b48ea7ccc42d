import { highest, total } from "./vectors";

/** Bins that are looked at: 125 to 3780 Hz. The last vector of four reaches two bins beyond. */
const FIRST: i32 = 4, END: i32 = 122;
/** Bins on either side of a line that its power spreads to under a Hann window. */
const SPREAD: i32 = 2;
/** Bytes of a line and the bins on either side of it. */
const LINE_BYTES: usize = (2 * (SPREAD + 1) + 1) * 4;
/** Share of the power that the lines of a tone hold. */
const SHARE: f32 = 0.9;
/** How far a line may move from one window to the next, in bins: 2 Hz. A voice never holds a line that still. */
const STILL: f32 = 0.07;
/** Below this share of the stronger line, the second is not a line but noise. */
const SECOND: f32 = 0.05;
/**
 * Dial and ringback tones: 250 to 550 Hz hold nearly all of the power; two lines this close beat and never stand still.
 */
const PROGRESS_FIRST: i32 = 9, PROGRESS_END: i32 = 18, PROGRESS_SHARE: f32 = 0.95;

/** Where the lines of the last window lay, in bins: the lower and the higher one. */
@unmanaged
export class Lines {
  first: f32;
  second: f32;
}

/**
 * Tells whether a power spectrum (bins 0 to 127 as f32, 31.25 Hz each, Hann window, 16 ms after the last one) is that of
 * a tone: DTMF, dial, busy, ringback, a whistle. One or two lines then hold all the power and stand still.
 */
export function isTone(power: usize, lines: Lines): bool {
  let sums = f32x4.splat(0), progress: f32 = 0;
  for (let k = FIRST; k < END; k += 4) sums = f32x4.add(sums, looked(power, k));
  for (let k = PROGRESS_FIRST; k < PROGRESS_END; k++) progress += load<f32>(power + (k << 2));
  const whole = total(sums);
  const one = strongest(power, FIRST), two = strongestBeside(power, one);
  const onePower = around(power, one), twoPower = around(power, two);
  const before = lines.first, beforeSecond = lines.second;
  const pair = twoPower > SECOND * onePower;
  const place = centre(power, one, onePower), other: f32 = pair ? centre(power, two, twoPower) : 0;
  lines.first = pair ? min(place, other) : 0;
  lines.second = max(place, other);
  if (progress > PROGRESS_SHARE * whole) return true;
  return onePower + twoPower > SHARE * whole && abs(lines.first - before) < STILL &&
    abs(lines.second - beforeSecond) < STILL;
}

/** Four bins from `k` on, those behind the last as if nothing were there. */
// @ts-ignore: decorator
@inline
function looked(power: usize, k: i32): v128 {
  const here = v128.load(power + (k << 2));
  return k + 4 > END ? f32x4.mul(here, f32x4(1, 1, 0, 0)) : here;
}

/** Returns the strongest bin, the lowest of equals; `otherwise` when there is no power. */
function strongest(power: usize, otherwise: i32): i32 {
  let most = f32x4.splat(0);
  for (let k = FIRST; k < END; k += 4) most = f32x4.pmax(most, looked(power, k));
  const best = highest(most);
  if (best === 0) return otherwise;
  let k = FIRST, lanes = 0;
  while ((lanes = i32x4.bitmask(f32x4.eq(looked(power, k), f32x4.splat(best)))) === 0) k += 4;
  return k + ctz(lanes);
}

/** Returns the strongest bin that does not belong to the line at `one`, which is taken out for as long as that takes. */
function strongestBeside(power: usize, one: i32): i32 {
  const from = power + (one - SPREAD - 1 << 2);
  const low = v128.load(from), high = v128.load(from, LINE_BYTES - 16);
  v128.store(from, f32x4.splat(0));
  v128.store(from, f32x4.splat(0), LINE_BYTES - 16);
  const two = strongest(power, one < END / 2 ? END - 1 : FIRST);
  v128.store(from, low);
  v128.store(from, high, LINE_BYTES - 16);
  return two;
}

/** Returns the power of the line at a bin. */
function around(power: usize, bin: i32): f32 {
  let sum: f32 = 0;
  for (let k = bin - SPREAD; k <= bin + SPREAD; k++) sum += load<f32>(power + (k << 2));
  return sum;
}

/** Returns where the line at a bin lies, in bins: its centre of gravity. */
function centre(power: usize, bin: i32, sum: f32): f32 {
  let moment: f32 = 0;
  for (let k = -SPREAD; k <= SPREAD; k++) moment += <f32>k * load<f32>(power + (bin + k << 2));
  return <f32>bin + moment / sum;
}
