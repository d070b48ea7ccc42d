const NO_BYTES = new Uint8Array(0);

/**
 * A run of bytes in a buffer that is reused. Whoever hands runs out moves one span along, so that a run costs no object:
 * it is valid only during the call that it is handed to.
 */
export class Span {
  /** `from` and `to` are the offsets of the first byte and of the byte behind the last. */
  constructor(public bytes: Uint8Array = NO_BYTES, public from = 0, public to: number = bytes.length) {}

  get length(): number {
    return this.to - this.from;
  }

  /** Moves the span; returns it. */
  set(bytes: Uint8Array, from: number, to: number): this {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    return this;
  }

  /** The run as an array of its own over the same buffer, and as valid. */
  view(): Uint8Array {
    return this.bytes.subarray(this.from, this.to);
  }
}
