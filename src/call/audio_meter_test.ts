import { strict as assert } from "node:assert";
import { convert } from "../audio/convert.ts";
import { type Audio, type AudioFormat, bytesPerSample, TELEPHONY } from "../audio/format.ts";
import { AudioMeter } from "./audio_meter.ts";
import type { AudioQuality } from "./event.ts";

const LINEAR: AudioFormat = { encoding: "linear16", sampleRate: 8000 };

/** Two seconds of a tone in 16-bit samples. `amplitude`: of 32768. */
function tone(hz: number, amplitude: number): Audio {
  const samples = Int16Array.from(
    { length: 16_000 },
    (_, at) => Math.max(-32768, Math.min(32767, Math.round(amplitude * Math.sin(2 * Math.PI * hz * at / 8000 + 0.3)))),
  );
  return { format: LINEAR, data: new Uint8Array(samples.buffer) };
}

/** What is measured of audio whose packets come at these times; every 20 ms unless told. */
function measure({ format, data }: Audio, packetMs = 20, at = (packet: number) => packet * packetMs): AudioQuality {
  const meter = new AudioMeter();
  const bytes = packetMs * format.sampleRate * bytesPerSample(format) / 1000;
  for (let from = 0, packet = 0; from < data.length; from += bytes, packet++) {
    meter.hear(data, format, from, Math.min(data.length, from + bytes), at(packet));
  }
  return meter.quality();
}

for (const encoding of ["linear16", "mulaw", "alaw"] as const) {
  Deno.test(`the level of a tone is measured to half a decibel, whatever the tone: ${encoding}`, () => {
    for (const hz of [200, 440, 1000, 1004, 2000, 8000 / 3, 3400]) {
      for (const [amplitude, level] of [[32_000, -3.2], [3276.8, -23], [327.68, -43]] as const) {
        const { levelDb, peakDb } = measure(convert(tone(hz, amplitude), { encoding, sampleRate: 8000 }));
        assert.ok(Math.abs(levelDb - level) <= 0.5, `${hz} Hz at ${level} dB: ${levelDb} dB`);
        assert.ok(Math.abs(peakDb - level - 3) <= 0.8, `${hz} Hz with its peak at ${level + 3} dB: ${peakDb} dB`);
      }
    }
  });
}

Deno.test("silence is at -100 dB, and of no audio nothing is late", () => {
  const silence = { format: TELEPHONY, data: new Uint8Array(8000).fill(0xff) };
  assert.deepEqual(measure(silence), { late: 0, longestGapMs: 20, levelDb: -100, peakDb: -100, clipped: 0 });
  assert.deepEqual(new AudioMeter().quality(), { late: 0, longestGapMs: 0, levelDb: -100, peakDb: -100, clipped: 0 });
});

Deno.test("samples at full scale count as clipped", () => {
  const loud = measure(convert(tone(440, 60_000), TELEPHONY));
  assert.ok(loud.clipped > 0.5 && loud.clipped < 0.7, `${loud.clipped}`);
  assert.ok(loud.peakDb > -0.3 && loud.peakDb <= 0);
  assert.equal(measure(convert(tone(440, 30_000), TELEPHONY)).clipped, 0);
  assert.equal(
    measure({ format: LINEAR, data: new Uint8Array(Int16Array.of(-32768, 0, 0, -32768).buffer) }).clipped,
    1,
  );
});

Deno.test("a packet is late when it comes 40 ms after it was due, whatever its length", () => {
  const second = { format: TELEPHONY, data: new Uint8Array(8000).fill(0xff) };
  for (const packetMs of [20, 80]) {
    const held = (ms: number) => measure(second, packetMs, (packet) => packet * packetMs + (packet >= 3 ? ms : 0));
    assert.deepEqual([held(40).late, held(40).longestGapMs], [0, packetMs + 40]);
    assert.deepEqual([held(40.5).late, held(40.5).longestGapMs], [1, packetMs + 40.5]);
  }
});

Deno.test("packets that come at once after a pause make one that is late", () => {
  const second = { format: TELEPHONY, data: new Uint8Array(8000).fill(0xff) };
  const { late, longestGapMs } = measure(second, 20, (packet) => packet < 10 || packet > 29 ? packet * 20 : 580);
  assert.deepEqual({ late, longestGapMs }, { late: 1, longestGapMs: 400 });
});
