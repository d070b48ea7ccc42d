import { GrpcError, Status } from "../grpc/status.ts";
import { DecodeError } from "../lib/protobuf.ts";

/** Returns the error for a request that cannot be understood. */
export function invalid(message: string): GrpcError {
  return new GrpcError(Status.INVALID_ARGUMENT, message);
}

/** Returns a decoder that says INVALID_ARGUMENT of bytes that are not its message. */
export function orInvalid<M>(decode: (bytes: Uint8Array) => M): (bytes: Uint8Array) => M {
  return (bytes) => {
    try {
      return decode(bytes);
    } catch (error) {
      throw error instanceof DecodeError ? invalid(error.message) : error;
    }
  };
}
