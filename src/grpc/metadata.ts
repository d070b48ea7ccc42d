import type { HeaderField, HeaderList } from "../http2/static_table.ts";

/** Names that belong to the protocol, not to its users (doc/PROTOCOL-HTTP2.md, "Requests"). */
const RESERVED: ReadonlySet<string> = new Set(["content-type", "te", "user-agent", "content-length"]);
const KEY = /^[0-9a-z_.-]+$/;
const ASCII_VALUE = /^[\x20-\x7e]*$/;

/** The metadata of one side of one RPC, as it came. Names are lower-case. */
export class Metadata implements Iterable<[string, string]> {
  constructor(readonly fields: HeaderList) {}

  /** The first value of that name; that of a "-bin" name is base64. */
  get(name: string): string | undefined {
    for (const field of this.fields) if (field[0] === name) return field[1];
    return undefined;
  }

  /** The bytes of a "-bin" name's first value; undefined when there is none, or when it is no base64. */
  bytes(name: string): Uint8Array | undefined {
    const text = this.get(name)?.split(",", 1)[0];
    if (text === undefined) return undefined;
    try {
      return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    } catch {
      return undefined;
    }
  }

  /** What the peer's users sent, as far as it may be sent on: HTTP/2 lets more names and bytes pass than gRPC. */
  *[Symbol.iterator](): Iterator<[string, string]> {
    for (const [name, value] of this.fields) {
      if (!isReserved(name) && KEY.test(name) && ASCII_VALUE.test(value)) yield [name, value];
    }
  }
}

/** The value of a "-bin" name: base64 without padding. */
export function binaryValue(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

/**
 * Checks metadata that is about to be sent. Throws TypeError for a name that is reserved or not lower-case, and for a
 * value that is not printable ASCII.
 */
export function checkedMetadata(metadata: Iterable<readonly [string, string]>): HeaderField[] {
  const fields: HeaderField[] = [];
  for (const [name, value] of metadata) {
    if (!KEY.test(name) || isReserved(name)) {
      throw new TypeError(`Cannot send metadata "${name}": a lower-case name that is not reserved expected`);
    }
    if (!ASCII_VALUE.test(value)) {
      throw new TypeError(
        `Cannot send metadata "${name}": a value of printable ASCII expected: received other characters`,
      );
    }
    fields.push([name, value.trim()]);
  }
  return fields;
}

function isReserved(name: string): boolean {
  return name.startsWith(":") || name.startsWith("grpc-") || RESERVED.has(name);
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** Milliseconds of a `grpc-timeout` value (doc/PROTOCOL-HTTP2.md); NaN for a malformed one. */
export function decodeTimeout(text: string): number {
  if (!/^\d{1,8}[HMSmun]$/.test(text)) return NaN;
  return Number(text.slice(0, -1)) * UNIT_MS[text.at(-1)!]!;
}

/** The `grpc-timeout` value of so many milliseconds: rounded up, and at most 99,999,999 seconds. */
export function encodeTimeout(ms: number): string {
  if (ms <= 99_999_999) return `${Math.max(0, Math.ceil(ms))}m`;
  return `${Math.min(99_999_999, Math.ceil(ms / 1000))}S`;
}

/** "application/grpc", with a message format or parameters behind it (doc/PROTOCOL-HTTP2.md). */
export function isGrpc(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc([+;]|$)/.test(contentType);
}
