import { run } from "./tool.ts";

/** What a build says of itself; the same for every build of one commit. */
export interface Stamp {
  /** 40 characters: see `Release.commit`. */
  readonly commit: string;
  /** ISO 8601 in UTC, to the second. */
  readonly builtAt: string;
}

/** The commit of the working copy, and its date unless SOURCE_DATE_EPOCH tells another. */
export async function stampOf(epoch: string | undefined): Promise<Stamp> {
  const head = (await run("git", ["rev-parse", "HEAD"])).trim();
  const changed = (await run("git", ["status", "--porcelain"])).trim() !== "";
  const seconds = Number(epoch || await run("git", ["log", "-1", "--format=%ct"]));
  if (!Number.isInteger(seconds)) throw new Error("Cannot use SOURCE_DATE_EPOCH: seconds since 1970 expected");
  return {
    commit: changed ? `${head.slice(0, 34)}+dirty` : head,
    builtAt: new Date(seconds * 1000).toISOString().replace(".000", ""),
  };
}

/** Writes the stamp over the constants of `src/lib/release.ts`. Throws where a bundle holds none. */
export function stampBundle(code: string, { commit, builtAt }: Stamp): string {
  for (const [blank, value] of [["0".repeat(40), commit], ["0000-00-00T00:00:00Z", builtAt]] as const) {
    if (!code.includes(`"${blank}"`)) throw new Error(`Cannot stamp the bundle: ${blank} expected in it`);
    code = code.replaceAll(`"${blank}"`, `"${value}"`);
  }
  return code;
}
