import { folderOf, linkStat } from "../lib/files.ts";

/** What SQLite may leave beside a database. */
const COMPANIONS = ["", "-journal", "-wal", "-shm"];

export interface NewFileOptions {
  /** Whether what is there already may be replaced. */
  readonly replace: boolean;
}

/**
 * Makes a file that only its owner may read, whole or not at all: `fill` is handed the path of an empty draft beside it,
 * which takes its place once it is full and on the disk. Throws Deno.errors.AlreadyExists, what `fill` throws and what the
 * platform throws; then nothing is left behind.
 */
export async function makeFile(
  path: string,
  { replace }: NewFileOptions,
  fill: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = `${path}.${crypto.randomUUID().slice(0, 8)}.partial`;
  if (!replace) await refuseExisting(path);
  (await Deno.open(draft, { write: true, createNew: true, mode: 0o600 })).close();
  try {
    await fill(draft);
    await sync(draft);
    if (!replace) await refuseExisting(path);
    await Deno.rename(draft, path);
    if (Deno.build.os !== "windows") await sync(folderOf(path)); // which cannot open a folder
  } finally {
    for (const companion of COMPANIONS) {
      await Deno.remove(draft + companion).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    }
  }
}

async function refuseExisting(path: string): Promise<void> {
  if (await linkStat(path)) throw new Deno.errors.AlreadyExists(path);
}

async function sync(path: string): Promise<void> {
  using file = await Deno.open(path);
  await file.sync();
}
