import { strict as assert } from "node:assert";
import { type AudioFormat, TELEPHONY } from "../audio/format.ts";
import { UtteranceBuffer } from "./utterance.ts";

/** `ms` of 8 kHz mu-law in which every byte counts on from `from`, so that a place shows where it came from. */
function count(ms: number, from = 0): Uint8Array {
  return Uint8Array.from({ length: ms * 8 }, (_, at) => (from * 8 + at) % 251);
}

function add(buffer: UtteranceBuffer, data: Uint8Array, frameBytes = data.length): void {
  for (let at = 0; at < data.length; at += frameBytes) {
    const frame = data.slice(at, at + frameBytes);
    buffer.add(frame, 0, frame.length);
    frame.fill(255);
  }
}

for (const frameBytes of [1, 160, 333, 4000, 100_000]) {
  Deno.test(`an utterance is half a second before the speech, the speech and 200 ms after it: frames of ${frameBytes} bytes`, () => {
    const buffer = new UtteranceBuffer(TELEPHONY, 60_000);
    add(buffer, count(1700), frameBytes);
    buffer.begin();
    add(buffer, count(3800, 1700), frameBytes);
    const { data, format } = buffer.end(800);
    assert.deepEqual(format, TELEPHONY);
    assert.deepEqual(data, count(500 + 3800 - 600, 1200));
  });
}

Deno.test("speech that begins at once brings all that came before it", () => {
  const buffer = new UtteranceBuffer(TELEPHONY, 60_000);
  add(buffer, count(120), 160);
  buffer.begin();
  add(buffer, count(80, 120), 160);
  assert.deepEqual(buffer.end(0).data, count(200));
});

Deno.test("a frame in which speech begins is split where it begins, and nothing of it is lost or doubled", () => {
  const buffer = new UtteranceBuffer(TELEPHONY, 60_000);
  const frame = count(20);
  buffer.add(frame, 0, 37);
  buffer.begin();
  buffer.add(frame, 37, frame.length);
  assert.deepEqual(buffer.end(0).data, frame);
});

Deno.test("speech longer than the most that is gathered keeps its beginning", () => {
  const buffer = new UtteranceBuffer(TELEPHONY, 1000);
  add(buffer, count(500), 160);
  buffer.begin();
  add(buffer, count(5000, 500), 160);
  assert.deepEqual(buffer.end(0).data, count(1500));
});

Deno.test("silence shorter than what is kept after the speech stays whole", () => {
  const buffer = new UtteranceBuffer(TELEPHONY, 60_000);
  buffer.begin();
  add(buffer, count(300), 160);
  assert.equal(buffer.end(150).data.length, 300 * 8);
});

Deno.test("every utterance starts afresh, and the one handed out stays as it is", () => {
  const buffer = new UtteranceBuffer(TELEPHONY, 60_000);
  add(buffer, count(600), 160);
  buffer.begin();
  add(buffer, count(100, 600), 160);
  const first = buffer.end(0).data;
  const kept = first.slice();
  add(buffer, count(40, 9), 160);
  buffer.begin();
  assert.deepEqual(buffer.end(0).data, count(40, 9));
  assert.deepEqual(first, kept);
});

Deno.test("samples of two bytes at 16 kHz are counted by the same clock", () => {
  const format: AudioFormat = { encoding: "linear16", sampleRate: 16_000 };
  const buffer = new UtteranceBuffer(format, 60_000);
  add(buffer, new Uint8Array(32 * 700), 640);
  buffer.begin();
  add(buffer, new Uint8Array(32 * 1000), 640);
  assert.equal(buffer.end(500).data.length, 32 * (500 + 1000 - 300));
});
