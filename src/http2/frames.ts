/** Frame types (RFC 9113 §6). */
export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

/** Frame flags. END_STREAM (DATA, HEADERS) and ACK (SETTINGS, PING) share a bit. */
export const Flag = { ACK: 0x1, END_STREAM: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

/** Bytes of a frame header (RFC 9113 §4.1). */
export const FRAME_HEADER_BYTES = 9;
/** Largest frame payload either end sends here: the least that every peer must take (RFC 9113 §4.2). */
export const MAX_FRAME_BYTES = 16_384;
/** Flow-control window of a new connection, and of a stream unless SETTINGS say otherwise (RFC 9113 §6.9.2). */
export const DEFAULT_WINDOW_BYTES = 65_535;
/** Largest flow-control window and stream identifier: 31 bits. */
export const MAX_UINT31 = 0x7fff_ffff;
/** What a client sends before its first frame (RFC 9113 §3.4). */
export const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** One for all who have nothing yet: an array of one's own takes 300 bytes. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Writes a big-endian 32-bit number. */
export function writeUint32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

/** Reads a big-endian 32-bit number; bytes past the end count as 0. */
export function readUint32(from: Uint8Array, at: number): number {
  return ((from[at]! << 24) | (from[at + 1]! << 16) | (from[at + 2]! << 8) | from[at + 3]!) >>> 0;
}

/** Reads a big-endian number of 31 bits: the reserved high bit is ignored on receipt (RFC 9113 §4.1). */
export function readUint31(from: Uint8Array, at: number): number {
  return readUint32(from, at) & MAX_UINT31;
}

/** Reads a big-endian 24-bit number: the length of a frame's payload. */
export function readUint24(from: Uint8Array, at: number): number {
  return (from[at]! << 16) | (from[at + 1]! << 8) | from[at + 2]!;
}
