import type { Context } from "hono";
import { isLoopback } from "../src/lib/loopback.ts";

/**
 * The address of whoever asks, for limits and the log; an IPv6 one as its network of 64 bits, all of which is one
 * customer's. Where a proxy on this machine asks, it is the address that the proxy says it speaks for.
 */
export function peerOf(c: Context): string {
  const direct = plain(c.env?.remoteAddr?.hostname ?? "");
  const said = c.req.header("X-Forwarded-For")?.split(",").at(-1)?.trim() ?? "";
  const address = isLoopback(direct) && /^[0-9A-Fa-f.:]{2,45}$/.test(said) ? plain(said) : direct;
  return address.includes(":") && !isLoopback(address) ? networkOf(address) : address;
}

/** An IPv4 address that came by an IPv6 socket, as itself (RFC 4291 §2.5.5.2). */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** The first 64 bits of an IPv6 address (RFC 4291 §2.2), "" standing for groups that were left out. */
function networkOf(address: string): string {
  const [head = "", tail] = address.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === "" ? 0 : tail.split(":").length);
  const all = [...groups, ...Array(Math.max(0, missing)).fill("0"), ...(tail ?? "").split(":")];
  return `${all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
