import { Span } from "../lib/span.ts";
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { HeldBytes, MessageReader, type MessageTaker, prefixOf } from "./framing.ts";
import { GrpcError, Status } from "./status.ts";

function framed(...messages: number[][]): Uint8Array {
  return Uint8Array.from(messages.flatMap((message) => [...prefixOf(message.length), ...message]));
}

interface Heard {
  readonly messages: number[][];
  consumed: number;
  charged: number;
  ended: boolean;
}

function reader(
  options: { maxMessageBytes?: number; held?: HeldBytes; pauseAt?: number; mayCost?: number } = {},
): [MessageReader, Heard] {
  const { maxMessageBytes = 100, held = new HeldBytes(1_000_000), pauseAt = -1, mayCost = 1000 } = options;
  const heard: Heard = { messages: [], consumed: 0, charged: 0, ended: false };
  const taker: MessageTaker = {
    takeMessage: (bytes) => {
      heard.messages.push([...bytes.view()]);
      if (heard.messages.length === pauseAt) messages.pause();
    },
    takeEnd: () => void (heard.ended = true),
    consumed: (bytes) => void (heard.consumed += bytes),
    charge: (cost) => {
      heard.charged += cost;
      if (heard.charged >= mayCost) messages.close();
    },
  };
  const messages = new MessageReader(taker, { maxMessageBytes, held });
  return [messages, heard];
}

function fails(act: () => void, status: Status): void {
  assert.throws(act, (error) => error instanceof GrpcError && error.status === status);
}

Deno.test("MessageReader finds the same messages however the bytes are cut", () => {
  const bytes = framed([1, 2, 3], [], [4], [5, 6, 7, 8, 9]);
  for (let size = 1; size <= bytes.length; size++) {
    const [messages, heard] = reader();
    for (let at = 0; at < bytes.length; at += size) messages.receive(new Span(bytes.subarray(at, at + size)));
    messages.end();
    assert.deepEqual(heard, {
      messages: [[1, 2, 3], [], [4], [5, 6, 7, 8, 9]],
      consumed: bytes.length,
      ended: true,
      charged: 1,
    });
  }
});

Deno.test("MessageReader hands out and takes nothing while paused, and ends after what waited", () => {
  const [messages, heard] = reader({ pauseAt: 1 });
  messages.receive(new Span(framed([1], [2])));
  messages.receive(new Span(framed([3])));
  messages.end();
  assert.deepEqual(heard, { messages: [[1]], consumed: 0, ended: false, charged: 0 });
  messages.resume();
  assert.deepEqual(heard, { messages: [[1], [2], [3]], consumed: 18, ended: true, charged: 0 });
});

Deno.test("MessageReader refuses a message above the limit by its prefix, a malformed prefix, and a cut one", () => {
  fails(() => reader()[0].receive(new Span(Uint8Array.of(0, 255, 255, 255, 255))), Status.RESOURCE_EXHAUSTED);
  fails(() => reader()[0].receive(new Span(Uint8Array.of(2, 0, 0, 0, 1, 9))), Status.INTERNAL);
  const [messages] = reader();
  messages.receive(new Span(framed([1, 2, 3]).subarray(0, 6)));
  fails(() => messages.end(), Status.INTERNAL);
});

Deno.test("MessageReader keeps no more than all readers together may, and gives it back", () => {
  const held = new HeldBytes(3000);
  const half = framed([1, 2, 3]).subarray(0, 6);
  const readers = [reader({ held })[0], reader({ held })[0], reader({ held })[0]];
  readers[0]!.receive(new Span(half));
  readers[1]!.receive(new Span(half));
  fails(() => readers[2]!.receive(new Span(half)), Status.RESOURCE_EXHAUSTED);
  readers[0]!.close();
  reader({ held })[0].receive(new Span(half));
});

function zipped(message: Uint8Array): Uint8Array {
  const body = gzipSync(message);
  const bytes = Uint8Array.from([...prefixOf(body.length), ...body]);
  bytes[0] = 1;
  return bytes;
}

Deno.test("MessageReader unzips in order among plain messages", () => {
  const [messages, heard] = reader();
  messages.encoding = "gzip";
  messages.receive(new Span(Uint8Array.from([...framed([1]), ...zipped(Uint8Array.of(2, 2)), ...framed([3])])));
  assert.deepEqual([heard.messages, heard.charged], [[[1], [2, 2], [3]], 0]);
});

Deno.test("MessageReader unzips no more than a message may have, and lets large ones cost", () => {
  const [messages, heard] = reader({ maxMessageBytes: 65_536 });
  messages.encoding = "gzip";
  messages.receive(new Span(zipped(new Uint8Array(65_536))));
  assert.deepEqual([heard.messages[0]!.length, heard.charged], [65_536, 4]);
  fails(() => messages.receive(new Span(zipped(new Uint8Array(65_537)))), Status.RESOURCE_EXHAUSTED);
});

Deno.test("MessageReader has unzipping paid for before, by the size that a message tells, and unzips no more than that", () => {
  const telling = (size: number) => {
    const bytes = zipped(new Uint8Array(1_000_000));
    new DataView(bytes.buffer).setUint32(bytes.length - 4, size, true);
    return new Span(bytes);
  };
  for (const [size, charged] of [[0, 0], [100, 0], [65_536, 4]] as const) {
    const [messages, heard] = reader({ maxMessageBytes: 65_536 });
    messages.encoding = "gzip";
    fails(() => messages.receive(telling(size)), Status.INTERNAL);
    assert.deepEqual([heard.messages, heard.charged], [[], charged]);
  }
  const [messages, heard] = reader({ mayCost: 3, maxMessageBytes: 65_536 });
  messages.encoding = "gzip";
  messages.receive(telling(65_536));
  assert.deepEqual(heard.messages, []);
});

Deno.test("MessageReader refuses what is zipped without saying how, in another way, or not at all", () => {
  const cases: [encoding: string | undefined, bytes: Uint8Array, status: Status][] = [
    [undefined, zipped(Uint8Array.of(1)), Status.INTERNAL],
    ["identity", zipped(Uint8Array.of(1)), Status.INTERNAL],
    ["zzz", zipped(Uint8Array.of(1)), Status.UNIMPLEMENTED],
    ["gzip", Uint8Array.of(1, 0, 0, 0, 1, 9), Status.INTERNAL],
    ["gzip", Uint8Array.of(1, 0, 0, 0, 0), Status.INTERNAL],
  ];
  for (const [encoding, bytes, status] of cases) {
    const [messages] = reader();
    messages.encoding = encoding;
    fails(() => messages.receive(new Span(bytes)), status);
  }
});

Deno.test("MessageReader lets every empty message cost, and hands out none once that was too much", () => {
  const [messages, heard] = reader({ mayCost: 3 });
  messages.receive(new Span(framed([], [], [], [], [])));
  assert.deepEqual([heard.messages.length, heard.charged], [2, 3]);
});
