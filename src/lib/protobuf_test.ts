import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError, Reader, Writer } from "./protobuf.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const repeat = (value: number, times: number) => new Array<number>(times).fill(value);
const utf8 = (text: string) => new TextEncoder().encode(text);

/** What `write` writes, as a reader behind the first tag. */
function written(write: (w: Writer) => void): Reader {
  const w = new Writer();
  write(w.start());
  const r = new Reader(w.finish());
  r.tag();
  return r;
}

Deno.test("Reader and Writer agree with the examples of the encoding guide", () => {
  const w = new Writer();
  w.start().int32(1 << 3, 150);
  assert.deepEqual(w.finish(), bytes(0x08, 0x96, 0x01));
  w.start().string(2 << 3 | 2, "testing");
  assert.deepEqual(w.finish(), bytes(0x12, 0x07, ...utf8("testing")));
  w.start().int32(1 << 3, -2);
  assert.deepEqual(w.finish(), bytes(0x08, 0xfe, ...repeat(0xff, 8), 0x01));

  const r = new Reader(bytes(0x08, 0x96, 0x01));
  assert.equal(r.tag(), 1 << 3);
  assert.equal(r.int32(), 150);
  assert.equal(r.at, r.end);
});

Deno.test("what Writer writes, Reader reads", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: "grapheme-ascii", maxLength: 300 }),
  );
  fc.assert(fc.property(fc.integer(), (value) => assert.equal(written((w) => w.int32(8, value)).int32(), value)));
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => assert.equal(written((w) => w.int64(8, value)).int64(), value)),
  );
  fc.assert(fc.property(fc.double(), (value) => assert.equal(written((w) => w.double(9, value)).double(), value)));
  fc.assert(fc.property(fc.boolean(), (value) => assert.equal(written((w) => w.bool(8, value)).bool(), value)));
  fc.assert(fc.property(text, (value) => assert.equal(written((w) => w.string(10, value)).string(), value)));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 9000 }), (value) => {
    assert.deepEqual(written((w) => w.byteString(10, value)).byteString(), value);
  }));
});

Deno.test("an int32 keeps the lower half of a longer varint, and any bit of it makes a bool true", () => {
  const above = bytes(...repeat(0x80, 6), 0x01);
  assert.equal(new Reader(above).int32(), 0);
  assert.equal(new Reader(above).bool(), true);
  assert.equal(new Reader(bytes(...repeat(0xff, 9), 0x01)).int32(), -1);
  assert.equal(new Reader(bytes(...repeat(0x80, 9), 0x00)).bool(), false);
});

Deno.test("a byte string is a view of the message", () => {
  const message = bytes(3, 1, 2, 3);
  const view = new Reader(message).byteString();
  assert.equal(view.buffer, message.buffer);
  assert.equal(view.byteOffset, message.byteOffset + 1);
});

Deno.test("a string keeps its byte order mark, and gets U+FFFD for half a surrogate pair", () => {
  assert.equal(written((w) => w.string(10, "\ufeffa")).string(), "\ufeffa");
  assert.equal(written((w) => w.string(10, "a\ud800b")).string(), "a\ufffdb");
});

Deno.test("skip() passes over every wire type of proto3, and over nothing else", () => {
  for (const [type, ...rest] of [[0, 0xff, 0x01], [1, ...repeat(7, 8)], [2, 2, 8, 8], [5, ...repeat(7, 4)]]) {
    const r = new Reader(bytes(5 << 3 | type!, ...rest));
    r.skip(r.tag());
    assert.equal(r.at, r.end);
  }
  for (const type of [3, 4, 6, 7]) {
    const r = new Reader(bytes(5 << 3 | type));
    assert.throws(() => r.skip(r.tag()), DecodeError);
  }
});

const HOSTILE: readonly [name: string, message: Uint8Array, read: (r: Reader) => unknown][] = [
  ["a varint without an end", bytes(0x80, 0x80), (r) => r.int32()],
  ["a varint of eleven bytes", bytes(...repeat(0x80, 10), 0x00), (r) => r.int32()],
  ["a varint of 65 bits", bytes(...repeat(0xff, 9), 0x02), (r) => r.int64()],
  ["a tag of 33 bits", bytes(0x80, 0x80, 0x80, 0x80, 0x10), (r) => r.tag()],
  ["field number 0", bytes(0x00, 0x00), (r) => r.skip(r.tag())],
  ["a string of 4 GiB", bytes(0xff, 0xff, 0xff, 0xff, 0x0f, 0x61), (r) => r.string()],
  ["bytes of 4 GiB", bytes(0xff, 0xff, 0xff, 0xff, 0x0f, 0x61), (r) => r.byteString()],
  ["a message of 4 GiB", bytes(0xff, 0xff, 0xff, 0xff, 0x0f, 0x61), (r) => r.enter()],
  ["an unknown field of 4 GiB", bytes(0xff, 0xff, 0xff, 0xff, 0x0f, 0x61), (r) => r.skip(10)],
  ["a length of 2^64 - 1", bytes(...repeat(0xff, 9), 0x01), (r) => r.byteString()],
  ["half a double", bytes(1, 2, 3, 4), (r) => r.double()],
  ["a string with a byte missing", bytes(4, 0x61, 0x62, 0x63), (r) => r.string()],
  ["a string with half a character", bytes(2, 0x61, 0xc3), (r) => r.string()],
  ["a string with an overlong slash", bytes(2, 0xc0, 0xaf), (r) => r.string()],
  ["nothing where a number belongs", bytes(), (r) => r.int32()],
];

for (const [name, message, read] of HOSTILE) {
  Deno.test(`Reader refuses ${name}`, () => {
    assert.throws(() => read(new Reader(message)), DecodeError);
  });
}

Deno.test("a field may not reach out of its message into the one around it", () => {
  const r = new Reader(bytes(1, 3, 0x61, 0x62, 0x63));
  const outer = r.enter();
  assert.throws(() => r.string(), DecodeError);
  r.leave(outer);
  assert.equal(r.end, 5);
});

Deno.test("a DecodeError does not quote what it met", () => {
  assert.throws(
    () => new Reader(bytes(8, ...utf8("secret"), 0xc3, 0x28)).string(),
    { name: "DecodeError", message: "Cannot decode protobuf message: a string must be UTF-8: received other bytes" },
  );
});

Deno.test("any bytes are passed over or refused with DecodeError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (message) => {
      const r = new Reader(message);
      try {
        while (r.at < r.end) r.skip(r.tag());
        assert.equal(r.at, r.end);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("Writer refuses numbers that do not fit", () => {
  for (const value of [1.5, 2 ** 31, -(2 ** 31) - 1, NaN, Infinity]) {
    assert.throws(() => new Writer().int32(8, value), TypeError);
  }
  for (const value of [0.5, 2 ** 53, NaN]) assert.throws(() => new Writer().int64(8, value), TypeError);
});

Deno.test("each message has bytes of its own, whatever was written before or after it", () => {
  const w = new Writer();
  w.start().string(10, "first");
  const first = w.finish();
  assert.throws(() => w.start().int32(8, 0.5), TypeError);
  w.start().byteString(10, new Uint8Array(1_000_000).fill(7));
  const large = w.finish();
  w.start().string(10, "last");
  assert.deepEqual(first, bytes(10, 5, ...utf8("first")));
  assert.equal(first.buffer.byteLength, first.length);
  assert.equal(large.length, 1 + 3 + 1_000_000);
  assert.equal(large.at(-1), 7);
  assert.deepEqual(w.finish(), bytes(10, 4, ...utf8("last")));
});

Deno.test("a message outgrows the buffer again and again and stays whole", () => {
  const w = new Writer();
  w.start();
  for (let i = 5000; i >= 0; i--) w.string(10, `item ${i}, é`);
  const r = new Reader(w.finish());
  for (let i = 0; i <= 5000; i++) {
    assert.equal(r.tag(), 10);
    assert.equal(r.string(), `item ${i}, é`);
  }
  assert.equal(r.at, r.end);
});
