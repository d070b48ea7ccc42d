import { ErrorCode, Http2Error, StreamError } from "./errors.ts";
import { MAX_UINT31 } from "./frames.ts";

/** A frame where none of its kind may be. */
export function misplaced(received: string): Http2Error {
  return new Http2Error(
    ErrorCode.PROTOCOL_ERROR,
    `Cannot take a frame: one that is allowed here expected: received ${received}`,
  );
}

/** A frame whose length does not fit its type. */
export function wrongSize(type: string, bytes: number): Http2Error {
  return new Http2Error(
    ErrorCode.FRAME_SIZE_ERROR,
    `Cannot take ${type}: the length of its type expected: received ${bytes} bytes`,
  );
}

/** More DATA than a window allows: `excess` bytes. */
export function windowExceeded(excess: number): Http2Error {
  return new Http2Error(
    ErrorCode.FLOW_CONTROL_ERROR,
    `Cannot take DATA: bytes within the window expected: received ${excess} more`,
  );
}

/** A window of more than 2³¹ − 1 bytes (RFC 9113 §6.9.1). */
export function windowTooWide(bytes: number): Http2Error {
  return new Http2Error(
    ErrorCode.FLOW_CONTROL_ERROR,
    `Cannot widen a window: at most ${MAX_UINT31} bytes expected: received ${bytes}`,
  );
}

/** A stream that depends on itself (RFC 7540 §5.3.1, kept for peers that still send priorities). */
export function selfDependent(id: number): StreamError {
  return new StreamError(
    id,
    ErrorCode.PROTOCOL_ERROR,
    `Cannot take a priority: another stream expected: received stream ${id} itself`,
  );
}

/** A head or trailers that break RFC 9113 §8; `fault` says how, without the peer's words. */
export function malformed(id: number, part: "request" | "response" | "trailers", fault: string): StreamError {
  return new StreamError(
    id,
    ErrorCode.PROTOCOL_ERROR,
    `Cannot take the ${part}: fields as RFC 9113 orders them expected: received ${fault}`,
  );
}

/** A header list above the size that we announced. */
export function tooManyHeaders(id: number): StreamError {
  return new StreamError(
    id,
    ErrorCode.ENHANCE_YOUR_CALM,
    "Cannot take a header list: as many bytes as SETTINGS allow expected: received more",
  );
}
