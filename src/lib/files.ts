/** A new file that grows. */
export interface GrowingFile extends Disposable {
  /** Writes all of `data` at byte `at`. Throws what the disk throws. */
  write(data: Uint8Array, at: number): Promise<void>;
}

/**
 * Creates a file that must not exist yet, and the folders above it. Throws
 * what the platform throws; a link in the file's place counts as existing.
 */
export async function createFile(path: string): Promise<GrowingFile> {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  if (folder !== "") await Deno.mkdir(folder, { recursive: true });
  const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  return {
    async write(data, at) {
      await file.seek(at, Deno.SeekMode.Start);
      for (let done = 0; done < data.length;) done += await file.write(data.subarray(done));
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/** The folder that holds `path`. */
export function folderOf(path: string): string {
  return path.replace(/[^/\\]*$/, "").replace(/(?<=.)[/\\]$/, "") || ".";
}

/** What stands at `path` itself, links not followed, or undefined when nothing does. Throws what the platform throws. */
export async function linkStat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Removes a file, if it is there. Throws what the platform throws. */
export async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** Puts a file in the place of another for good: when this resolves, it is on the disk. Throws what the platform throws. */
export async function moveForGood(from: string, to: string): Promise<void> {
  await Deno.rename(from, to);
  if (Deno.build.os === "windows") return; // which cannot open a folder
  using folder = await Deno.open(folderOf(to));
  await folder.sync();
}

/** The plain files of a folder, `at` being when each was last written, in ms since 1970; none where there is no folder. */
export async function* plainFiles(folder: string): AsyncGenerator<{ name: string; bytes: number; at: number }> {
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      const found = isFile ? await linkStat(`${folder}/${name}`) : undefined;
      if (found?.isFile) yield { name, bytes: found.size, at: found.mtime?.getTime() ?? 0 };
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Bytes that are read at once. */
const READ_BYTES = 65_536;

/** Reads a file's bytes from `from` up to and without `to`, in pieces; less where the file ends. Throws what the platform throws. */
export async function* readRange(path: string, from: number, to: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path, { read: true });
  await file.seek(from, Deno.SeekMode.Start);
  for (let left = to - from; left > 0;) {
    const piece = new Uint8Array(Math.min(left, READ_BYTES));
    const read = await file.read(piece);
    if (read === null) return;
    left -= read;
    yield piece.subarray(0, read);
  }
}
