import { gunzipSync } from "node:zlib";
import { GrpcError, Status } from "./status.ts";

/** What we take, as `grpc-accept-encoding` says it (doc/compression.md). */
export const ACCEPTED_ENCODINGS = "identity,gzip";

/** Bytes of the smallest piece that zlib may be asked for. */
const LEAST_CHUNK_BYTES = 64;

/** Bytes of the shortest gzip member: its header, an empty block and its trailer (RFC 1952 §2.3). */
const LEAST_GZIP_BYTES = 20;

/**
 * Returns how many bytes a message has whose prefix says that it is compressed, with the `encoding` that `grpc-encoding`
 * named: what the last four bytes of its gzip member say (ISIZE, RFC 1952 §2.3.1).
 * Throws GrpcError: INTERNAL without an encoding or for what is too short, UNIMPLEMENTED for an unknown encoding,
 * RESOURCE_EXHAUSTED for more than `maxBytes`.
 */
export function decompressedBytes(bytes: Uint8Array, encoding: string | undefined, maxBytes: number): number {
  if (encoding === undefined || encoding === "identity") {
    throw new GrpcError(Status.INTERNAL, "Cannot read a message: a grpc-encoding for its compression expected");
  }
  if (encoding !== "gzip") {
    throw new GrpcError(
      Status.UNIMPLEMENTED,
      `Cannot read a message: one of ${ACCEPTED_ENCODINGS} expected: received another encoding`,
    );
  }
  if (bytes.length < LEAST_GZIP_BYTES) throw notGzip();
  const size = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true);
  if (size > maxBytes) {
    throw new GrpcError(Status.RESOURCE_EXHAUSTED, `Cannot read a message: at most ${maxBytes} bytes expected`);
  }
  return size;
}

/**
 * Decompresses one gzip member into `size` bytes; of one that holds more, no more is ever made.
 * Throws GrpcError INTERNAL for it, and for what is no gzip.
 */
export function decompress(bytes: Uint8Array, size: number): Uint8Array {
  try {
    // All in one piece, with room to see that there is more: many small ones stay about when they turn out to be a lie.
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, size), chunkSize: Math.max(LEAST_CHUNK_BYTES, size + 1) });
  } catch {
    throw notGzip();
  }
}

function notGzip(): GrpcError {
  return new GrpcError(Status.INTERNAL, "Cannot read a message: gzip of the size that it tells expected");
}
