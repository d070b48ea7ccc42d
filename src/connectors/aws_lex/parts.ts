/** Somewhere that audio is written to. */
export interface AudioFile {
  /** Writes a piece, or as much silence when it is `sensitive`. */
  add(data: Uint8Array, sensitive: boolean): void;
  /** Writes what is left and closes the file. */
  finish(): Promise<void>;
}

/** The most files of one side of a call; the last of them takes all that still comes. */
const MOST_PARTS = 100;

/** Writes audio into one file after another, none longer than it may be. */
export class Parts implements AudioFile {
  #part = 0;
  #file: AudioFile | undefined;
  #room = 0;
  #finished: Promise<unknown> = Promise.resolve();

  /** `open`: begins a file, the first being 1. `mostBytes`: of audio in each. */
  constructor(readonly open: (part: number) => AudioFile, readonly mostBytes: number) {}

  add(data: Uint8Array, sensitive: boolean): void {
    for (let from = 0; from < data.length;) {
      if (this.#room === 0) this.#next();
      const piece = data.subarray(from, from + this.#room);
      this.#file!.add(piece, sensitive);
      this.#room -= piece.length;
      from += piece.length;
    }
  }

  async finish(): Promise<void> {
    this.#close();
    await this.#finished;
  }

  #next(): void {
    this.#close();
    this.#file = this.open(++this.#part);
    this.#room = this.#part === MOST_PARTS ? Infinity : this.mostBytes;
  }

  #close(): void {
    this.#finished = Promise.all([this.#finished, this.#file?.finish()]);
    this.#file = undefined;
  }
}

/** Returns the name of a further part of a file: "call.wav" has "call_part2.wav". */
export function partName(name: string, part: number): string {
  return part === 1 ? name : name.replace(/(\.[^.]*)?$/, `_part${part}$1`);
}
