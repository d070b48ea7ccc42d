import fc from "fast-check";
import assert from "node:assert/strict";
import { Resampler } from "./resample.ts";

const RATES = [
  [11025, 8000],
  [12345, 8000],
  [16000, 8000],
  [22050, 8000],
  [24000, 8000],
  [44100, 8000],
  [48000, 8000],
  [8000, 11025],
  [8000, 16000],
  [8000, 24000],
  [8000, 44100],
  [8000, 48000],
  [22050, 16000],
  [24000, 16000],
  [44100, 16000],
  [48000, 16000],
  [11025, 16000],
] as const;

function tone(hz: number, rate: number, samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, n) => Math.sin(2 * Math.PI * hz * n / rate));
}

/** Resamples all of it, in pieces of the given lengths, over and over. */
function resampled(input: Float32Array, from: number, to: number, pieces: number[] = [input.length]): Float32Array {
  const resampler = new Resampler(from, to);
  const output: number[] = [];
  const room = new Float32Array(resampler.room(Math.max(resampler.latency, ...pieces)));
  for (let at = 0, turn = 0; at < input.length; turn++) {
    const piece = input.subarray(at, at + pieces[turn % pieces.length]!);
    at += piece.length;
    output.push(...room.subarray(0, resampler.resample(piece, room)));
  }
  output.push(...room.subarray(0, resampler.flush(room)));
  return Float32Array.from(output);
}

/** Level of a full-scale tone after resampling, in dB, away from the ends. */
function level(hz: number, from: number, to: number): number {
  const output = resampled(tone(hz, from, from / 8), from, to).subarray(to / 100, -to / 100);
  let power = 0;
  for (const sample of output) power += sample ** 2;
  return 10 * Math.log10(2 * power / output.length);
}

for (const [from, to] of RATES) {
  const lower = Math.min(from, to);

  Deno.test(`${from} to ${to} Hz carries a tone up to 0.425 of the lower rate as it is, and adds nothing`, () => {
    for (let hz = 0.025 * lower; hz <= 0.4251 * lower; hz += 0.05 * lower) {
      const output = resampled(tone(hz, from, from / 8), from, to);
      const expected = tone(hz, to, output.length);
      let worst = 0;
      for (let n = Math.ceil(to / 100); n < output.length - to / 100; n++) {
        worst = Math.max(worst, Math.abs(output[n]! - expected[n]!));
      }
      assert.ok(worst < 0.005, `off by ${worst.toFixed(4)} at ${hz} Hz`);
    }
  });

  if (from < to) continue;
  Deno.test(`${from} to ${to} Hz lets nothing beyond half the lower rate come back as an alias`, () => {
    for (let hz = 0.5 * lower; hz < from / 2; hz += (from - lower) / 16.1) {
      assert.ok(level(hz, from, to) < -60, `${level(hz, from, to).toFixed(1)} dB of ${hz} Hz`);
    }
  });
}

Deno.test("the output does not depend on how the input is cut into pieces", () => {
  const input = tone(440, 8000, 2000);
  const expected = new Map(RATES.map(([from, to]) => [`${from}/${to}`, resampled(input, from, to)]));
  fc.assert(
    fc.property(
      fc.constantFrom(...RATES),
      fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 9 }),
      ([from, to], pieces) => {
        assert.deepEqual(resampled(input, from, to, pieces), expected.get(`${from}/${to}`));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("the output is as long as the input, to the last sample begun", () => {
  for (const [from, to] of RATES) {
    for (const samples of [0, 1, 2, 159, 160, 4000]) {
      const { length } = resampled(new Float32Array(samples), from, to);
      assert.equal(length, Math.ceil(samples * to / from), `${samples} samples from ${from} to ${to} Hz`);
    }
  }
});

Deno.test("an output comes `latency` samples after its time, and every later frame is whole", () => {
  const resampler = new Resampler(16000, 8000);
  const output = new Float32Array(resampler.room(320));
  assert.equal(resampler.latency, 54);
  assert.equal(resampler.resample(new Float32Array(320), output), 160 - 27);
  assert.equal(resampler.resample(new Float32Array(320), output), 160);
  assert.equal(resampler.flush(output), 27);
});

Deno.test("after flush() a resampler is as new", () => {
  const resampler = new Resampler(44100, 8000);
  const input = tone(1000, 44100, 999);
  const run = () => {
    const output = new Float32Array(400);
    const given = resampler.resample(input, output);
    return output.subarray(0, given + resampler.flush(output.subarray(given)));
  };
  assert.deepEqual(run(), run());
});

Deno.test("a constant stays the same constant at any rate", () => {
  for (const [from, to] of RATES) {
    const output = resampled(new Float32Array(from / 8).fill(0.5), from, to).subarray(to / 100, -to / 100);
    assert.ok(output.every((sample) => Math.abs(sample - 0.5) < 1e-6), `${from} to ${to} Hz`);
  }
});

Deno.test("rates that no sound card has are refused", () => {
  for (const rate of [0, -8000, 1, 8000.5, NaN, Infinity, 1e9]) {
    assert.throws(() => new Resampler(rate, 8000), /^RangeError: Cannot resample .* whole numbers from 4000 to 384000/);
    assert.throws(() => new Resampler(8000, rate), RangeError);
  }
});
