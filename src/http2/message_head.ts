import type { HeaderList } from "./static_table.ts";

const REQUEST_PSEUDO = [":method", ":scheme", ":path", ":authority"];
const RESPONSE_PSEUDO = [":status"];
/** Fields that belong to HTTP/1.1 connections (RFC 9113 §8.2.2). */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);
/** Names are visible ASCII without capitals, with a colon only in front (RFC 9113 §8.2.1). */
const NAME = /^:?[\x21-\x39\x3b-\x40\x5b-\x7e]+$/;
/** Values hold no NUL, CR or LF and neither begin nor end with a space or a tab (RFC 9113 §8.2.1). */
const BAD_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/;

/** Says what is wrong with the head of a request (RFC 9113 §8.2, §8.3.1), or undefined. */
export function faultInRequest(headers: HeaderList): string | undefined {
  const fault = faultInFields(headers, REQUEST_PSEUDO);
  if (fault !== undefined) return fault;
  for (const name of [":method", ":scheme", ":path"]) {
    const value = valueOf(headers, name);
    if (value === undefined || value === "") return `no ${name}`;
  }
  return faultInLength(headers);
}

/**
 * Says what is wrong with the head of a response (RFC 9113 §8.2, §8.3.2), or undefined. `ends`: nothing follows, which
 * only a final response may say (§8.1).
 */
export function faultInResponse(headers: HeaderList, ends: boolean): string | undefined {
  const fault = faultInFields(headers, RESPONSE_PSEUDO);
  if (fault !== undefined) return fault;
  const status = valueOf(headers, ":status") ?? "";
  if (!/^[1-5]\d\d$/.test(status)) return "no :status of three digits";
  if (ends && status.startsWith("1")) return "an informational one that ends";
  return faultInLength(headers);
}

/** Says what is wrong with trailers (RFC 9113 §8.1), or undefined. */
export function faultInTrailers(headers: HeaderList): string | undefined {
  return faultInFields(headers, []);
}

/** The value of the first field of that name. */
export function valueOf(headers: HeaderList, name: string): string | undefined {
  for (const field of headers) if (field[0] === name) return field[1];
  return undefined;
}

/** The body's length in bytes that content-length announces (RFC 9113 §8.1.1); undefined without one. */
export function contentLengthOf(headers: HeaderList): number | undefined {
  const text = valueOf(headers, "content-length");
  return text === undefined ? undefined : Number(text);
}

function faultInLength(headers: HeaderList): string | undefined {
  const first = valueOf(headers, "content-length");
  if (first === undefined) return undefined;
  if (!/^\d{1,15}$/.test(first)) return "a malformed content-length";
  const differs = headers.some(([name, value]) => name === "content-length" && value !== first);
  return differs ? "two values of content-length" : undefined;
}

function faultInFields(headers: HeaderList, allowedPseudo: readonly string[]): string | undefined {
  let seenPseudo = 0;
  let regular = false;
  for (const [name, value] of headers) {
    if (!NAME.test(name)) return "a malformed field name";
    if (BAD_VALUE.test(value)) return "a malformed field value";
    if (name.startsWith(":")) {
      const bit = 1 << allowedPseudo.indexOf(name);
      if (!allowedPseudo.includes(name)) return "a pseudo-header field that does not belong here";
      if (regular) return "a pseudo-header field after a regular one";
      if ((seenPseudo & bit) !== 0) return "a pseudo-header field twice";
      seenPseudo |= bit;
      continue;
    }
    regular = true;
    if (CONNECTION_FIELDS.has(name)) return "a field of HTTP/1.1 connections";
    if (name === "te" && value !== "trailers") return "a te field other than trailers";
  }
  return undefined;
}
