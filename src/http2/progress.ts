import type { Outbox } from "./outbox.ts";

/** Tells a peer that stands still from one that gets on, by what two looks at its connection find. */
export class Progress {
  /** Bytes read before the last look, and before the one before. */
  #bytesAtLook = 0;
  #bytesBefore = 0;
  /** The count of writes when something last waited. */
  #waitedAt = NaN;
  /** The count of frames when one had begun; NaN is like no other. */
  #begunAt = NaN;

  /** Of `bytes` read so far those since the look before the last one. */
  recent(bytes: number): number {
    return bytes - this.#bytesBefore;
  }

  /**
   * Looks at a connection that has read so many `bytes`, and so many `frames`, NaN unless it waits for the rest of a frame
   * or header block that has begun. Says what the peer has not done since the previous look, or undefined: it took nothing
   * of what waits for it, or brought no whole frame.
   */
  missed(bytes: number, outbox: Pick<Outbox, "waiting" | "writes">, frames: number): string | undefined {
    this.#bytesBefore = this.#bytesAtLook;
    this.#bytesAtLook = bytes;
    const waits = outbox.waiting > 0;
    if (waits && outbox.writes === this.#waitedAt) return "the peer stopped reading";
    this.#waitedAt = waits ? outbox.writes : NaN;
    if (frames === this.#begunAt) return "the peer stopped within a frame";
    this.#begunAt = frames;
    return undefined;
  }
}
