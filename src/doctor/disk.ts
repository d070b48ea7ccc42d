import { statfs } from "node:fs/promises";
import { type Check, fail, type Finding, messageOf, pass, skipped, warn } from "./check.ts";
import { missingPermission } from "./permissions.ts";

/** Below this, recordings, logs and tokens are about to be lost; below the other, somebody should make room. In bytes. */
const TOO_LITTLE = 50_000_000;
const LITTLE = 500_000_000;

/** Bytes that may still be written to the file system that holds `folder`. Throws what the platform throws. */
export type FreeSpace = (folder: string) => Promise<number>;

export const freeSpace: FreeSpace = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/** Whether what the gateway keeps can be written: each of `files` by its folder. */
export function diskCheck(files: readonly string[], free: FreeSpace = freeSpace): Check {
  return {
    title: "disk",
    async run() {
      const folders = [...new Set(files.map(folderOf))];
      if (folders.length === 0) return [skipped("nothing is kept on disk: no log file, recording or token store")];
      return (await Promise.all(folders.map((folder) => lookAt(folder, free)))).flat();
    },
  };
}

async function lookAt(folder: string, free: FreeSpace): Promise<readonly Finding[]> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    const trial = `${folder}/.doctor-${crypto.randomUUID()}`;
    await Deno.writeTextFile(trial, "written to see whether it can be\n", { createNew: true });
    await Deno.remove(trial);
  } catch (error) {
    if (/no space left/i.test(messageOf(error))) return [full(folder, 0)];
    const remedy = `let the gateway's user write there: chown or chmod ${folder}, or name another folder`;
    return [
      missingPermission(error) ?? fail("DISK-READ-ONLY", `cannot write in ${folder}: ${messageOf(error)}`, remedy),
    ];
  }
  const bytes = await free(folder).catch((error) => messageOf(error));
  if (typeof bytes === "string") {
    return [pass(`${folder} can be written`), skipped(`space left in ${folder}: ${bytes}`)];
  }
  if (bytes < TOO_LITTLE) return [full(folder, bytes)];
  if (bytes < LITTLE) {
    return [warn("DISK-LOW", `${folder} has ${megabytes(bytes)} left`, "make room before logs and recordings stop")];
  }
  return [pass(`${folder} can be written, ${megabytes(bytes)} left`)];
}

function full(folder: string, bytes: number): Finding {
  return fail(
    "DISK-FULL",
    `${folder} has ${megabytes(bytes)} left`,
    "make room: remove old recordings, or lower backup_count and max_size of the logs",
  );
}

/** The folder that holds a file; a path that ends in a slash is one itself. */
function folderOf(path: string): string {
  const at = path.lastIndexOf("/");
  return at < 0 ? "." : at === 0 ? "/" : path.slice(0, at);
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1_000_000)} MB`;
}
