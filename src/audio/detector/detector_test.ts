import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { noise, recording, SENTENCES, type Sound, tone } from "../../../bench/speech_sounds.ts";
import { compile } from "./build.ts";

/** Length of the spectrum's window, in samples at 8 kHz. */
const SPECTRUM_SAMPLES = 256;

const SOURCE = `
import { HALF, powerSpectrum, put, realSpectrum, SAMPLES } from "./spectrum";
import { isTone, Lines } from "./tones";
import { voicing } from "./voicing";

export const samples: usize = memory.data(SAMPLES * 4, 16);
export const spectrum: usize = memory.data(HALF * 4, 16);
const lines: usize = memory.data(16, 16);

function load(): void {
  for (let n = 0; n < HALF; n += 4) {
    const low = v128.load(samples + (n << 3)), high = v128.load(samples + (n << 3), 16);
    put(n, v128.shuffle<f32>(low, high, 0, 2, 4, 6), v128.shuffle<f32>(low, high, 1, 3, 5, 7));
  }
}
export function power(): void { load(); powerSpectrum(spectrum); }
export function real(): void { load(); realSpectrum(spectrum); }
export function periodicity(): f32 { return voicing(spectrum); }
export function tone(): bool { return isTone(spectrum, changetype<Lines>(lines)); }
export function forget(): void { memory.fill(lines, 0, 16); }
`;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly samples: WebAssembly.Global;
  readonly spectrum: WebAssembly.Global;
  power(): void;
  real(): void;
  periodicity(): number;
  tone(): number;
  forget(): void;
}

/** The parts of the detector, each by itself: for their tests. Each works on what the one before has left. */
async function compilePieces() {
  const { instance } = await WebAssembly.instantiate(await compile("pieces.ts", SOURCE) as Uint8Array<ArrayBuffer>);
  const pieces = instance.exports as unknown as Exports;
  const samples = new Float32Array(pieces.memory.buffer, pieces.samples.value, SPECTRUM_SAMPLES);
  const spectrum = new Float32Array(pieces.memory.buffer, pieces.spectrum.value, SPECTRUM_SAMPLES / 2);
  const transformed = (sound: ArrayLike<number>, transform: () => void): Float32Array => {
    samples.set(sound);
    transform();
    return spectrum;
  };
  return {
    /** The power of bins 1 to 127; bin 0 means nothing. */
    powerSpectrum: (sound: ArrayLike<number>) => transformed(sound, pieces.power),
    /** The real parts of bins 0 to 127. */
    realSpectrum: (sound: ArrayLike<number>) => transformed(sound, pieces.real),
    /** How periodic the last power spectrum is. */
    voicing: () => pieces.periodicity(),
    /** Whether the last power spectrum is that of a tone, after those since `forget`. */
    isTone: () => pieces.tone() !== 0,
    forget: () => pieces.forget(),
  };
}

/** The windows of a sound, `step` samples apart, each under a Hann window. */
function* framed(sound: Float64Array, step: number): Generator<Float64Array> {
  for (let at = 0; at + SPECTRUM_SAMPLES <= sound.length; at += step) {
    yield sound.slice(at, at + SPECTRUM_SAMPLES).map((sample, n) =>
      sample * (0.5 - 0.5 * Math.cos(2 * Math.PI * (n + 0.5) / SPECTRUM_SAMPLES))
    );
  }
}

const { powerSpectrum, realSpectrum, voicing, isTone, forget } = await compilePieces();

Deno.test("the module is what its source compiles to", async () => {
  const carried = await Deno.readFile(new URL("detector.wasm", import.meta.url));
  assert.ok(Buffer.compare(carried, await compile("detector.ts")) === 0, "run: deno task gen");
});

const REMEMBERED = `
export const first: usize = FLOOR;
export const behind: usize = PREVIOUS;
export function energyFloor(ear: usize): f32 { return changetype<Ear>(ear).energyFloor; }
`;

interface Detector {
  readonly memory: WebAssembly.Memory;
  readonly input: WebAssembly.Global;
  /** Where in an ear that begins, and ends, which is remembered of its bands. */
  readonly first: WebAssembly.Global;
  readonly behind: WebAssembly.Global;
  open(threshold: number): number;
  judge(ear: number): number;
  energyFloor(ear: number): number;
}

/** The least number of 32 bits whose arithmetic is fast everywhere. */
const LEAST_NORMAL = 2 ** -126;

Deno.test("nothing that is remembered fades into numbers that are slow to reckon with, in silence or in noise", async () => {
  const source = await Deno.readTextFile(new URL("detector.as", import.meta.url)) + REMEMBERED;
  const quiet = noise("white", 120_000, -60);
  for (const sound of [new Float64Array(quiet.length), quiet]) {
    const module = await compile("detector.ts", source) as Uint8Array<ArrayBuffer>;
    const { instance } = await WebAssembly.instantiate(module);
    const { memory, input, first, behind, ...detector } = instance.exports as unknown as Detector;
    const ear = detector.open(0.5);
    const window = new Int16Array(memory.buffer, ear + input.value, SPECTRUM_SAMPLES / 2);
    for (let at = 0; at + window.length <= sound.length; at += window.length) {
      window.set(sound.subarray(at, at + window.length));
      detector.judge(ear);
    }
    const bands = new Float32Array(memory.buffer, ear + first.value, (behind.value - first.value) / 4);
    for (const value of [detector.energyFloor(ear), ...bands]) assert.ok(value >= LEAST_NORMAL, `${value}`);
  }
});

const anySamples = fc.array(fc.double({ min: -32768, max: 32767, noNaN: true }), {
  minLength: SPECTRUM_SAMPLES,
  maxLength: SPECTRUM_SAMPLES,
});

/** The discrete Fourier transform by its definition. */
function bin(samples: readonly number[], k: number): { re: number; im: number } {
  let re = 0, im = 0;
  for (const [n, sample] of samples.entries()) {
    re += sample * Math.cos(2 * Math.PI * k * n / SPECTRUM_SAMPLES);
    im -= sample * Math.sin(2 * Math.PI * k * n / SPECTRUM_SAMPLES);
  }
  return { re, im };
}

Deno.test("the spectra are those of the definition, to the precision of 24 bits", () => {
  fc.assert(
    fc.property(anySamples, (samples) => {
      const precision = 1e-6 * Math.max(1, samples.reduce((sum, sample) => sum + Math.abs(sample), 0));
      const real = realSpectrum(samples).slice();
      const power = powerSpectrum(samples);
      for (let k = 0; k < SPECTRUM_SAMPLES / 2; k++) {
        const { re, im } = bin(samples, k);
        assert.ok(Math.abs(real[k]! - re) < precision, `real part of bin ${k}`);
        if (k > 0) assert.ok(Math.abs(Math.sqrt(power[k]!) - Math.hypot(re, im)) < precision, `power of bin ${k}`);
      }
    }),
    { numRuns: 20 },
  );
});

/** Returns the share of a sound's windows that are those of a tone. */
function toneShare(sound: Sound): number {
  forget();
  const windows = [...framed(sound, SPECTRUM_SAMPLES / 2)];
  return windows.filter((window) => powerSpectrum(window) && isTone()).length / windows.length;
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

/** Returns the voicing of each window of a sound. */
function voicings(sound: Sound): number[] {
  return [...framed(sound, SPECTRUM_SAMPLES)].map((window) => {
    powerSpectrum(window);
    return voicing();
  });
}

Deno.test("a buzz at any pitch of a voice is voiced, at any level", () => {
  for (const hz of [110, 150, 220, 300, 380]) {
    for (const amplitude of [100, 10_000]) {
      const buzz = Float64Array.from({ length: 4096 }, (_, n) => {
        let sum = 0;
        for (let harmonic = 1; harmonic * hz < 3400; harmonic++) {
          sum += Math.sin(2 * Math.PI * harmonic * hz * n / 8000) / harmonic;
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
