const REMEMBERED = 256;
/** Until a stream ends nothing is kept: most connections are idle. */
const NONE = new Uint32Array(0);

/**
 * The streams that ended last, and how. What still arrives for a stream that we reset was on its way and is ignored;
 * for a stream that the peer itself ended it is an error (RFC 9113 §5.1). Streams that are forgotten count as reset.
 */
export class EndedStreams {
  #byPeer = NONE;
  #byUs = NONE;
  #nextByPeer = 0;
  #nextByUs = 0;

  /** Remembers stream `id`. */
  add(id: number, resetByUs: boolean): void {
    if (resetByUs) {
      if (this.#byUs === NONE) this.#byUs = new Uint32Array(REMEMBERED);
      this.#byUs[this.#nextByUs++ % REMEMBERED] = id;
    } else {
      if (this.#byPeer === NONE) this.#byPeer = new Uint32Array(REMEMBERED);
      this.#byPeer[this.#nextByPeer++ % REMEMBERED] = id;
    }
  }

  /** Whether the peer may send nothing more on stream `id`. */
  endedByPeer(id: number): boolean {
    return this.#byPeer.includes(id);
  }

  /** Whether frames for stream `id` may still be on their way. */
  resetByUs(id: number): boolean {
    return this.#byUs.includes(id);
  }
}
