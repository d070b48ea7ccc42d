import { folderOf } from "../lib/files.ts";

/** Damaged databases that are kept. */
const MOST_COPIES = 3;
/** What SQLite keeps beside a database in WAL mode. */
const COMPANIONS = ["-wal", "-shm"];

/** What tells the file at a path from every other that may take its place; undefined where there is none. */
export function fileAt(path: string): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev} ${ino}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Moves a damaged database out of the way, to `<file>.corrupt-<time>`, and lets go of the oldest of too many such copies.
 * `damaged`: what `fileAt` said of it. Returns where it went; undefined when the path leads elsewhere by now, since another
 * gateway has moved it. Throws what the platform throws.
 */
export function setAside(file: string, damaged: string | undefined, now: number): string | undefined {
  if (fileAt(file) !== damaged) return undefined;
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
