import { HTTP2_LIMITS, type Http2Limits } from "../http2/limits.ts";

/** Everything that bounds what peers may ask of a server. Times are in ms, sizes in bytes. */
export interface WireLimits extends Http2Limits {
  /** Largest message taken, after decompression. */
  readonly maxMessageBytes: number;
  /** Half-received and held-back messages of all RPCs together; a sixteenth more of methods that anybody may call. */
  readonly maxHeldBytes: number;
  /** An RPC that has brought no message for this long is ended. */
  readonly firstMessageMs: number;
}

/** What Webex Contact Center, Envoy and load balancers never meet. */
export const WIRE_LIMITS: WireLimits = {
  ...HTTP2_LIMITS,
  maxMessageBytes: 1024 * 1024,
  maxHeldBytes: 64 * 1024 * 1024,
  firstMessageMs: 30_000,
};
