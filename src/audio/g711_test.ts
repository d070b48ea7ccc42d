import assert from "node:assert/strict";
import {
  ALAW_TO_LINEAR,
  decodeG711,
  encodeG711,
  linearToAlaw,
  linearToMulaw,
  MULAW_TO_LINEAR,
  silenceByte,
} from "./g711.ts";

/** First and last interval of each mu-law segment from G.711 table 2a: decision value below, code, quantised value (14 bits). */
const MULAW = [
  [0, 0xFF, 0],
  [1, 0xFE, 2],
  [29, 0xF0, 30],
  [31, 0xEF, 33],
  [91, 0xE0, 93],
  [95, 0xDF, 99],
  [215, 0xD0, 219],
  [223, 0xCF, 231],
  [463, 0xC0, 471],
  [479, 0xBF, 495],
  [959, 0xB0, 975],
  [991, 0xAF, 1023],
  [1951, 0xA0, 1983],
  [2015, 0x9F, 2079],
  [3935, 0x90, 3999],
  [4063, 0x8F, 4191],
  [7903, 0x80, 8031],
] as const;

/** The same of A-law from G.711 table 1a (13 bits), the codes with their even bits turned over. */
const ALAW = [
  [0, 0xD5, 1],
  [2, 0xD4, 3],
  [62, 0xCA, 63],
  [64, 0xF5, 66],
  [124, 0xFA, 126],
  [128, 0xE5, 132],
  [248, 0xEA, 252],
  [256, 0x95, 264],
  [496, 0x9A, 504],
  [512, 0x85, 528],
  [992, 0x8A, 1008],
  [1024, 0xB5, 1056],
  [1984, 0xBA, 2016],
  [2048, 0xA5, 2112],
  [3968, 0xAA, 4032],
] as const;

const LAWS = [
  { law: "mulaw", segments: MULAW, unit: 4, table: MULAW_TO_LINEAR, encode: linearToMulaw },
  { law: "alaw", segments: ALAW, unit: 8, table: ALAW_TO_LINEAR, encode: linearToAlaw },
] as const;

for (const { law, segments, unit, table, encode } of LAWS) {
  Deno.test(`${law} has the decision and quantised values of G.711 at the ends of every segment`, () => {
    for (const [decision, code, quantised] of segments) {
      assert.equal(encode(decision * unit), code, `+${decision}`);
      assert.equal(table[code], quantised * unit, `code ${code}`);
      assert.equal(table[code ^ 0x80], 0 - quantised * unit, `code ${code ^ 0x80}`);
      assert.equal(encode(-decision * unit - 1), code ^ 0x80, `just below -${decision}`);
      if (decision === 0) continue;
      assert.notEqual(encode(decision * unit - 1), code, `just below +${decision}`);
      assert.notEqual(encode(-decision * unit), code ^ 0x80, `-${decision}`);
    }
  });

  Deno.test(`${law} gives every code back after decoding it, but for minus zero`, () => {
    for (let code = 0; code < 256; code++) {
      const expected = law === "mulaw" && code === 0x7F ? 0xFF : code;
      assert.equal(encode(table[code]!), expected);
    }
  });

  Deno.test(`${law} never falls while samples rise, and is off by half an interval at most`, () => {
    let previous = -Infinity;
    for (let sample = -32768; sample <= 32767; sample++) {
      const value = table[encode(sample)]!;
      assert.ok(value >= previous, `at ${sample}`);
      previous = value;
      const clip = table[encode(32767)]!;
      const half = Math.max(8, (Math.abs(sample) + 132) / 32);
      if (Math.abs(sample) < clip) assert.ok(Math.abs(value - sample) <= half, `${sample} became ${value}`);
    }
  });

  Deno.test(`${law} clips what 16 bits cannot hold`, () => {
    assert.equal(encode(1e6), encode(32767));
    assert.equal(encode(-1e6), encode(-32768));
  });

  Deno.test(`${law} decodes and encodes whole frames as it does single samples`, () => {
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
    const samples = new Int16Array(300).fill(7), bytes = new Uint8Array(300).fill(7);
    decodeG711(law, codes, samples);
    assert.deepEqual(samples.subarray(0, 256), table);
    assert.ok(samples.subarray(256).every((sample) => sample === 7));
    encodeG711(law, samples.subarray(0, 256), bytes);
    assert.deepEqual(bytes.subarray(0, 256), Uint8Array.from(table, encode));
    assert.ok(bytes.subarray(256).every((byte) => byte === 7));
  });

  Deno.test(`${law} refuses to write past the end of what it was given`, () => {
    assert.throws(() => decodeG711(law, new Uint8Array(161), new Int16Array(160)), RangeError);
    assert.throws(() => encodeG711(law, new Int16Array(161), new Uint8Array(160)), RangeError);
  });
}

Deno.test("mu-law keeps a sine of 440 Hz as clear as the law allows", () => {
  for (const [amplitude, expected] of [[300, 34.2], [1000, 36.5], [4000, 36.3], [16000, 39.1]] as const) {
    let signal = 0, noise = 0;
    for (let n = 0; n < 8000; n++) {
      const sample = Math.round(amplitude * Math.sin(2 * Math.PI * 440 * n / 8000));
      signal += sample ** 2;
      noise += (MULAW_TO_LINEAR[linearToMulaw(sample)]! - sample) ** 2;
    }
    const ratio = 10 * Math.log10(signal / noise);
    assert.ok(Math.abs(ratio - expected) < 0.5, `${ratio.toFixed(1)} dB at amplitude ${amplitude}`);
  }
});

Deno.test("silence is the code nearest to zero", () => {
  assert.equal(silenceByte("mulaw"), linearToMulaw(0));
  assert.equal(silenceByte("alaw"), linearToAlaw(0));
  assert.equal(silenceByte("linear16"), 0);
});
