import { ErrorCode, Http2Error } from "./errors.ts";
import { Flag } from "./frames.ts";

/** Largest header block as it travels, in bytes; more CONTINUATIONs than this holds are a flood (CVE-2024-27316). */
export const MAX_BLOCK_BYTES = 32 * 1024;
const MAX_CONTINUATIONS = 8;

/** Puts a header block together from a HEADERS frame and its CONTINUATIONs (RFC 9113 §4.3, §6.10). */
export class HeaderBlockAssembly {
  /** Stream whose CONTINUATION must come next; 0 when none is open. */
  streamId = 0;
  endStream = false;
  #fragments: Uint8Array[] = [];
  #bytes = 0;

  /** A HEADERS frame. Returns the block when it is complete; otherwise the fragment is copied. */
  begin(streamId: number, flags: number, fragment: Uint8Array): Uint8Array | undefined {
    this.endStream = (flags & Flag.END_STREAM) !== 0;
    if ((flags & Flag.END_HEADERS) !== 0) return fragment;
    this.streamId = streamId;
    this.#fragments = [fragment.slice()];
    this.#bytes = fragment.length;
    return undefined;
  }

  /** A CONTINUATION frame. Returns the block when it is complete. Throws Http2Error for a flood. */
  add(flags: number, fragment: Uint8Array): Uint8Array | undefined {
    this.#bytes += fragment.length;
    if (this.#bytes > MAX_BLOCK_BYTES || this.#fragments.length > MAX_CONTINUATIONS) {
      throw new Http2Error(
        ErrorCode.ENHANCE_YOUR_CALM,
        `Cannot take a header block: ${MAX_BLOCK_BYTES} bytes in ${MAX_CONTINUATIONS} CONTINUATIONs expected at most: ` +
          `received ${this.#bytes} bytes in ${this.#fragments.length}`,
      );
    }
    this.#fragments.push(fragment.slice());
    if ((flags & Flag.END_HEADERS) === 0) return undefined;
    const block = new Uint8Array(this.#bytes);
    let at = 0;
    for (const part of this.#fragments) {
      block.set(part, at);
      at += part.length;
    }
    this.streamId = 0;
    this.#fragments = [];
    return block;
  }
}
