import { createHmac, timingSafeEqual } from "node:crypto";

/** Characters of the longest sealed text that is looked at: cookies end at 4,096. */
const LONGEST = 4096;

/** Makes texts that nobody else can make, for one purpose: anybody may carry them, and read them. */
export class Seal {
  readonly #key: Uint8Array;

  constructor(secret: Uint8Array, purpose: string) {
    this.#key = createHmac("sha256", secret).update(purpose).digest();
  }

  /** A value (plain JSON) with a signature, in characters that a cookie takes (RFC 6265 §4.1.1). */
  close(value: unknown): string {
    const text = btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))));
    const payload = text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    return `${payload}.${this.mark(payload)}`;
  }

  /** The value of a text that this seal has closed; undefined for any other. */
  open(text: string): unknown {
    const at = text.lastIndexOf(".");
    if (text.length > LONGEST || at < 0) return undefined;
    const payload = text.slice(0, at);
    if (!this.holds(payload, text.slice(at + 1))) return undefined;
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  /** The signature of a text: HMAC with SHA-256 (RFC 2104) in base64url. */
  mark(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("base64url");
  }

  /** Whether `mark` is the text's; takes as long for a mark that is almost right. */
  holds(text: string, mark: string): boolean {
    const right = new TextEncoder().encode(this.mark(text));
    const given = new TextEncoder().encode(mark);
    return given.length === right.length && timingSafeEqual(given, right);
  }
}
