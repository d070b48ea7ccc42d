import { ROOT, run } from "./tool.ts";
import type { TarFile } from "./tar.ts";

/** What goes beside the program for people to read and take: the protocol, the recordings, the license. */
const BESIDE = [/^proto\/.*\.proto$/, /^audio\/.*\.wav$/, /^LICENSE$/];

/** The files of the repository that every release carries, by path, sorted. */
export async function besideFiles(): Promise<readonly TarFile[]> {
  const tracked = (await run("git", ["ls-files"])).split("\n").filter((path) => BESIDE.some((rule) => rule.test(path)));
  return await Promise.all(
    tracked.sort().map(async (path) => ({ path, bytes: await Deno.readFile(new URL(path, ROOT)) })),
  );
}

/** This machine's Deno. Throws when it is not the version that the program is made for. */
export async function denoFile(): Promise<TarFile> {
  const wanted = (await Deno.readTextFile(new URL(".deno-version", ROOT))).trim();
  if (Deno.version.deno !== wanted) throw new Error(`Cannot pack Deno ${Deno.version.deno}: ${wanted} expected`);
  return { path: "deno", bytes: await Deno.readFile(Deno.execPath()), mode: 0o755 };
}
