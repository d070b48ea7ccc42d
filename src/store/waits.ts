/**
 * How long callers waited, as counts in classes that grow by 4 per cent each, so that a percentile is off by 2 per cent
 * at the most. A class is told by its number; class 0 holds what is below 1 ms.
 */
export class Waits {
  readonly #counts = new Map<number, number>();

  /** Counts one wait of `ms` milliseconds. */
  add(ms: number): void {
    const at = ms < 1 ? 0 : Math.min(LAST, 1 + Math.floor(Math.log(ms) / GROWTH));
    this.#counts.set(at, (this.#counts.get(at) ?? 0) + 1);
  }

  /** Adds what `pack` made. */
  addPacked(packed: Uint8Array): void {
    const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
    for (let offset = 0; offset < packed.length; offset += ENTRY) {
      const at = view.getUint16(offset);
      this.#counts.set(at, (this.#counts.get(at) ?? 0) + view.getUint32(offset + 2));
    }
  }

  /** The counts as bytes: for each class that is not empty its number (16 bits) and its count (32 bits), big-endian. */
  pack(): Uint8Array {
    const packed = new Uint8Array(this.#counts.size * ENTRY);
    const view = new DataView(packed.buffer);
    let offset = 0;
    for (const [at, count] of this.#counts) {
      view.setUint16(offset, at);
      view.setUint32(offset + 2, count);
      offset += ENTRY;
    }
    return packed;
  }

  /** The wait in ms that a `share` (0 to 1) of all did not exceed, by nearest rank; undefined when there was none. */
  percentile(share: number): number | undefined {
    const classes = [...this.#counts].sort(([a], [b]) => a - b);
    const total = classes.reduce((sum, [, count]) => sum + count, 0);
    let rank = Math.max(1, Math.ceil(share * total));
    for (const [at, count] of classes) {
      rank -= count;
      if (rank <= 0) return at === 0 ? 0 : Math.round(Math.exp((at - 0.5) * GROWTH));
    }
    return undefined;
  }
}

/** The natural logarithm of how much wider each class is than the one before. */
const GROWTH = Math.log(1.04);
/** The class of everything from about three hours on. */
const LAST = 415;
const ENTRY = 6;
