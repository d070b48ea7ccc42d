import { folderOf, linkStat, moveForGood, removeIfThere } from "./files.ts";

/** The longest content that is read, in bytes. */
const LONGEST = 65_536;
/** Bytes that a draft reserves on the disk, so that a full disk shows before there is something to lose. */
const RESERVED = 16_384;

/**
 * A small file that only its owner may read (mode 0600) and that is never seen half written. It refuses to follow a
 * symbolic link, as the file itself or as its folder. One writer at a time.
 */
export class PrivateFile {
  constructor(readonly path: string) {}

  /** Returns the file's text, or undefined when there is none. Throws what the platform throws. */
  async read(): Promise<string | undefined> {
    const found = await plainFile(this.path);
    if (!found) return undefined;
    if (found.size > LONGEST) {
      throw new Error(`Cannot read ${JSON.stringify(this.path)}: expected at most ${LONGEST} bytes`);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(this.path));
  }

  /**
   * Opens the next content beside the file, its folder made and its room on the disk taken, so that whatever could
   * keep it from being saved is thrown now. Dispose it in any case.
   */
  async draft(): Promise<Draft> {
    const folder = folderOf(this.path);
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    await plainFile(this.path);
    const path = `${this.path}.new`;
    await removeIfThere(path); // what an earlier process left when it was killed
    const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
    const draft = new Draft(file, path, this.path);
    try {
      await writeAll(file, new Uint8Array(RESERVED));
      await file.syncData();
      return draft;
    } catch (error) {
      await draft[Symbol.asyncDispose]();
      throw error;
    }
  }
}

/** The next content of a private file. */
export class Draft implements AsyncDisposable {
  #open = true;
  #saved = false;

  constructor(readonly file: Deno.FsFile, readonly path: string, readonly target: string) {}

  /** Puts `text` in the file's place at once and for good: when this resolves, it is on the disk. */
  async save(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    await this.file.seek(0, Deno.SeekMode.Start);
    await writeAll(this.file, bytes);
    await this.file.truncate(bytes.length);
    await this.file.sync();
    this.#close();
    await moveForGood(this.path, this.target);
    this.#saved = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    if (!this.#saved) await removeIfThere(this.path);
  }

  #close(): void {
    if (this.#open) this.file.close();
    this.#open = false;
  }
}

/** Returns what the file at `path` is, or undefined when there is none. Throws unless it is a plain one in a real folder. */
export async function plainFile(path: string): Promise<Deno.FileInfo | undefined> {
  const folder = await linkStat(folderOf(path));
  if (folder && !folder.isDirectory) throw refusal(folderOf(path), "a folder", folder);
  const file = await linkStat(path);
  if (file && !file.isFile) throw refusal(path, "a plain file", file);
  return file;
}

function refusal(path: string, expected: string, { isSymlink }: Deno.FileInfo): Error {
  const found = isSymlink ? "a symbolic link" : "something else";
  return new Error(`Cannot use ${JSON.stringify(path)}: expected ${expected}: received ${found}`);
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}
