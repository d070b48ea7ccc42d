import assert from "node:assert/strict";
import { durationMs, TELEPHONY } from "./format.ts";
import { MULAW_TO_LINEAR } from "./g711.ts";
import { dtmf } from "./tones.ts";

const LOW = [697, 770, 852, 941], HIGH = [1209, 1336, 1477, 1633];
const KEYS = ["1", "2", "3", "A", "4", "5", "6", "B", "7", "8", "9", "C", "*", "0", "#", "D"];

/** Amplitude of one frequency (Hz) in mu-law audio, by the discrete Fourier transform at that one frequency. */
function amplitude(data: Uint8Array, hz: number): number {
  let re = 0, im = 0;
  data.forEach((byte, n) => {
    const angle = 2 * Math.PI * hz * n / 8000;
    re += MULAW_TO_LINEAR[byte]! * Math.cos(angle);
    im += MULAW_TO_LINEAR[byte]! * Math.sin(angle);
  });
  return 2 * Math.hypot(re, im) / data.length;
}

Deno.test("dtmf() sounds each key as its two frequencies of Q.23, and no other", () => {
  KEYS.forEach((key, place) => {
    const { data } = dtmf(key);
    const tone = data.subarray(0, 800);
    for (const hz of [...LOW, ...HIGH]) {
      const own = hz === LOW[place >> 2] || hz === HIGH[place & 3];
      const expected = own ? 10362 * 0.97 : 0;
      assert.ok(Math.abs(amplitude(tone, hz) - expected) < 1600, `${key} at ${hz} Hz: ${amplitude(tone, hz)}`);
    }
    assert.ok(data.subarray(800).every((byte) => byte === 0xFF));
  });
});

Deno.test("dtmf() sounds the keys in order, each as long as asked", () => {
  const audio = dtmf("12", { toneMs: 50, gapMs: 30 });
  assert.deepEqual(audio.format, TELEPHONY);
  assert.equal(durationMs(audio), 160);
  assert.deepEqual(audio.data.subarray(640), dtmf("2", { toneMs: 50, gapMs: 30 }).data);
  assert.equal(dtmf("").data.length, 0);
});

Deno.test("dtmf() is as loud as asked", () => {
  const ratio = amplitude(dtmf("5", { level: -9 }).data, 770) / amplitude(dtmf("5", { level: -29 }).data, 770);
  assert.ok(Math.abs(ratio - 10) < 0.3, `ten times, but ${ratio}`);
});

Deno.test("dtmf() begins and ends each tone without a click", () => {
  const samples = Array.from(dtmf("9", { gapMs: 10 }).data, (byte) => MULAW_TO_LINEAR[byte]!);
  assert.ok(Math.abs(samples[1]!) < 2000 && Math.abs(samples[799]!) < 1500);
});

Deno.test("dtmf() says where another character stands, and not what was pressed", () => {
  for (const digits of ["12x4", "12 4", "12a4", "12\u00b24"]) {
    assert.throws(() => dtmf(digits), { message: "Cannot sound key 3 of 4: keys must be 0-9, *, # or A-D" });
  }
  const message = "Cannot sound keys: there must be 256 at most: received 257";
  assert.throws(() => dtmf("1".repeat(257)), { name: "RangeError", message });
});
