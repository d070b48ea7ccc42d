/**
 * The protobuf wire format (protobuf.dev/programming-guides/encoding), as much of it as our messages use.
 * The code in src/protocols/gen is written on top of this file.
 */
import { Buffer } from "node:buffer";

/** The bytes are not the message they were taken for. What was in them is never quoted. */
export class DecodeError extends Error {
  override name = "DecodeError";

  constructor(expected: string) {
    super(`Cannot decode protobuf message: ${expected}`);
  }
}

/** What an encoder takes for a message `T`: every field may be left out, in nested messages too. */
export type Encodable<T> = { readonly [K in keyof T]?: EncodableField<T[K]> | undefined };

type EncodableField<T> = T extends string | number | boolean | Uint8Array | undefined ? T
  : T extends readonly (infer Item)[] ? readonly EncodableField<Item>[]
  : string extends keyof T ? T
  : Encodable<T>;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1Slice = Buffer.prototype.latin1Slice;
const scratch = new DataView(new ArrayBuffer(8));

/** Below this many bytes a string is read by a loop of our own: measured, 60 ns against 230 ns for 36 characters. */
const SHORT_STRING = 128;

/**
 * Reads the fields of one message. Every method throws DecodeError rather than read beyond `end`. Who wants but one
 * field reads that one and skips the others: measured, a quarter of the time of decoding a frame.
 */
export class Reader {
  /** Offset of the next byte. */
  at = 0;
  /** Offset behind the last byte of the message being read. */
  end: number;
  /** The two halves of the last varint. */
  #low = 0;
  #high = 0;

  #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.end = bytes.length;
  }

  /** Begins another message: `bytes` from `at` to `end`. */
  start(bytes: Uint8Array, at = 0, end = bytes.length): this {
    this.#bytes = bytes;
    this.at = at;
    this.end = end;
    return this;
  }

  /** A field's number and wire type: `number << 3 | type`. */
  tag(): number {
    return this.#uint32();
  }

  /** An int32 or an enum. Longer varints lose their upper bits, as the format wants it. */
  int32(): number {
    const byte = this.#short();
    if (byte >= 0) return byte;
    this.#varint();
    return this.#low | 0;
  }

  /** An int64. Beyond 2^53 the nearest number. */
  int64(): number {
    this.#varint();
    return this.#high * 2 ** 32 + (this.#low >>> 0);
  }

  bool(): boolean {
    const byte = this.#short();
    if (byte >= 0) return byte !== 0;
    this.#varint();
    return (this.#low | this.#high) !== 0;
  }

  /** Eight bytes, little-endian. */
  double(): number {
    this.#take(8);
    for (let i = 0; i < 8; i++) scratch.setUint8(i, this.#bytes[this.at - 8 + i]!);
    return scratch.getFloat64(0, true);
  }

  /** Passes over a bytes field without making a view of it. Returns its length; it ends at `at`. */
  span(): number {
    const length = this.#uint32();
    this.#take(length);
    return length;
  }

  /** A view into the message, not a copy. */
  byteString(): Uint8Array {
    const length = this.span();
    return this.#bytes.subarray(this.at - length, this.at);
  }

  string(): string {
    const length = this.#uint32();
    this.#take(length);
    const bytes = this.#bytes;
    const end = this.at;
    let at = end - length;
    if (length < SHORT_STRING) {
      while (at < end && bytes[at]! < 0x80) at++;
      if (at === end) return latin1Slice.call(bytes, end - length, end);
    }
    try {
      return utf8Decoder.decode(bytes.subarray(end - length, end));
    } catch {
      throw new DecodeError("a string must be UTF-8: received other bytes");
    }
  }

  /** Narrows the reader to the message that follows. Returns what `leave` needs to widen it again. */
  enter(): number {
    const length = this.#uint32();
    const outer = this.end;
    if (length > outer - this.at) {
      throw new DecodeError("a field must end within its message: received a greater length");
    }
    this.end = this.at + length;
    return outer;
  }

  leave(outer: number): void {
    this.end = outer;
  }

  /** Passes over a field nobody knows. Groups, which proto3 does not have, are refused. */
  skip(tag: number): void {
    if (tag < 8) throw new DecodeError("a field number must be 1 or more: received 0");
    switch (tag & 7) {
      case 0:
        return this.#varint();
      case 1:
        return this.#take(8);
      case 2:
        return this.#take(this.#uint32());
      case 5:
        return this.#take(4);
      default:
        throw new DecodeError("a wire type must be varint, fixed or length-delimited: received another");
    }
  }

  #take(length: number): void {
    if (length > this.end - this.at) {
      throw new DecodeError("a field must end within its message: received a greater length");
    }
    this.at += length;
  }

  /** A varint of one byte, or -1 and nothing read if it is longer. */
  #short(): number {
    if (this.at >= this.end) return -1;
    const byte = this.#bytes[this.at]!;
    if (byte >= 0x80) return -1;
    this.at++;
    return byte;
  }

  #uint32(): number {
    const byte = this.#short();
    if (byte >= 0) return byte;
    this.#varint();
    if (this.#high !== 0) throw new DecodeError("a tag or length must fit 32 bits: received more");
    return this.#low >>> 0;
  }

  /** Up to ten bytes of seven bits, the lowest first. Bits 0 to 31 go to #low, the others to #high. */
  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw new DecodeError("a varint must end within its message: received its beginning");
      const byte = this.#bytes[this.at++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        if (shift === 63 && byte > 1) break;
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    throw new DecodeError("a varint must fit 64 bits: received more");
  }
}

/** The writer's buffer keeps this many bytes from one message to the next. */
const KEPT = 256 * 1024;

/**
 * Writes messages from their end to their beginning, so that every length is known when its turn comes.
 * Fields are therefore given last one first.
 */
export class Writer {
  #bytes = new Uint8Array(4096);
  #at = this.#bytes.length;

  /** Begins a message, forgetting what an encoder that threw may have left. */
  start(): this {
    if (this.#bytes.length > KEPT) this.#bytes = new Uint8Array(4096);
    this.#at = this.#bytes.length;
    return this;
  }

  /** The message, in bytes of its own. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(this.#at);
  }

  /** The message, valid until another is begun: for who copies it at once. */
  view(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#bytes.length - this.#at;
  }

  /** Closes a nested message or a packed list, begun when `size` was `begun`. */
  wrap(tag: number, begun: number): void {
    this.#varint(this.size - begun);
    this.#varint(tag);
  }

  /** Throws TypeError unless `value` is a whole number of 32 bits. */
  int32(tag: number, value: number): void {
    this.packed(value);
    this.#varint(tag);
  }

  /** An int32 or enum without a tag, as an item of a packed list. */
  packed(value: number): void {
    if ((value | 0) !== value) {
      throw new TypeError("Cannot encode int32: a whole number of 32 bits is expected: received another");
    }
    if (value >= 0) this.#varint(value);
    else this.#negative(value);
  }

  /** Throws TypeError unless `value` is a whole number within ±2^53. */
  int64(tag: number, value: number): void {
    if (!Number.isSafeInteger(value)) {
      throw new TypeError("Cannot encode int64: a whole number within 2^53 is expected: received another");
    }
    if (value >= 0) this.#varint(value);
    else this.#negative(value);
    this.#varint(tag);
  }

  bool(tag: number, value: boolean): void {
    this.#varint(value ? 1 : 0);
    this.#varint(tag);
  }

  double(tag: number, value: number): void {
    scratch.setFloat64(0, value, true);
    this.#room(8);
    for (let i = 7; i >= 0; i--) this.#bytes[--this.#at] = scratch.getUint8(i);
    this.#varint(tag);
  }

  byteString(tag: number, value: Uint8Array): void {
    this.#room(value.length);
    this.#at -= value.length;
    this.#bytes.set(value, this.#at);
    this.#varint(value.length);
    this.#varint(tag);
  }

  /** Unpaired surrogates become U+FFFD. */
  string(tag: number, value: string): void {
    const begun = this.size;
    this.#room(value.length * 3);
    const bytes = this.#bytes;
    let at = this.#at;
    let left = value.length;
    if (left < SHORT_STRING) {
      for (; left > 0; left--) {
        const unit = value.charCodeAt(left - 1);
        if (unit >= 0x80) break;
        bytes[--at] = unit;
      }
    }
    if (left > 0) {
      // What is left goes in at the low end of its room and is then moved up against what is already there.
      const low = at - left * 3;
      const { written } = utf8Encoder.encodeInto(value.slice(0, left), bytes.subarray(low, at));
      at -= written;
      bytes.copyWithin(at, low, low + written);
    }
    this.#at = at;
    this.wrap(tag, begun);
  }

  /** `value`: whole, from 0 to 2^53. */
  #varint(value: number): void {
    this.#room(10);
    const bytes = this.#bytes;
    if (value < 0x80) {
      bytes[--this.#at] = value;
    } else if (value < 0x4000) {
      bytes[--this.#at] = value >>> 7;
      bytes[--this.#at] = value & 0x7f | 0x80;
    } else {
      let size = 1;
      for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
      let at = this.#at -= size;
      for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes[at++] = value % 0x80 | 0x80;
      bytes[at] = value;
    }
  }

  /** Two's complement of 64 bits, which takes all ten bytes. */
  #negative(value: number): void {
    this.#room(10);
    this.#at -= 10;
    let rest = BigInt.asUintN(64, BigInt(value));
    for (let i = 0; i < 10; i++, rest >>= 7n) this.#bytes[this.#at + i] = Number(rest & 0x7fn) | (i < 9 ? 0x80 : 0);
  }

  /** Makes room for `length` more bytes before what is written. */
  #room(length: number): void {
    if (this.#at >= length) return;
    const { size } = this;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, size + length));
    larger.set(this.#bytes.subarray(this.#at), larger.length - size);
    this.#bytes = larger;
    this.#at = larger.length - size;
  }
}

/** The one writer of all encoders: encoding never waits, so no two are ever at it. */
export const writer = new Writer();
