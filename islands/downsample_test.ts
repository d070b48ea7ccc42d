import { strict as assert } from "node:assert";
import { Downsampler, TELEPHONE_HZ } from "./downsample.ts";

/** A second of a tone of half scale. */
function tone(hz: number, rate: number): Float32Array {
  return Float32Array.from({ length: rate }, (_, n) => 0.5 * Math.sin(2 * Math.PI * hz * n / rate));
}

/** RMS of what comes out for a tone, past the beginning, on the scale of the input. */
function level(hz: number, rate: number): number {
  const made = new Downsampler(rate).push(tone(hz, rate)).subarray(200);
  return Math.sqrt(made.reduce((sum, sample) => sum + (sample / 32767) ** 2, 0) / made.length);
}

Deno.test("speech keeps its level and what a telephone cannot carry is gone, whatever the browser's rate", () => {
  for (const rate of [8000, 16_000, 44_100, 48_000, 96_000]) {
    const whole = 0.5 / Math.SQRT2;
    for (const hz of [300, 1000, 3000]) {
      assert.ok(Math.abs(20 * Math.log10(level(hz, rate) / whole)) < 0.2, `${hz} Hz of ${rate} Hz`);
    }
    if (rate > 16_000) assert.ok(20 * Math.log10(level(5000, rate) / whole) < -50, `5 kHz of ${rate} Hz`);
  }
});

Deno.test("how the sound is cut into pieces changes nothing", () => {
  const sound = tone(440, 44_100);
  const whole = new Downsampler(44_100).push(sound);
  const pieces = new Downsampler(44_100);
  const made: number[] = [];
  for (let at = 0; at < sound.length; at += 128) made.push(...pieces.push(sound.subarray(at, at + 128)));
  assert.deepEqual(made, [...whole]);
  assert.ok(Math.abs(made.length - TELEPHONE_HZ) < 50);
});

Deno.test("full scale and beyond stays within 16 bits, and too slow a rate is refused", () => {
  const loud = new Downsampler(48_000).push(new Float32Array(4800).fill(2));
  assert.ok(loud.every((sample) => sample <= 32767) && loud.at(-1) === 32767);
  assert.throws(() => new Downsampler(4000), RangeError);
});
