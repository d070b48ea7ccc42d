import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";

/** Bytes before an event's headers: its length, that of its headers, and a checksum of both (Amazon event stream encoding). */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** A prelude and the checksum of the whole. */
const LEAST_BYTES = 16;
/** The most bytes of an event that are taken; Lex's own are a few kilobytes. */
const MOST_BYTES = 1_048_576;

/**
 * Cuts what comes on a stream into whole events. The SDK sets aside as much memory as an event claims to need and waits
 * until it is full, before it looks at any checksum; here a length counts only once its checksum holds. Throws an Error
 * named EventCorrupt for a wrong checksum and for an event of more than a mebibyte, StreamLost for one that is not whole.
 */
export async function* eventFrames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of bytes) {
    rest = rest.length === 0 ? piece : new Uint8Array(Buffer.concat([rest, piece]));
    while (rest.length >= PRELUDE_BYTES) {
      const length = lengthIn(rest);
      if (rest.length < length) break;
      const event = rest.subarray(0, length);
      check(event, length - CHECKSUM_BYTES);
      yield event;
      rest = rest.subarray(length);
    }
  }
  if (rest.length > 0) throw unreadable("StreamLost", "whole events", "a part of one");
}

/** The length of the event that begins here. */
function lengthIn(prelude: Uint8Array): number {
  check(prelude, PRELUDE_BYTES - CHECKSUM_BYTES);
  const length = uint32(prelude, 0);
  if (length >= LEAST_BYTES && length <= MOST_BYTES) return length;
  throw unreadable("EventCorrupt", `an event of ${LEAST_BYTES} to ${MOST_BYTES} bytes`, `one of ${length}`);
}

/** Throws unless the bytes before `at` have the checksum that stands there. */
function check(bytes: Uint8Array, at: number): void {
  if (crc32(bytes.subarray(0, at)) !== uint32(bytes, at)) {
    throw unreadable("EventCorrupt", "a checksum that holds", "another");
  }
}

function uint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

function unreadable(name: "EventCorrupt" | "StreamLost", expected: string, received: string): Error {
  const error = new Error(`Cannot read the stream: ${expected} expected: received ${received}`);
  error.name = name;
  return error;
}
