import fc from "fast-check";
import assert from "node:assert/strict";
import { TELEPHONY } from "./format.ts";
import { monoSamples, readWav, WavError, wavHeader, writeWav } from "./wav.ts";

/** A chunk: its name, its bytes and the size that it claims (its own, unless said otherwise). */
function chunk(name: string, bytes: Uint8Array | number[], size = bytes.length): number[] {
  return [...new TextEncoder().encode(name), ...uint32(size), ...bytes];
}

function riff(...chunks: number[][]): Uint8Array {
  const body = chunks.flat();
  return Uint8Array.from([...chunk("RIFF", [], body.length + 4), ...new TextEncoder().encode("WAVE"), ...body]);
}

interface Fmt {
  tag?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  byteRate?: number;
  blockAlign?: number;
}

function fmt({ tag = 1, channels = 1, rate = 8000, bits = 16, byteRate = 0, blockAlign = 0 }: Fmt = {}): number[] {
  const fields = [...uint16(tag), ...uint16(channels), ...uint32(rate), ...uint32(byteRate), ...uint16(blockAlign)];
  return chunk("fmt ", [...fields, ...uint16(bits)]);
}

function uint16(value: number): number[] {
  return [value & 0xFF, value >> 8 & 0xFF];
}

function uint32(value: number): number[] {
  return [...uint16(value), ...uint16(value >>> 16)];
}

function bytesOf(values: Int16Array | Int32Array | Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer);
}

const HALVES = [0, 0.5, -0.5, -1];
const PCM16 = bytesOf(Int16Array.of(0, 16384, -16384, -32768));

Deno.test("writeWav() writes the header that Webex plays: 44 bytes, tag 7, 8 kHz, exact sizes", () => {
  const wav = writeWav({ format: TELEPHONY, data: Uint8Array.of(1, 2, 3) });
  const expected = "52494646270000005741564566" + "6d742010000000" + "07000100401f0000401f000001000800" +
    "6461746103000000";
  assert.equal(wav.toHex(), expected + "010203");
});

Deno.test("wavHeader() names A-law and 16-bit PCM by their own tags and rates", () => {
  const alaw = wavHeader({ encoding: "alaw", sampleRate: 8000 }, 160);
  assert.equal(alaw.subarray(20, 36).toHex(), "06000100401f0000401f000001000800");
  const linear = wavHeader({ encoding: "linear16", sampleRate: 16000 }, 640);
  assert.equal(linear.subarray(20, 36).toHex(), "01000100803e0000007d000002001000");
  assert.equal(linear.subarray(40).toHex(), "80020000");
});

Deno.test("wavHeader() refuses more than a WAV file can hold", () => {
  assert.throws(() => wavHeader(TELEPHONY, 2 ** 32), RangeError);
});

Deno.test("readWav() reads what writeWav() wrote", () => {
  fc.assert(fc.property(
    fc.constantFrom("mulaw" as const, "alaw" as const, "linear16" as const),
    fc.integer({ min: 4000, max: 384000 }),
    fc.uint8Array({ maxLength: 64 }),
    (encoding, sampleRate, bytes) => {
      const data = encoding === "linear16" ? bytes.subarray(0, bytes.length & ~1) : bytes;
      const wav = readWav(writeWav({ format: { encoding, sampleRate }, data }));
      assert.deepEqual([...wav.data], [...data]);
      assert.deepEqual([wav.encoding, wav.sampleRate], [encoding === "linear16" ? "pcm" : encoding, sampleRate]);
    },
  ));
});

const KINDS: [string, Fmt, Uint8Array | number[]][] = [
  ["8-bit", { bits: 8 }, [128, 192, 64, 0]],
  ["16-bit", {}, PCM16],
  ["24-bit", { bits: 24 }, [0, 0, 0, 0, 0, 0x40, 0, 0, 0xC0, 0, 0, 0x80]],
  ["32-bit", { bits: 32 }, bytesOf(Int32Array.of(0, 2 ** 30, -(2 ** 30), -(2 ** 31)))],
  ["32-bit float", { tag: 3, bits: 32 }, bytesOf(Float32Array.from(HALVES))],
  ["64-bit float", { tag: 3, bits: 64 }, bytesOf(Float64Array.from(HALVES))],
];
for (const [name, format, data] of KINDS) {
  Deno.test(`monoSamples() reads ${name} samples`, () => {
    const wav = readWav(riff(fmt(format), chunk("data", data)));
    assert.deepEqual([...monoSamples(wav)], HALVES);
  });
}

Deno.test("monoSamples() reads mu-law and A-law, whatever bits their header claims", () => {
  const mulaw = readWav(riff(fmt({ tag: 7, bits: 16 }), chunk("data", [0xFF, 0x80, 0x00])));
  assert.deepEqual([...monoSamples(mulaw)], [0, 32124 / 32768, -32124 / 32768]);
  const alaw = readWav(riff(fmt({ tag: 6, bits: 8 }), chunk("data", [0xD5, 0xAA, 0x2A])));
  assert.deepEqual([...monoSamples(alaw)], [8 / 32768, 32256 / 32768, -32256 / 32768]);
});

Deno.test("monoSamples() takes a float that is not a number for silence", () => {
  const wav = readWav(riff(fmt({ tag: 3, bits: 32 }), chunk("data", bytesOf(Float32Array.of(NaN, Infinity, 0.5)))));
  assert.deepEqual([...monoSamples(wav)], [0, 0, 0.5]);
});

Deno.test("monoSamples() mixes channels to their mean", () => {
  const stereo = readWav(riff(fmt({ channels: 2 }), chunk("data", PCM16)));
  assert.deepEqual([...monoSamples(stereo)], [0.25, -0.75]);
  const four = readWav(riff(fmt({ channels: 4 }), chunk("data", PCM16)));
  assert.deepEqual([...monoSamples(four)], [-0.25]);
});

Deno.test("readWav() believes tag, channels and bits, not byte rate and block align", () => {
  const odd = fmt({ rate: 16000, byteRate: 16000, blockAlign: 4 });
  const { channels, sampleRate, data } = readWav(riff(odd, chunk("data", PCM16)));
  assert.deepEqual([channels, sampleRate, data.length], [1, 16000, 8]);
});

Deno.test("readWav() finds what an extensible format stands for", () => {
  const guid = [...uint16(7), 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];
  const plain = fmt({ tag: 0xFFFE, rate: 48000, bits: 8 }).slice(8);
  const wav = riff(chunk("fmt ", [...plain, 22, 0, 8, 0, 4, 0, 0, 0, ...guid]), chunk("data", [1, 2]));
  assert.deepEqual([readWav(wav).encoding, readWav(wav).sampleRate], ["mulaw", 48000]);
});

Deno.test("readWav() passes over other chunks, padded to an even size or not", () => {
  const data = chunk("data", PCM16);
  const padded = [...chunk("LIST", [1, 2, 3]), 0], unpadded = chunk("LIST", [1, 2, 3]);
  for (const list of [padded, unpadded, chunk("LIST", [1, 2])]) {
    assert.equal(readWav(riff(fmt(), list, data, list)).data.length, 8);
    assert.equal(readWav(riff(list, fmt(), data)).data.length, 8);
  }
});

Deno.test("readWav() reads to the end of a file that was written as a stream", () => {
  for (const size of [0, 0xFFFFFFFF, 0x7FFFFFFF, 9]) {
    const wav = riff(fmt(), chunk("data", PCM16, size));
    wav.set(uint32(size), 4);
    assert.equal(readWav(wav).data.length, 8, `size ${size}`);
  }
});

Deno.test("readWav() takes an empty file that was closed properly for empty", () => {
  assert.equal(readWav(riff(fmt(), chunk("data", []), chunk("LIST", [1, 2, 3, 4]))).data.length, 0);
});

Deno.test("readWav() leaves out samples cut short", () => {
  assert.equal(readWav(riff(fmt({ channels: 2 }), chunk("data", PCM16.subarray(0, 7)))).data.length, 4);
});

Deno.test("readWav() reads from the middle of a larger buffer, without copying it", () => {
  const wav = riff(fmt(), chunk("data", PCM16));
  const larger = new Uint8Array(wav.length + 3);
  larger.set(wav, 3);
  const { data } = readWav(larger.subarray(3));
  assert.deepEqual([...data], [...PCM16]);
  assert.equal(data.buffer, larger.buffer);
});

const REFUSED: [string, Uint8Array, RegExp][] = [
  ["nothing", new Uint8Array(), /^Cannot read WAV: file must begin with RIFF and WAVE: received nothing$/],
  ["an MP3", Uint8Array.of(0x49, 0x44, 0x33, 4), /received the bytes 49443304$/],
  ["a RIFF of another kind", riff().map((byte, at) => at === 8 ? 0x41 : byte), /RIFF and WAVE/],
  ["a file without data", riff(fmt()), /received no "data"$/],
  ["a file without format", riff(chunk("data", PCM16)), /received no "fmt "$/],
  ["an empty RIFF", riff(), /received neither$/],
  ["a short format", riff(chunk("fmt ", [1, 0, 1, 0]), chunk("data", [])), /16 bytes or more: received 4$/],
  ["an MP3 in a WAV", riff(fmt({ tag: 85, bits: 0 }), chunk("data", [])), /received format tag 85 with 0 bits$/],
  ["12-bit samples", riff(fmt({ bits: 12 }), chunk("data", [])), /received format tag 1 with 12 bits$/],
  ["16-bit floats", riff(fmt({ tag: 3 }), chunk("data", [])), /received format tag 3 with 16 bits$/],
  ["no channels", riff(fmt({ channels: 0 }), chunk("data", [])), /received 0 channels$/],
  ["a rate of 1 Hz", riff(fmt({ rate: 1 }), chunk("data", [])), /4000 to 384000 Hz: received 1 Hz$/],
  ["a rate of 4 GHz", riff(fmt({ rate: 0xFFFFFFFF }), chunk("data", [])), /received 4294967295 Hz$/],
];
for (const [name, bytes, message] of REFUSED) {
  Deno.test(`readWav() refuses ${name}`, () => {
    assert.throws(() => readWav(bytes), { name: "WavError", message });
  });
}

Deno.test("readWav() reads or refuses any bytes, and gives no more than it was given", () => {
  const word = fc.oneof(fc.constantFrom("RIFF", "WAVE", "fmt ", "data", "LIST"), fc.string({ maxLength: 4 }));
  const format = fc.record({
    tag: fc.constantFrom(1, 3, 6, 7, 0xFFFE, 2),
    channels: fc.oneof(fc.nat(3), fc.nat(65535)),
    bits: fc.oneof(fc.constantFrom(8, 16, 24, 32, 64), fc.nat(70)),
  }).map(fmt);
  const piece = fc.oneof(
    word.map((text) => [...new TextEncoder().encode(text)]),
    fc.oneof(fc.nat(40), fc.integer()).map(uint32),
    format,
    fc.uint8Array({ maxLength: 40 }).map((bytes) => [...bytes]),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => chunk("data", bytes)),
  );
  const pieces = fc.array(piece, { maxLength: 8 });
  const files = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    pieces.map((pieces) => Uint8Array.from(pieces.flat())),
    fc.tuple(format, pieces).map(([format, pieces]) => riff(format, ...pieces)),
  );
  let read = 0;
  fc.assert(
    fc.property(files, (bytes) => {
      try {
        const wav = readWav(bytes);
        read++;
        assert.ok(wav.data.length <= bytes.length);
        assert.ok(monoSamples(wav).length <= wav.data.length);
        assert.ok(monoSamples(wav).every(Number.isFinite));
      } catch (error) {
        if (!(error instanceof WavError)) throw error;
      }
    }),
    { numRuns: 3000, seed: 44 },
  );
  assert.ok(read > 50, `only ${read} files were read`);
});
