import { createHash, randomBytes } from "node:crypto";

/** What tokens begin with, so that a scanner of leaked secrets knows one when it sees it. */
const MARK = "byova_";
/** Random bytes of a token: too many to guess, so that a fast hash keeps it as well as a slow one. */
const TOKEN_BYTES = 32;
const HASH = /^sha256:[0-9a-f]{64}$/;

/** Makes a token for a program. */
export function newToken(): string {
  return MARK + randomBytes(TOKEN_BYTES).toString("base64url");
}

/** The hash by which a token is known: `sha256:` and 64 hexadecimal digits. */
export function hashOfToken(token: string): string {
  return `sha256:${createHash("sha256").update(token).digest("hex")}`;
}

/** Whether a text is a hash as `hashOfToken` makes them. */
export function isTokenHash(text: string): boolean {
  return HASH.test(text);
}
