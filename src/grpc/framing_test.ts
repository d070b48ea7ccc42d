import assert from "node:assert/strict";
import { HeldBytes, MessageReader, prefixOf } from "./framing.ts";
import { GrpcError, Status } from "./status.ts";

function framed(...messages: number[][]): Uint8Array {
  return Uint8Array.from(messages.flatMap((message) => [...prefixOf(message.length), ...message]));
}

interface Heard {
  readonly messages: number[][];
  consumed: number;
  ended: boolean;
}

function reader(
  options: { maxMessageBytes?: number; held?: HeldBytes; pauseAt?: number } = {},
): [MessageReader, Heard] {
  const { maxMessageBytes = 100, held = new HeldBytes(1_000_000), pauseAt = -1 } = options;
  const heard: Heard = { messages: [], consumed: 0, ended: false };
  const messages = new MessageReader({
    maxMessageBytes,
    held,
    message: (bytes) => {
      heard.messages.push([...bytes]);
      if (heard.messages.length === pauseAt) messages.pause();
    },
    ended: () => void (heard.ended = true),
    consumed: (bytes) => void (heard.consumed += bytes),
  });
  return [messages, heard];
}

function fails(act: () => void, status: Status): void {
  assert.throws(act, (error) => error instanceof GrpcError && error.status === status);
}

Deno.test("MessageReader finds the same messages however the bytes are cut", () => {
  const bytes = framed([1, 2, 3], [], [4], [5, 6, 7, 8, 9]);
  for (let size = 1; size <= bytes.length; size++) {
    const [messages, heard] = reader();
    for (let at = 0; at < bytes.length; at += size) messages.receive(bytes.subarray(at, at + size));
    messages.end();
    assert.deepEqual(heard, { messages: [[1, 2, 3], [], [4], [5, 6, 7, 8, 9]], consumed: bytes.length, ended: true });
  }
});

Deno.test("MessageReader hands out and takes nothing while paused, and ends after what waited", () => {
  const [messages, heard] = reader({ pauseAt: 1 });
  messages.receive(framed([1], [2]));
  messages.receive(framed([3]));
  messages.end();
  assert.deepEqual(heard, { messages: [[1]], consumed: 0, ended: false });
  messages.resume();
  assert.deepEqual(heard, { messages: [[1], [2], [3]], consumed: 18, ended: true });
});

Deno.test("MessageReader refuses a message above the limit by its prefix, a compressed one, and a cut one", () => {
  fails(() => reader()[0].receive(Uint8Array.of(0, 255, 255, 255, 255)), Status.RESOURCE_EXHAUSTED);
  fails(() => reader()[0].receive(Uint8Array.of(1, 0, 0, 0, 1, 9)), Status.UNIMPLEMENTED);
  const [messages] = reader();
  messages.receive(framed([1, 2, 3]).subarray(0, 6));
  fails(() => messages.end(), Status.INTERNAL);
});

Deno.test("MessageReader keeps no more than all readers together may, and gives it back", () => {
  const held = new HeldBytes(3000);
  const half = framed([1, 2, 3]).subarray(0, 6);
  const readers = [reader({ held })[0], reader({ held })[0], reader({ held })[0]];
  readers[0]!.receive(half);
  readers[1]!.receive(half);
  fails(() => readers[2]!.receive(half), Status.RESOURCE_EXHAUSTED);
  readers[0]!.close();
  reader({ held })[0].receive(half);
});
