import { linkStat, moveForGood, removeIfThere } from "../lib/files.ts";

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
    using file = await Deno.open(draft);
    await file.sync();
    if (!replace) await refuseExisting(path);
    await moveForGood(draft, path);
  } finally {
    for (const companion of COMPANIONS) await removeIfThere(draft + companion);
  }
}

async function refuseExisting(path: string): Promise<void> {
  if (await linkStat(path)) throw new Deno.errors.AlreadyExists(path);
}
