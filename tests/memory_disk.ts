import type { GrowingFile } from "../src/lib/files.ts";

/** A disk that keeps its files in memory, and can be made to fail. */
export class MemoryDisk {
  readonly files = new Map<string, Uint8Array>();
  /** Each file as it was after each write. */
  readonly states: Uint8Array[] = [];
  /** Files that are not closed. */
  open = 0;

  /** `writes`: how many writes succeed before the disk is full. */
  constructor(readonly writes = Infinity) {}

  readonly createFile = (path: string): Promise<GrowingFile> => {
    if (this.files.has(path)) return Promise.reject(new Deno.errors.AlreadyExists(path));
    this.files.set(path, new Uint8Array());
    this.open++;
    return Promise.resolve({
      write: (data: Uint8Array, at: number) => this.#write(path, data, at),
      [Symbol.dispose]: () => void this.open--,
    });
  };

  async #write(path: string, data: Uint8Array, at: number): Promise<void> {
    await Promise.resolve();
    if (this.states.length >= this.writes) throw new Error("No space left on device");
    const before = this.files.get(path)!;
    const after = new Uint8Array(Math.max(before.length, at + data.length));
    after.set(before);
    after.set(data, at);
    this.files.set(path, after);
    this.states.push(after);
  }
}
