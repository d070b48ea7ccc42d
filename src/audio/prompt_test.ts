import assert from "node:assert/strict";
import { readPrompt } from "./convert.ts";
import { type Audio, durationMs, TELEPHONY } from "./format.ts";
import { MULAW_TO_LINEAR } from "./g711.ts";
import { BRIDGES, PROMPTS } from "./prompts.ts";
import { writeWav } from "./wav.ts";

function samplesOf({ data }: Audio): number[] {
  return Array.from(data, (byte) => MULAW_TO_LINEAR[byte]!);
}

/** Level in dB below full scale. */
function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude / 32768);
}

function rms(samples: number[]): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
}

function mean(samples: number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/** Writes a WAV file whose channels interleave the given ones, in 16 bits. */
function stereo(left: number[], right: number[], sampleRate: number): Uint8Array {
  const samples = Int16Array.from(left.flatMap((sample, n) => [sample, right[n]!]));
  const wav = writeWav({ format: { encoding: "linear16", sampleRate }, data: new Uint8Array(samples.buffer) });
  new DataView(wav.buffer).setUint16(22, 2, true);
  return wav;
}

for (const [name, wav] of Object.entries({ ...PROMPTS, ...BRIDGES })) {
  Deno.test(`the prompt "${name}" is a file that Webex plays as it is: 44 bytes of header, 8 kHz mono mu-law`, () => {
    const prompt = readPrompt(wav);
    assert.deepEqual(prompt.format, TELEPHONY);
    assert.deepEqual(writeWav(prompt), new Uint8Array(wav));
    assert.ok(durationMs(prompt) > 1000 && durationMs(prompt) < 8000);
  });

  Deno.test(`the prompt "${name}" is as loud as the others, clear of clipping, and has no direct current`, () => {
    const samples = samplesOf(readPrompt(wav));
    const level = decibels(rms(samples)), peak = decibels(Math.max(...samples.map(Math.abs)));
    assert.ok(Math.abs(level + 20) < 0.5, `RMS level ${level.toFixed(1)} dBFS`);
    assert.ok(peak < -3 && peak > -12, `peak ${peak.toFixed(1)} dBFS`);
    assert.ok(Math.abs(mean(samples)) < 16, `mean ${mean(samples).toFixed(1)}`);
  });

  Deno.test(`the prompt "${name}" rises out of silence at its start and falls back into it, without a click`, () => {
    const samples = samplesOf(readPrompt(wav));
    for (const inwards of [samples, samples.toReversed()]) {
      const begin = inwards.findIndex((sample) => Math.abs(sample) > 64);
      assert.ok(begin / 8 > 60 && begin / 8 < 120, `${begin / 8} ms of silence`);
      assert.ok(inwards.slice(0, 400).every((sample) => sample === 0));
      assert.ok(inwards.slice(begin, begin + 16).every((sample) => Math.abs(sample) < 500));
    }
  });
}

Deno.test("readPrompt() keeps the bytes of 8 kHz mono mu-law as they are, minus zero included", () => {
  const data = Uint8Array.from({ length: 256 }, (_, code) => code);
  assert.deepEqual(readPrompt(writeWav({ format: TELEPHONY, data })).data, data);
});

Deno.test("readPrompt() brings wide stereo to the telephone at the level of its mean", () => {
  const tone = Array.from({ length: 22050 }, (_, n) => Math.round(16000 * Math.sin(2 * Math.PI * 500 * n / 44100)));
  const prompt = readPrompt(stereo(tone, tone, 44100));
  assert.equal(durationMs(prompt), 500);
  assert.ok(Math.abs(rms(samplesOf(prompt)) - 16000 / Math.SQRT2) < 100);
  const half = readPrompt(stereo(tone, tone.map(() => 0), 44100));
  assert.ok(Math.abs(rms(samplesOf(half)) - 8000 / Math.SQRT2) < 50);
});

Deno.test("readPrompt() turns a piece down that is louder than full scale, instead of clipping it", () => {
  const loud = Float32Array.from({ length: 8000 }, (_, n) => 4 * Math.sin(2 * Math.PI * 500 * n / 8000));
  const wav = writeWav({ format: { encoding: "linear16", sampleRate: 8000 }, data: new Uint8Array(loud.buffer) });
  new DataView(wav.buffer).setUint16(20, 3, true);
  new DataView(wav.buffer).setUint16(34, 32, true);
  const samples = samplesOf(readPrompt(wav));
  assert.ok(Math.abs(rms(samples) - 32768 / Math.SQRT2) < 400);
});

Deno.test("readPrompt() refuses what is no WAV file", () => {
  assert.throws(() => readPrompt(new Uint8Array(100)), { name: "WavError" });
});
