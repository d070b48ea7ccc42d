import { strict as assert } from "node:assert";
import { noise, recording, SENTENCES, type Sound, tone } from "../../bench/speech_sounds.ts";
import { powerSpectrum, SPECTRUM_SAMPLES } from "./speech_spectrum.ts";
import { ToneFinder } from "./speech_tones.ts";

/** Returns the share of a sound's windows that are those of a tone. */
function toneShare(sound: Sound): number {
  const finder = new ToneFinder(), power = new Float64Array(SPECTRUM_SAMPLES / 2);
  let tones = 0, windows = 0;
  for (let at = 0; at + SPECTRUM_SAMPLES <= sound.length; at += SPECTRUM_SAMPLES / 2, windows++) {
    const framed = sound.slice(at, at + SPECTRUM_SAMPLES);
    for (const [n, sample] of framed.entries()) {
      framed[n] = sample * (0.5 - 0.5 * Math.cos(2 * Math.PI * (n + 0.5) / SPECTRUM_SAMPLES));
    }
    powerSpectrum(framed, power);
    if (finder.isTone(power)) tones++;
  }
  return tones / windows;
}

Deno.test("lines that stand still are a tone from the second window on", () => {
  for (const frequencies of [[697, 1209], [941, 1633], [770, 1477], [480, 620], [1000], [2100], [300]]) {
    const share = toneShare(tone(frequencies, 1000, -20));
    assert.ok(share > 0.97, `${frequencies} Hz: ${share}`);
  }
});

Deno.test("lines that beat are a tone where telephones ring", () => {
  for (const frequencies of [[440, 480], [400, 450], [350, 440]]) {
    const share = toneShare(tone(frequencies, 1000, -20));
    assert.ok(share > 0.97, `${frequencies} Hz: ${share}`);
  }
});

Deno.test("noise and lines that glide are no tone", () => {
  for (const colour of ["white", "pink", "brown"] as const) assert.equal(toneShare(noise(colour, 2000, -20)), 0);
  const glide = Float64Array.from({ length: 8000 }, (_, n) => 5000 * Math.sin(2 * Math.PI * (700 + n / 40) * n / 8000));
  assert.equal(toneShare(glide), 0);
});

Deno.test("voices are seldom a tone", () => {
  for (const name of SENTENCES) assert.ok(toneShare(recording(name)) < 0.15, name);
});
