import { folderOf } from "../lib/files.ts";

/** Damaged databases that are kept. */
const MOST_COPIES = 3;
/** What SQLite keeps beside a database in WAL mode. */
const COMPANIONS = ["-wal", "-shm"];

/**
 * Moves a damaged database out of the way, to `<file>.corrupt-<time>`, and lets go of the oldest of too many such copies.
 * Returns where it went. Throws what the platform throws.
 */
export function setAside(file: string, now: number): string {
  const copy = `${file}.corrupt-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, "")}`;
  Deno.renameSync(file, copy);
  for (const companion of COMPANIONS) {
    try {
      Deno.renameSync(file + companion, copy + companion);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  const folder = folderOf(file);
  const name = file.slice(folder === "." ? 0 : folder.length + 1);
  const copies = [...Deno.readDirSync(folder)].map((entry) => entry.name)
    .filter((each) => each.startsWith(`${name}.corrupt-`) && !COMPANIONS.some((companion) => each.endsWith(companion)));
  for (const old of copies.sort().slice(0, -MOST_COPIES)) {
    for (const part of ["", ...COMPANIONS]) {
      try {
        Deno.removeSync(`${folder}/${old}${part}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
  return copy;
}
