import { strict as assert } from "node:assert";
import { crc32 } from "node:zlib";
import { eventFrames } from "./event_frames.ts";

/** An event without headers. */
function event(...payload: number[]): Uint8Array {
  const bytes = new Uint8Array(16 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  view.setUint32(8, crc32(bytes.subarray(0, 8)));
  bytes.set(payload, 12);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)));
  return bytes;
}

const EVENTS = [event(1, 2, 3), event(), event(4)];

async function framesOf(bytes: Uint8Array, pieceBytes: number): Promise<number[][]> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes);
  }
  const frames = await Array.fromAsync(eventFrames(pieces()));
  return frames.map((frame) => [...frame]);
}

Deno.test("events come out whole, wherever the network has cut them", async () => {
  const bytes = Uint8Array.from(EVENTS.flatMap((each) => [...each]));
  for (let size = 1; size <= bytes.length; size++) {
    assert.deepEqual(await framesOf(bytes, size), EVENTS.map((each) => [...each]));
  }
});

Deno.test("a bit that has changed anywhere is noticed, and no event waits for bytes that a wrong length promises", async () => {
  for (let at = 0; at < EVENTS[0]!.length; at++) {
    const bytes = EVENTS[0]!.slice();
    bytes[at]! ^= 1;
    await assert.rejects(framesOf(bytes, 7), { name: "EventCorrupt" });
  }
});

Deno.test("an event of more than a mebibyte, and one shorter than can be, are refused by their lengths", async () => {
  for (const length of [15, 1_048_577, 2 ** 32 - 1]) {
    const bytes = event(1);
    new DataView(bytes.buffer).setUint32(0, length);
    new DataView(bytes.buffer).setUint32(8, crc32(bytes.subarray(0, 8)));
    await assert.rejects(framesOf(bytes, 100), {
      name: "EventCorrupt",
      message: new RegExp(`received one of ${length}`),
    });
  }
});

Deno.test("a stream that ends within an event is lost", async () => {
  await assert.rejects(framesOf(EVENTS[0]!.slice(0, -1), 100), { name: "StreamLost" });
});
