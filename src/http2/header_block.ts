import { ErrorCode, Http2Error } from "./errors.ts";
import { Flag } from "./frames.ts";
import type { Http2Limits } from "./limits.ts";

/** Puts a header block together from a HEADERS frame and its CONTINUATIONs (RFC 9113 §4.3, §6.10). */
export class HeaderBlockAssembly {
  /** Stream whose CONTINUATION must come next; 0 when none is open. */
  streamId = 0;
  endStream = false;
  #fragments: Uint8Array[] = [];
  #bytes = 0;

  constructor(readonly limits: Pick<Http2Limits, "maxHeaderBlockBytes" | "maxContinuations">) {}

  /** A HEADERS frame. Returns the block when it is complete; otherwise the fragment is copied. Throws Http2Error for a flood. */
  begin(streamId: number, flags: number, fragment: Uint8Array): Uint8Array | undefined {
    this.endStream = (flags & Flag.END_STREAM) !== 0;
    this.#fragments = [];
    this.#bytes = fragment.length;
    this.#check();
    if ((flags & Flag.END_HEADERS) !== 0) return fragment;
    this.streamId = streamId;
    this.#fragments.push(fragment.slice());
    return undefined;
  }

  /** A CONTINUATION frame. Returns the block when it is complete. Throws Http2Error for a flood. */
  add(flags: number, fragment: Uint8Array): Uint8Array | undefined {
    this.#bytes += fragment.length;
    this.#check();
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

  #check(): void {
    const { maxHeaderBlockBytes, maxContinuations } = this.limits;
    if (this.#bytes <= maxHeaderBlockBytes && this.#fragments.length <= maxContinuations) return;
    throw new Http2Error(
      ErrorCode.ENHANCE_YOUR_CALM,
      `Cannot take a header block: ${maxHeaderBlockBytes} bytes in ${maxContinuations} CONTINUATIONs expected at most: ` +
        `received ${this.#bytes} bytes in ${this.#fragments.length}`,
    );
  }
}
