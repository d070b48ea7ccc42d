/** Error codes of RST_STREAM and GOAWAY frames (RFC 9113 §7). */
export const ErrorCode = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;
/** A known error code. A peer may send others; they are treated as INTERNAL_ERROR (RFC 9113 §7). */
export type ErrorCode = typeof ErrorCode[keyof typeof ErrorCode];

const NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(ErrorCode).map(([name, code]) => [code, name]),
);

/** Returns a code's name in the RFC: "PROTOCOL_ERROR". */
export function nameOfError(code: ErrorCode): string {
  return NAMES[code] ?? "UNKNOWN";
}

/** Ends the connection: the peer gets a GOAWAY with this code, and every stream is lost (RFC 9113 §5.4.1). */
export class Http2Error extends Error {
  override readonly name = "Http2Error";
  constructor(readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** Ends one stream: the peer gets a RST_STREAM with this code, the connection goes on (RFC 9113 §5.4.2). */
export class StreamError extends Error {
  override readonly name = "StreamError";
  constructor(readonly streamId: number, readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** Returns the error for a peer whose TLS is not what is expected. */
export function unfit(expected: string, received: string): Http2Error {
  return new Http2Error(
    ErrorCode.INADEQUATE_SECURITY,
    `Cannot open the connection: ${expected} expected: received ${received}`,
  );
}
