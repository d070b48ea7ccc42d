import * as z from "zod";
import { byteSize, number, whole } from "../lib/scalars.ts";

/** The keys under `gateway.limits`: what bounds peers that are no callers, beside the keys of `gateway` itself. */
export const wireLimits = z.strictObject({
  max_greeting_connections: whole(1, 1_000_000).default(1000),
  handshake_seconds: number(0.1, 300).default(5),
  first_message_seconds: number(10, 3600).default(30),
  stall_seconds: number(1, 3600).default(15),
  keepalive_timeout_seconds: number(1, 3600).default(20),
  connection_age_grace_seconds: number(0, 86_400).default(600),
  max_header_list_bytes: whole(1024, 1_048_576).default(16_384),
  max_header_block_bytes: whole(1024, 1_048_576).default(32_768),
  max_continuations: whole(0, 1000).default(8),
  max_settings: whole(1, 1000).default(32),
  max_held_bytes: byteSize().prefault("64MB"),
  control_burst: whole(100, 1_000_000_000).default(4000),
  control_per_second: whole(1, 1_000_000_000).default(400),
});

/** What bounds peers that are no callers. Times are in ms, sizes in bytes. */
export interface WireLimitSettings {
  readonly maxStrangers: number;
  readonly handshakeTimeoutMs: number;
  readonly firstMessageMs: number;
  readonly stallTimeoutMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly maxAgeGraceMs: number;
  readonly maxHeaderListBytes: number;
  readonly maxHeaderBlockBytes: number;
  readonly maxContinuations: number;
  readonly maxSettings: number;
  readonly maxHeldBytes: number;
  readonly controlBurst: number;
  readonly controlPerSecond: number;
}

/** The limits as the wire names them. */
export function wireLimitSettings(limits: z.infer<typeof wireLimits>): WireLimitSettings {
  return {
    maxStrangers: limits.max_greeting_connections,
    handshakeTimeoutMs: limits.handshake_seconds * 1000,
    firstMessageMs: limits.first_message_seconds * 1000,
    stallTimeoutMs: limits.stall_seconds * 1000,
    keepaliveTimeoutMs: limits.keepalive_timeout_seconds * 1000,
    maxAgeGraceMs: limits.connection_age_grace_seconds * 1000,
    maxHeaderListBytes: limits.max_header_list_bytes,
    maxHeaderBlockBytes: limits.max_header_block_bytes,
    maxContinuations: limits.max_continuations,
    maxSettings: limits.max_settings,
    maxHeldBytes: limits.max_held_bytes,
    controlBurst: limits.control_burst,
    controlPerSecond: limits.control_per_second,
  };
}
