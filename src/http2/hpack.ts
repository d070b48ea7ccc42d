import { charactersOf } from "./characters.ts";
import { ErrorCode, Http2Error } from "./errors.ts";
import { NO_BYTES } from "./frames.ts";
import { decodeHuffman } from "./huffman.ts";
import { type HeaderField, type HeaderList, STATIC_TABLE } from "./static_table.ts";

/** What a field costs beyond its octets, in a table and in a list (RFC 7541 §4.1, RFC 9113 §6.5.2). */
const FIELD_OVERHEAD_BYTES = 32;
/** Size of a dynamic table of which SETTINGS say nothing (RFC 9113 §6.5.2). */
export const DEFAULT_TABLE_BYTES = 4096;
/** Field values that no table on the way may keep (RFC 7541 §7.1.3). */
const NEVER_INDEXED: ReadonlySet<string> = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);

export interface HpackLimits {
  /** Size of the dynamic table that we announced, in bytes (SETTINGS_HEADER_TABLE_SIZE). */
  readonly maxTableBytes: number;
  /** Largest header list that is handed out, in bytes counted as in RFC 9113 §6.5.2. */
  readonly maxListBytes: number;
}

/** Decodes the header blocks of one direction of one connection (RFC 7541). */
export class HpackDecoder {
  /** Dynamic table, oldest entry first: index 62 is the last element. */
  readonly #entries: HeaderField[] = [];
  #tableBytes = 0;
  #tableLimit: number;
  #block: Uint8Array = NO_BYTES;
  #at = 0;

  constructor(readonly limits: HpackLimits) {
    this.#tableLimit = limits.maxTableBytes;
  }

  /**
   * Decodes one complete header block. Returns undefined for a list longer than `maxListBytes`: the table has then
   * still followed the block, so that the connection can go on.
   * Throws Http2Error COMPRESSION_ERROR for a block that breaks RFC 7541.
   */
  decode(block: Uint8Array): HeaderList | undefined {
    this.#block = block;
    this.#at = 0;
    const list: HeaderField[] = [];
    let listBytes = 0;
    while (this.#at < block.length) {
      const first = block[this.#at]!;
      if ((first & 0xe0) === 0x20) {
        this.#resize(listBytes === 0);
        continue;
      }
      const field = this.#field(first);
      listBytes += sizeOf(field);
      if (listBytes <= this.limits.maxListBytes) list.push(field);
    }
    return listBytes <= this.limits.maxListBytes ? list : undefined;
  }

  /** Indexed (1xxxxxxx), literal with indexing (01xxxxxx), without (0000xxxx) or never indexed (0001xxxx): §6.1, §6.2. */
  #field(first: number): HeaderField {
    if ((first & 0x80) !== 0) return this.#entry(this.#integer(7));
    const indexing = (first & 0x40) !== 0;
    const index = this.#integer(indexing ? 6 : 4);
    const name = index === 0 ? this.#string() : this.#entry(index)[0];
    const field: HeaderField = [name, this.#string()];
    if (indexing) this.#insert(field);
    return field;
  }

  #entry(index: number): HeaderField {
    const field = index <= STATIC_TABLE.length
      ? STATIC_TABLE[index - 1]
      : this.#entries[this.#entries.length - (index - STATIC_TABLE.length)];
    if (field === undefined) throw malformed(`index ${index} of ${STATIC_TABLE.length + this.#entries.length}`);
    return field;
  }

  #insert(field: HeaderField): void {
    this.#entries.push(field);
    this.#tableBytes += sizeOf(field);
    this.#evict();
  }

  #evict(): void {
    while (this.#tableBytes > this.#tableLimit) this.#tableBytes -= sizeOf(this.#entries.shift()!);
  }

  /** Dynamic table size update: only before the first field, never above what we announced (§4.2, §6.3). */
  #resize(beforeFields: boolean): void {
    if (!beforeFields) throw malformed("a table size update after a field");
    const limit = this.#integer(5);
    if (limit > this.limits.maxTableBytes) throw malformed(`a table size of ${limit}`);
    this.#tableLimit = limit;
    this.#evict();
  }

  /** Integer with an N-bit prefix (§5.1); more than 28 bits are refused. */
  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.#block[this.#at++]! & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#octet();
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw malformed("an integer of more than 28 bits");
  }

  #string(): string {
    const huffman = (this.#peek() & 0x80) !== 0;
    const length = this.#integer(7);
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#block.length) throw malformed("a string that ends after its block");
    return huffman ? decodeHuffman(this.#block, start, this.#at) : charactersOf(this.#block, start, this.#at);
  }

  #peek(): number {
    const byte = this.#block[this.#at];
    if (byte === undefined) throw malformed("a field that ends after its block");
    return byte;
  }

  #octet(): number {
    const byte = this.#peek();
    this.#at++;
    return byte;
  }
}

/** Index of each static name, and of each static name with its value. */
const STATIC_NAMES = new Map<string, number>();
const STATIC_FIELDS = new Map<string, Map<string, number>>();
for (const [at, [name, value]] of STATIC_TABLE.entries()) {
  if (!STATIC_NAMES.has(name)) STATIC_NAMES.set(name, at + 1);
  const values = STATIC_FIELDS.get(name) ?? new Map<string, number>();
  STATIC_FIELDS.set(name, values.set(value, at + 1));
}

/**
 * Encodes a header list, characters 0–255, into a block of its own. It uses the static table only, so that equal lists
 * always give equal bytes and a block may be encoded once and sent on every connection.
 */
export function encodeHeaders(list: HeaderList): Uint8Array {
  const block: number[] = [];
  for (const [name, value] of list) {
    const indexed = STATIC_FIELDS.get(name)?.get(value);
    if (indexed !== undefined) {
      pushInteger(block, indexed, 7, 0x80);
      continue;
    }
    const nameIndex = STATIC_NAMES.get(name) ?? 0;
    pushInteger(block, nameIndex, 4, NEVER_INDEXED.has(name) ? 0x10 : 0x00);
    if (nameIndex === 0) pushString(block, name);
    pushString(block, value);
  }
  return Uint8Array.from(block);
}

/** The block with a dynamic table size update to 0 in front (RFC 7541 §6.3), which says what `encodeHeaders` does anyway. */
export function withoutTable(block: Uint8Array): Uint8Array {
  const said = new Uint8Array(block.length + 1);
  said[0] = 0x20;
  said.set(block, 1);
  return said;
}

function pushInteger(block: number[], value: number, prefixBits: number, pattern: number): void {
  const mask = (1 << prefixBits) - 1;
  if (value < mask) {
    block.push(pattern | value);
    return;
  }
  block.push(pattern | mask);
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) block.push((rest & 0x7f) | 0x80);
  block.push(rest);
}

function pushString(block: number[], text: string): void {
  pushInteger(block, text.length, 7, 0x00);
  for (let at = 0; at < text.length; at++) block.push(text.charCodeAt(at) & 0xff);
}

function sizeOf(field: HeaderField): number {
  return field[0].length + field[1].length + FIELD_OVERHEAD_BYTES;
}

function malformed(received: string): Http2Error {
  return new Http2Error(
    ErrorCode.COMPRESSION_ERROR,
    `Cannot decode a header block: HPACK expected: received ${received}`,
  );
}
