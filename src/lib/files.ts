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
