import { strict as assert } from "node:assert";
import { join, mix, noise, recording, silence, type Sound, tone } from "../../bench/speech_sounds.ts";
import type { Sound as Verdict } from "./speech_detector.ts";
import { SpectralDetector } from "./speech_spectral.ts";

/** Returns the share of a sound's windows that are judged so. */
function share(verdict: Verdict, sound: Sound, threshold = 0.5): number {
  using detector = new SpectralDetector(threshold);
  const { windowSamples: length, memory, windowAt } = detector;
  let found = 0, windows = 0;
  for (let at = 0; at + length <= sound.length; at += length, windows++) {
    memory.set(sound.subarray(at, at + length), windowAt);
    if (detector.judge() === verdict) found++;
  }
  return found / windows;
}

Deno.test("a voice is speech, and the silence around it background", () => {
  const spoken = recording("slt_booking");
  assert.ok(share("speech", spoken) > 0.4);
  assert.ok(share("background", join(silence(spoken.length / 8 * 3), spoken)) > 0.75);
});

Deno.test("noise that begins is unclear until its floor is known", () => {
  const begins = join(silence(500), noise("white", 2000, -30));
  assert.ok(share("unclear", begins) > 0.05);
  assert.ok(share("unclear", begins) < 0.5);
  assert.ok(share("speech", begins) < 0.02);
});

Deno.test("a tone is background", () => {
  assert.ok(share("background", tone([770, 1336], 2000, -20)) > 0.95);
});

Deno.test("a higher threshold hears less speech", () => {
  const spoken = recording("rms_person");
  const noisy = mix(spoken, noise("white", Math.ceil(spoken.length / 8), -30));
  const shares = [0, 0.25, 0.5, 0.75, 1].map((threshold) => share("speech", noisy, threshold));
  assert.deepEqual(shares, shares.toSorted((a, b) => b - a));
  assert.ok(shares[0]! > shares[4]!);
});
