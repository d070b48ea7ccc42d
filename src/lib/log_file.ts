import { linkStat } from "./files.ts";

/** Which file to append to, and when to start a new one. */
export interface LogFileOptions {
  readonly path: string;
  /** The file is set aside before it would grow beyond this. */
  readonly maxBytes: number;
  /** How many files are kept beside it: `path.1` is the youngest. */
  readonly backups: number;
}

/**
 * A file that is set aside when it is full. Its folder is made if need be. It refuses to follow a symbolic link, so
 * that nobody who may write to the folder can make the gateway write elsewhere.
 */
export class RotatingFile {
  readonly #options: LogFileOptions;
  #file: Deno.FsFile | undefined;
  #size = 0;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /**
   * Appends whole lines. Resolves with how many of the bytes were taken. Rejects with what the platform throws, such
   * as a full disk; the next call tries again from the start. One call at a time.
   */
  async write(bytes: Uint8Array): Promise<number> {
    try {
      if (this.#file && this.#size > 0 && this.#size + bytes.length > this.#options.maxBytes) await this.#rotate();
      this.#file ??= await this.#open();
      const taken = await this.#file.write(bytes);
      this.#size += taken;
      return taken;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Lets go of the file; a later write opens it again. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  async #open(): Promise<Deno.FsFile> {
    const { path, maxBytes } = this.#options;
    const folder = path.replace(/[^/\\]*$/, "");
    if (folder !== "") await Deno.mkdir(folder, { recursive: true });
    const before = await linkStat(path);
    if (before && !before.isFile) {
      throw new Error(`Cannot log to ${JSON.stringify(path)}: expected a plain file: received ${sort(before)}`);
    }
    const file = await Deno.open(path, { append: true, create: true, mode: 0o640 });
    const [opened, after] = await Promise.all([file.stat(), linkStat(path)]);
    if (!after?.isFile || after.ino !== opened.ino || after.dev !== opened.dev) {
      file.close();
      throw new Error(`Cannot log to ${JSON.stringify(path)}: expected a plain file: received one that changed`);
    }
    this.#size = opened.size;
    if (this.#size < maxBytes) return file;
    this.#file = file;
    await this.#rotate();
    return await this.#open();
  }

  /** Sets the file aside: `path` becomes `path.1`, `path.1` becomes `path.2`, the oldest goes. */
  async #rotate(): Promise<void> {
    const { path, backups } = this.#options;
    this.close();
    if (backups === 0) return await Deno.remove(path);
    for (let at = backups; at > 0; at--) {
      const from = at === 1 ? path : `${path}.${at - 1}`;
      await Deno.rename(from, `${path}.${at}`).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    }
  }
}

function sort({ isSymlink, isDirectory }: Deno.FileInfo): string {
  return isSymlink ? "a symbolic link" : isDirectory ? "a folder" : "a device";
}
