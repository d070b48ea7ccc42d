import { gunzipSync } from "node:zlib";
import { GrpcError, Status } from "./status.ts";

/** What we take, as `grpc-accept-encoding` says it (doc/compression.md). */
export const ACCEPTED_ENCODINGS = "identity,gzip";

/**
 * Decompresses a message whose prefix says that it is compressed, with the `encoding` that `grpc-encoding` named.
 * Throws GrpcError: INTERNAL without an encoding or for bytes that are none of it, UNIMPLEMENTED for an unknown one,
 * RESOURCE_EXHAUSTED for more than `maxBytes` of result, of which no more is ever made.
 */
export function decompress(bytes: Uint8Array, encoding: string | undefined, maxBytes: number): Uint8Array {
  if (encoding === undefined || encoding === "identity") {
    throw new GrpcError(Status.INTERNAL, "Cannot read a message: a grpc-encoding for its compression expected");
  }
  if (encoding !== "gzip") {
    throw new GrpcError(
      Status.UNIMPLEMENTED,
      `Cannot read a message: one of ${ACCEPTED_ENCODINGS} expected: received another encoding`,
    );
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) {
      throw new GrpcError(Status.RESOURCE_EXHAUSTED, `Cannot read a message: at most ${maxBytes} bytes expected`);
    }
    throw new GrpcError(Status.INTERNAL, "Cannot read a message: gzip expected: received something else");
  }
}
