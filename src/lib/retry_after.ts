import type { Clock } from "./clock.ts";

/** How long a Retry-After header asks to wait (RFC 9110 10.2.3), in ms; undefined without one that can be read. */
export function retryAfterMs(header: string | null, clock: Clock): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.date());
}
