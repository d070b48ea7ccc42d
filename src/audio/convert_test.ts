import fc from "fast-check";
import assert from "node:assert/strict";
import { convert, Converter } from "./convert.ts";
import { type Audio, type AudioFormat, bytesPerSample, durationMs, TELEPHONY } from "./format.ts";

const LINEAR: AudioFormat = { encoding: "linear16", sampleRate: 8000 };
const WIDE: AudioFormat = { encoding: "linear16", sampleRate: 16000 };
const ALAW: AudioFormat = { encoding: "alaw", sampleRate: 8000 };
const MUSIC: AudioFormat = { encoding: "linear16", sampleRate: 44100 };
const FORMATS = [TELEPHONY, ALAW, LINEAR, WIDE, MUSIC];

/** A tone of the given amplitude and frequency (Hz), 16-bit. */
function tone(format: AudioFormat, amplitude: number, hz: number, ms = 500): Audio {
  const samples = Int16Array.from(
    { length: format.sampleRate * ms / 1000 },
    (_, n) => Math.round(amplitude * Math.sin(2 * Math.PI * hz * n / format.sampleRate)),
  );
  return { format, data: new Uint8Array(samples.buffer) };
}

function samplesOf({ data }: Audio): Int16Array {
  return new Int16Array(data.slice().buffer);
}

/** How much louder the tone is than what it should not hold, in dB, away from the ends. */
function clarity(audio: Audio, amplitude: number, hz: number): number {
  const samples = samplesOf(audio), { sampleRate } = audio.format;
  let noise = 0, count = 0;
  for (let n = sampleRate / 100; n < samples.length - sampleRate / 100; n++, count++) {
    noise += (samples[n]! - amplitude * Math.sin(2 * Math.PI * hz * n / sampleRate)) ** 2;
  }
  return 10 * Math.log10(amplitude ** 2 / 2 / (noise / count));
}

Deno.test("convert() gives the same object back when the format is right already", () => {
  const audio: Audio = { format: { encoding: "mulaw", sampleRate: 8000 }, data: Uint8Array.of(1, 2, 3) };
  assert.equal(convert(audio, TELEPHONY), audio);
});

Deno.test("convert() carries a tone from any format to any other and back", () => {
  for (const there of FORMATS) {
    const audio = convert(convert(tone(WIDE, 8000, 1000), there), WIDE);
    const expected = bytesPerSample(there) === 2 ? 55 : 35;
    assert.ok(
      clarity(audio, 8000, 1000) > expected,
      `${clarity(audio, 8000, 1000).toFixed(1)} dB by ${there.encoding}`,
    );
  }
});

Deno.test("convert() keeps the length of what it converts", () => {
  for (const from of FORMATS) {
    for (const to of FORMATS) {
      const audio = convert({ format: from, data: new Uint8Array(from.sampleRate * bytesPerSample(from) / 5) }, to);
      assert.equal(durationMs(audio), 200);
      assert.deepEqual(audio.format, to);
    }
  }
});

Deno.test("convert() clips a square wave whose filtered edges overshoot, and never wraps it around", () => {
  const square = Int16Array.from({ length: 1600 }, (_, n) => n % 100 < 50 ? 32767 : -32768);
  const samples = samplesOf(convert({ format: WIDE, data: new Uint8Array(square.buffer) }, LINEAR));
  for (let n = 30; n < 770; n++) {
    const place = n % 50;
    if (place > 2 && place < 23) assert.ok(samples[n]! > 20000, `${samples[n]} at ${n}`);
    if (place > 27 && place < 48) assert.ok(samples[n]! < -20000, `${samples[n]} at ${n}`);
  }
});

Deno.test("convert() turns silence into silence", () => {
  for (const from of [TELEPHONY, LINEAR, WIDE]) {
    const silence = { format: from, data: new Uint8Array(640).fill(from.encoding === "mulaw" ? 0xFF : 0) };
    assert.ok(convert(silence, ALAW).data.every((byte) => byte === 0xD5));
    assert.ok(convert(silence, MUSIC).data.every((byte) => byte === 0));
    if (from !== TELEPHONY) assert.ok(convert(silence, TELEPHONY).data.every((byte) => byte === 0xFF));
  }
});

Deno.test("a Converter gives the same bytes however the stream is cut into frames", () => {
  const format = fc.constantFrom(...FORMATS);
  fc.assert(
    fc.property(
      format,
      format,
      fc.uint8Array({ minLength: 0, maxLength: 3000 }),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 9 }),
      (from, to, data, lengths) => {
        const whole = new Converter(from, to), cut = new Converter(from, to);
        const expected = [...whole.convert(data), ...whole.flush()];
        const pieces: number[] = [];
        for (let at = 0, turn = 0; at < data.length; turn++) {
          const length = lengths[turn % lengths.length]!;
          pieces.push(...cut.convert(data.subarray(at, at + length)));
          at += length;
        }
        assert.deepEqual([...pieces, ...cut.flush()], expected);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("a Converter passes frames on as they are when nothing has to change", () => {
  const frame = Uint8Array.of(1, 2, 3, 4);
  assert.equal(new Converter(TELEPHONY, TELEPHONY).convert(frame), frame);
  assert.equal(new Converter(LINEAR, LINEAR).convert(frame), frame);
});

Deno.test("a Converter holds half a sample back until its other half comes", () => {
  const converter = new Converter(LINEAR, LINEAR);
  assert.deepEqual([...converter.convert(Uint8Array.of(1, 2, 3))], [1, 2]);
  assert.deepEqual([...converter.convert(Uint8Array.of(4, 5))], [3, 4]);
  assert.deepEqual([...converter.convert(Uint8Array.of(0x84))], [5, 0x84]);
  assert.deepEqual([...converter.convert(Uint8Array.of(5))], []);
  assert.deepEqual([...converter.flush()], []);
  assert.deepEqual([...converter.convert(Uint8Array.of(6, 7))], [6, 7]);
});

Deno.test("what a Converter gave stays as it was when the next frame comes", () => {
  for (const to of [LINEAR, WIDE, ALAW]) {
    const converter = new Converter(TELEPHONY, to);
    const first = converter.convert(new Uint8Array(160).fill(0x90));
    const kept = first.slice();
    converter.convert(new Uint8Array(160).fill(0x10));
    assert.deepEqual(first, kept);
  }
});

Deno.test("a Converter for a rate that cannot be resampled is refused", () => {
  assert.throws(() => new Converter({ encoding: "mulaw", sampleRate: 0 }, TELEPHONY), RangeError);
});
