import { strict as assert } from "node:assert";
import { noise, type Sound } from "../../bench/speech_sounds.ts";
import { powerSpectrum, SPECTRUM_SAMPLES } from "./speech_spectrum.ts";
import { voicing } from "./speech_voicing.ts";

/** Returns the voicing of each window of a sound. */
function voicings(sound: Sound): number[] {
  const found: number[] = [], power = new Float64Array(SPECTRUM_SAMPLES / 2);
  for (let at = 0; at + SPECTRUM_SAMPLES <= sound.length; at += SPECTRUM_SAMPLES) {
    const framed = sound.slice(at, at + SPECTRUM_SAMPLES);
    for (const [n, sample] of framed.entries()) {
      framed[n] = sample * (0.5 - 0.5 * Math.cos(2 * Math.PI * (n + 0.5) / SPECTRUM_SAMPLES));
    }
    powerSpectrum(framed, power);
    found.push(voicing(power));
  }
  return found;
}

Deno.test("a buzz at any pitch of a voice is voiced, at any level", () => {
  for (const hz of [110, 150, 220, 300, 380]) {
    for (const amplitude of [100, 10_000]) {
      const buzz = Float64Array.from({ length: 4096 }, (_, n) => {
        let sum = 0;
        for (let harmonic = 1; harmonic * hz < 3400; harmonic++) {
          {
            sum += Math.sin(2 * Math.PI * harmonic * hz * n / 8000) / harmonic;
          }
        }
        return amplitude * sum;
      });
      for (const value of voicings(buzz)) assert.ok(value > 0.35, `${hz} Hz: ${value}`);
    }
  }
});

Deno.test("noise is not voiced", () => {
  for (const colour of ["white", "pink", "brown"] as const) {
    const values = voicings(noise(colour, 20_000, -30));
    const voiced = values.filter((value) => value > 0.165).length / values.length;
    assert.ok(voiced < 0.03, `${colour}: ${voiced}`);
  }
});
