/** Something told to every dashboard that listens to a topic: serialised once, the same bytes to all of them. */
export interface Frame {
  /** Grows by one a frame. */
  readonly number: number;
  /** "" for everybody. */
  readonly topic: string;
  readonly bytes: Uint8Array;
}

/** The last frames, so that one who was away for a moment, or reads slowly, can go on where it was. */
export class LiveRing {
  #frames: Frame[] = [];
  #bytes = 0;
  #next = 1;

  /** `most`: bytes that are kept. */
  constructor(readonly most: number) {}

  /** The number of the frame to come. */
  get next(): number {
    return this.#next;
  }

  /** The number of the oldest frame that is kept, or of the one to come. */
  get first(): number {
    return this.#frames[0]?.number ?? this.#next;
  }

  add(topic: string, write: (number: number) => Uint8Array): void {
    const number = this.#next++;
    const bytes = write(number);
    this.#frames.push({ number, topic, bytes });
    this.#bytes += bytes.length;
    let gone = 0;
    while (this.#bytes > this.most) this.#bytes -= this.#frames[gone++]!.bytes.length;
    if (gone > 0) this.#frames.splice(0, gone);
  }

  /** Forgets everything: whoever comes back from before has missed something. */
  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
    this.#next++;
  }

  /** Whether all that was told from a number on is known. */
  reaches(number: number): boolean {
    return number >= this.first && number <= this.#next;
  }

  /** The frames from a number on. */
  from(number: number): readonly Frame[] {
    return this.#frames.slice(Math.max(0, number - this.first));
  }
}
