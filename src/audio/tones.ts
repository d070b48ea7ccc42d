import { type Audio, TELEPHONY } from "./format.ts";
import { linearToMulaw, silenceByte } from "./g711.ts";

/** The keys as they lie between the frequencies of ITU-T Q.23, in Hz: one of the low group a row, one of the high a column. */
const KEYS = ["123A", "456B", "789C", "*0#D"];
const LOW = [697, 770, 852, 941], HIGH = [1209, 1336, 1477, 1633];
/** Each tone swells and fades for so long, in ms, so that it does not click. */
const RAMP_MS = 3;
/** More keys than any caller presses at once. */
const MOST_DIGITS = 256;

export interface DtmfOptions {
  /** How long each key sounds, in ms. */
  readonly toneMs?: number;
  /** The silence after each key, in ms. */
  readonly gapMs?: number;
  /** Level of each of the two tones, in dB below full scale (0 is a sine of amplitude 32768); beyond -6 their sum clips. */
  readonly level?: number;
}

/**
 * Returns the keys as tones of ITU-T Q.23, 8 kHz mu-law: 0-9, *, #, A-D. Throws RangeError, without quoting what was
 * pressed, if there is another character among them or more than 256.
 */
export function dtmf(digits: string, { toneMs = 100, gapMs = 60, level = -10 }: DtmfOptions = {}): Audio {
  if (digits.length > MOST_DIGITS) {
    throw new RangeError(`Cannot sound keys: there must be ${MOST_DIGITS} at most: received ${digits.length}`);
  }
  const perMs = TELEPHONY.sampleRate / 1000;
  const tone = Math.round(toneMs * perMs), each = tone + Math.round(gapMs * perMs);
  const data = new Uint8Array(digits.length * each).fill(silenceByte(TELEPHONY.encoding));
  const amplitude = 32768 * 10 ** (level / 20);
  for (let n = 0; n < digits.length; n++) {
    const row = KEYS.findIndex((keys) => keys.includes(digits[n]!));
    if (row < 0) throw new RangeError(`Cannot sound key ${n + 1} of ${digits.length}: keys must be 0-9, *, # or A-D`);
    const column = KEYS[row]!.indexOf(digits[n]!);
    sound(data.subarray(n * each, n * each + tone), LOW[row]!, HIGH[column]!, amplitude);
  }
  return { format: TELEPHONY, data };
}

function sound(into: Uint8Array, low: number, high: number, amplitude: number): void {
  const turn = 2 * Math.PI / TELEPHONY.sampleRate, ramp = RAMP_MS * TELEPHONY.sampleRate / 1000;
  for (let n = 0; n < into.length; n++) {
    const swell = Math.min(1, (n + 1) / ramp, (into.length - n) / ramp);
    into[n] = linearToMulaw(swell * amplitude * (Math.sin(low * turn * n) + Math.sin(high * turn * n)));
  }
}
