import { ErrorCode, Http2Error } from "./errors.ts";
import { MAX_FRAME_BYTES, MAX_UINT31, readUint32, writeUint32 } from "./frames.ts";

/** Parameters of a SETTINGS frame (RFC 9113 §6.5.2). */
export const Setting = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
} as const;

const SETTING_BYTES = 6;
const MAX_FRAME_SIZE_LIMIT = 2 ** 24 - 1;

/** The payload of a SETTINGS frame: 6 bytes a parameter. */
export function encodeSettings(settings: Iterable<readonly [parameter: number, value: number]>): Uint8Array {
  const list = [...settings];
  const payload = new Uint8Array(list.length * SETTING_BYTES);
  for (const [i, [parameter, value]] of list.entries()) {
    payload[i * SETTING_BYTES] = parameter >>> 8;
    payload[i * SETTING_BYTES + 1] = parameter;
    writeUint32(payload, i * SETTING_BYTES + 2, value);
  }
  return payload;
}

/**
 * Reads the payload of a SETTINGS frame (RFC 9113 §6.5); unknown parameters are handed on, the last value of each counts.
 * Throws Http2Error for a length that is no multiple of 6, more than `most` parameters, or a value out of its range.
 */
export function decodeSettings(payload: Uint8Array, most: number): Map<number, number> {
  if (payload.length % SETTING_BYTES !== 0) {
    throw refused(ErrorCode.FRAME_SIZE_ERROR, "6 bytes a parameter", `${payload.length} bytes`);
  }
  if (payload.length > most * SETTING_BYTES) {
    throw refused(ErrorCode.ENHANCE_YOUR_CALM, `at most ${most} parameters`, `${payload.length} bytes`);
  }
  const settings = new Map<number, number>();
  for (let at = 0; at < payload.length; at += SETTING_BYTES) {
    const parameter = (payload[at]! << 8) | payload[at + 1]!;
    const value = readUint32(payload, at + 2);
    checkRange(parameter, value);
    settings.set(parameter, value);
  }
  return settings;
}

/** What each parameter may be (RFC 9113 §6.5.2). */
function checkRange(parameter: number, value: number): void {
  if (parameter === Setting.ENABLE_PUSH && value > 1) {
    throw refused(ErrorCode.PROTOCOL_ERROR, "ENABLE_PUSH of 0 or 1", String(value));
  }
  if (parameter === Setting.INITIAL_WINDOW_SIZE && value > MAX_UINT31) {
    throw refused(ErrorCode.FLOW_CONTROL_ERROR, `INITIAL_WINDOW_SIZE up to ${MAX_UINT31}`, String(value));
  }
  if (parameter === Setting.MAX_FRAME_SIZE && (value < MAX_FRAME_BYTES || value > MAX_FRAME_SIZE_LIMIT)) {
    throw refused(
      ErrorCode.PROTOCOL_ERROR,
      `MAX_FRAME_SIZE from ${MAX_FRAME_BYTES} to ${MAX_FRAME_SIZE_LIMIT}`,
      String(value),
    );
  }
}

function refused(code: ErrorCode, expected: string, received: string): Http2Error {
  return new Http2Error(code, `Cannot take SETTINGS: ${expected} expected: received ${received}`);
}
