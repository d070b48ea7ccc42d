import { ErrorCode } from "../http2/errors.ts";

/** Status codes of gRPC (doc/statuscodes.md of the gRPC repository). */
export const Status = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;
export type Status = typeof Status[keyof typeof Status];

/** An RPC that ends with a status other than OK. The message travels to the peer: it holds nothing secret. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  constructor(readonly status: Status, message: string) {
    super(message);
  }
}

/** The status of a `grpc-status` value; UNKNOWN for a code that gRPC does not have. */
export function statusOfCode(text: string): Status {
  const code = /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return Object.values(Status).find((status) => status === code) ?? Status.UNKNOWN;
}

/** The status of a response without `grpc-status` (doc/http-grpc-status-mapping.md). */
export function statusOfHttp(httpStatus: string): Status {
  switch (httpStatus) {
    case "400":
      return Status.INTERNAL;
    case "401":
      return Status.UNAUTHENTICATED;
    case "403":
      return Status.PERMISSION_DENIED;
    case "404":
      return Status.UNIMPLEMENTED;
    case "429":
    case "502":
    case "503":
    case "504":
      return Status.UNAVAILABLE;
    default:
      return Status.UNKNOWN;
  }
}

/** The status of an RPC whose stream was lost with an HTTP/2 error code (doc/PROTOCOL-HTTP2.md, "Errors"). */
export function statusOfReset(code: ErrorCode): Status {
  switch (code) {
    case ErrorCode.REFUSED_STREAM:
    case ErrorCode.CONNECT_ERROR:
      return Status.UNAVAILABLE;
    case ErrorCode.CANCEL:
      return Status.CANCELLED;
    case ErrorCode.ENHANCE_YOUR_CALM:
      return Status.RESOURCE_EXHAUSTED;
    case ErrorCode.INADEQUATE_SECURITY:
      return Status.PERMISSION_DENIED;
    default:
      return Status.INTERNAL;
  }
}

/**
 * Percent-encodes a status message: UTF-8, everything but printable ASCII and "%" as %XX (doc/PROTOCOL-HTTP2.md); spaces
 * at its ends too, which HTTP/2 does not take (RFC 9113 §8.2.1).
 */
export function encodeStatusMessage(message: string): string {
  let text = "";
  for (const byte of new TextEncoder().encode(message)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    text += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text.replace(/^ | $/g, "%20");
}

/** Undoes `encodeStatusMessage`; a malformed text is returned as it is. */
export function decodeStatusMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
