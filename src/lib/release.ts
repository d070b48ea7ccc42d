/** What `deno task bundle` writes over, in place and at the same length, so that the source map stays true. */
const COMMIT = "0000000000000000000000000000000000000000";
const BUILT_AT = "0000-00-00T00:00:00Z";

/** How the program came to this machine. */
export type Form = "source" | "bundle" | "packed" | "compiled";

/** Which build of the program this is. */
export interface Release {
  readonly form: Form;
  /** Of git, in 40 digits, or 34 and "+dirty" when files were changed since; undefined in the source. */
  readonly commit: string | undefined;
  /** When the commit was made, or what SOURCE_DATE_EPOCH said (ISO 8601, UTC); undefined in the source. */
  readonly builtAt: string | undefined;
}

/** `packed`: whether the launcher of a packed file started it. */
export function releaseOf(packed: boolean): Release {
  const builtAt = BUILT_AT.startsWith("0000") ? undefined : BUILT_AT;
  const commit = /^0+$/.test(COMMIT) ? undefined : COMMIT;
  const form = Deno.build.standalone ? "compiled" : packed ? "packed" : builtAt ? "bundle" : "source";
  return { form, commit, builtAt };
}

/** Such as `byova-gateway 0.1.0 (commit 0a1b2c3d4e5f, 2026-11-27, packed)`. */
export function describeRelease(version: string, { form, commit, builtAt }: Release): string {
  const dirty = commit?.endsWith("+dirty") ? "+dirty" : "";
  const facts = [commit && `commit ${commit.slice(0, 12)}${dirty}`, builtAt?.slice(0, 10), form];
  return `byova-gateway ${version} (${facts.filter((fact) => fact !== undefined).join(", ")})`;
}
