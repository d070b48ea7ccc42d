import { strict as assert } from "node:assert";
import fc from "fast-check";
import { powerSpectrum, realSpectrum, SPECTRUM_SAMPLES } from "./speech_spectrum.ts";

const anySamples = fc.array(fc.double({ min: -32768, max: 32767, noNaN: true }), {
  minLength: SPECTRUM_SAMPLES,
  maxLength: SPECTRUM_SAMPLES,
}).map((samples) => Float64Array.from(samples));

/** The discrete Fourier transform by its definition. */
function bin(samples: Float64Array, k: number): { re: number; im: number } {
  let re = 0, im = 0;
  for (const [n, sample] of samples.entries()) {
    re += sample * Math.cos(2 * Math.PI * k * n / SPECTRUM_SAMPLES);
    im -= sample * Math.sin(2 * Math.PI * k * n / SPECTRUM_SAMPLES);
  }
  return { re, im };
}

Deno.test("the spectra are those of the definition", () => {
  const power = new Float64Array(SPECTRUM_SAMPLES / 2), real = new Float64Array(SPECTRUM_SAMPLES / 2);
  fc.assert(
    fc.property(anySamples, (samples) => {
      powerSpectrum(samples, power);
      realSpectrum(samples, real);
      const scale = Math.max(1, samples.reduce((sum, sample) => sum + Math.abs(sample), 0));
      for (let k = 0; k < SPECTRUM_SAMPLES / 2; k++) {
        const { re, im } = bin(samples, k);
        assert.ok(Math.abs(real[k]! - re) < 1e-9 * scale, `real part of bin ${k}`);
        if (k > 0) assert.ok(Math.abs(Math.sqrt(power[k]!) - Math.hypot(re, im)) < 1e-9 * scale, `power of bin ${k}`);
      }
    }),
    { numRuns: 20 },
  );
});
