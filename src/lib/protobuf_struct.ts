/** The messages of google.protobuf that ours contain, read into and written from what JavaScript has for them. */
import { DecodeError, type Reader, type Writer } from "./protobuf.ts";

/** google.protobuf.Struct: a JSON object, as JSON.parse would give it. A key `__proto__` is a key like any other. */
export type Struct = Record<string, unknown>;

/** Objects and lists within one another, the outermost Struct included. */
const DEEPEST = 64;

/** Sets an own property, whatever its name. */
export function setEntry<T>(record: Record<string, T>, key: string, value: T): void {
  if (key !== "__proto__") record[key] = value;
  else Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Reads a Struct up to the reader's end. Throws DecodeError, also for more than 64 levels. */
export function readStruct(r: Reader, depth = 1): Struct {
  if (depth > DEEPEST) throw new DecodeError("a Struct must not be nested deeper than 64 levels: received more");
  const struct: Struct = {};
  while (r.at < r.end) {
    const tag = r.tag();
    if (tag !== 10) {
      r.skip(tag);
      continue;
    }
    const outer = r.enter();
    let key = "";
    let value: unknown = null;
    while (r.at < r.end) {
      const tag = r.tag();
      if (tag === 10) key = r.string();
      else if (tag === 18) value = readNested(r, readValue, depth);
      else r.skip(tag);
    }
    r.leave(outer);
    setEntry(struct, key, value);
  }
  return struct;
}

function readValue(r: Reader, depth: number): unknown {
  let value: unknown = null;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        r.int32();
        value = null;
        break;
      case 17:
        value = r.double();
        break;
      case 26:
        value = r.string();
        break;
      case 32:
        value = r.bool();
        break;
      case 42:
        value = readNested(r, readStruct, depth + 1);
        break;
      case 50:
        value = readNested(r, readList, depth + 1);
        break;
      default:
        r.skip(tag);
    }
  }
  return value;
}

function readList(r: Reader, depth: number): unknown[] {
  if (depth > DEEPEST) throw new DecodeError("a Struct must not be nested deeper than 64 levels: received more");
  const list: unknown[] = [];
  while (r.at < r.end) {
    const tag = r.tag();
    if (tag === 10) list.push(readNested(r, readValue, depth));
    else r.skip(tag);
  }
  return list;
}

function readNested<T>(r: Reader, read: (r: Reader, depth: number) => T, depth: number): T {
  const outer = r.enter();
  const value = read(r, depth);
  r.leave(outer);
  return value;
}

/**
 * Writes a Struct. Of an object the own enumerable properties count, and `undefined` is left out of objects and
 * null in lists, as JSON.stringify has it. Throws TypeError for more than 64 levels, a cycle being one
 * of those, and for what JSON has no word for: bigint, symbol, function.
 */
export function writeStruct(w: Writer, struct: Readonly<Struct>, depth = 1): void {
  if (depth > DEEPEST) throw new TypeError("Cannot encode Struct: 64 levels are the most: received more");
  const keys = Object.keys(struct);
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i]!;
    const value = struct[key];
    if (value === undefined) continue;
    const begun = w.size;
    writeValue(w, 18, value, depth);
    w.string(10, key);
    w.wrap(10, begun);
  }
}

function writeValue(w: Writer, tag: number, value: unknown, depth: number): void {
  const begun = w.size;
  switch (typeof value) {
    case "number":
      w.double(17, value);
      break;
    case "string":
      w.string(26, value);
      break;
    case "boolean":
      w.bool(32, value);
      break;
    case "object":
    case "undefined":
      if (value === null || value === undefined) w.int32(8, 0);
      else if (Array.isArray(value)) {
        writeList(w, value, depth + 1);
        w.wrap(50, begun);
      } else {
        writeStruct(w, value as Struct, depth + 1);
        w.wrap(42, begun);
      }
      break;
    default:
      throw new TypeError(`Cannot encode Struct: a JSON value is expected: received a ${typeof value}`);
  }
  w.wrap(tag, begun);
}

function writeList(w: Writer, list: readonly unknown[], depth: number): void {
  if (depth > DEEPEST) throw new TypeError("Cannot encode Struct: 64 levels are the most: received more");
  for (let i = list.length - 1; i >= 0; i--) writeValue(w, 10, list[i], depth);
}

/** Reads a google.protobuf.Timestamp up to the reader's end: milliseconds since 1970, with fractions. */
export function readTimestamp(r: Reader): number {
  let seconds = 0;
  let nanos = 0;
  while (r.at < r.end) {
    const tag = r.tag();
    if (tag === 8) seconds = r.int64();
    else if (tag === 16) nanos = r.int32();
    else r.skip(tag);
  }
  return seconds * 1e3 + nanos / 1e6;
}

/** Writes milliseconds since 1970 as a google.protobuf.Timestamp. Throws TypeError if they are not finite. */
export function writeTimestamp(w: Writer, ms: number): void {
  let seconds = Math.floor(ms / 1e3);
  let nanos = Math.round((ms - seconds * 1e3) * 1e6);
  if (nanos === 1e9) {
    seconds++;
    nanos = 0;
  }
  if (nanos !== 0) w.int32(16, nanos);
  if (seconds !== 0) w.int64(8, seconds);
}
