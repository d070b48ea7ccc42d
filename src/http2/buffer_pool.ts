/** The smallest and the largest buffer that is kept: 512 bytes and 256 KiB. */
const SMALLEST = 9, LARGEST = 18;
/** Bytes of spare buffers of one size. */
const KEPT_BYTES = 1024 * 1024;

/** Buffers that go from one connection to the next, by size: who sends nothing holds none. */
export class BufferPool {
  readonly #spare: Uint8Array[][] = Array.from({ length: LARGEST + 1 }, () => []);

  /** Returns a buffer of `bytes` bytes or more; what stands in it means nothing. */
  take(bytes: number): Uint8Array {
    const power = Math.max(SMALLEST, 32 - Math.clz32(bytes - 1));
    return this.#spare[power]?.pop() ?? new Uint8Array(2 ** power);
  }

  /** Takes a buffer of `take` back; nobody may read or write it any more. */
  give(buffer: Uint8Array): void {
    const spare = this.#spare[31 - Math.clz32(buffer.length)];
    if (spare !== undefined && (spare.length + 1) * buffer.length <= KEPT_BYTES) spare.push(buffer);
  }
}
