/** Bins that are looked at: 125 to 3780 Hz. */
const FIRST = 4, END = 122;
/** Bins on either side of a line that its power spreads to under a Hann window. */
const SPREAD = 2;
/** Share of the power that the lines of a tone hold. */
const SHARE = 0.9;
/** How far a line may move from one window to the next, in bins: 2 Hz. A voice never holds a line that still. */
const STILL = 0.07;
/** Below this share of the stronger line, the second is not a line but noise. */
const SECOND = 0.05;
/**
 * Dial and ringback tones: 250 to 550 Hz hold nearly all of the power; two lines this close beat and never stand still.
 */
const PROGRESS_FIRST = 9, PROGRESS_END = 18, PROGRESS_SHARE = 0.95;

/**
 * Finds DTMF digits, dial, busy and ringback tones and whistles: one or two lines that hold all the power and stand
 * still.
 */
export class ToneFinder {
  #first = 0;
  #second = 0;

  /**
   * Tells whether a power spectrum (bins 0 to 127, 31.25 Hz each, Hann window, 16 ms after the last one) is that of a
   * tone.
   */
  isTone(power: Float64Array): boolean {
    let total = 0, progress = 0, one = FIRST;
    for (let k = FIRST; k < END; k++) {
      const here = power[k]!;
      total += here;
      if (k >= PROGRESS_FIRST && k < PROGRESS_END) progress += here;
      if (here > power[one]!) one = k;
    }
    let two = one < END / 2 ? END - 1 : FIRST;
    for (let k = FIRST; k < END; k++) {
      if (power[k]! > power[two]! && Math.abs(k - one) > SPREAD + 1) two = k;
    }
    const onePower = around(power, one), twoPower = around(power, two);
    const before = this.#first, beforeSecond = this.#second;
    const pair = twoPower > SECOND * onePower;
    const place = centre(power, one, onePower), other = pair ? centre(power, two, twoPower) : 0;
    this.#first = pair ? Math.min(place, other) : 0;
    this.#second = Math.max(place, other);
    if (progress > PROGRESS_SHARE * total) return true;
    return onePower + twoPower > SHARE * total &&
      Math.abs(this.#first - before) < STILL && Math.abs(this.#second - beforeSecond) < STILL;
  }
}

/** Returns the power of the line at a bin. */
function around(power: Float64Array, bin: number): number {
  let sum = 0;
  for (let k = bin - SPREAD; k <= bin + SPREAD; k++) sum += power[k]!;
  return sum;
}

/** Returns where the line at a bin lies, in bins: its centre of gravity. */
function centre(power: Float64Array, bin: number, sum: number): number {
  let moment = 0;
  for (let k = -SPREAD; k <= SPREAD; k++) moment += k * power[bin + k]!;
  return bin + moment / sum;
}
