import type * as z from "zod";
import type { ConfigDocument, Path } from "./document.ts";
import type { Fetched, Outside } from "./environment.ts";
import { OVERRIDES } from "./overrides.ts";
import { itemLeaves, leaves } from "./schema_walk.ts";
import { setAt, valueAt } from "./tree.ts";

/** Where a value came from. */
export interface Origin {
  readonly from: "default" | "file" | "environment" | "command line";
  /** The file that holds the value: the configuration itself, or the one that `<key>_file` names. */
  readonly file?: string;
  /** Its line in the configuration file, from 1. */
  readonly line?: number;
  /** The environment variable or the flag. */
  readonly name?: string;
}

/** What was put over the file's values. */
export interface Overridden {
  /** Who set each key, by dotted key. */
  readonly set: ReadonlyMap<string, Origin>;
  /** Keys of the file that no longer count. */
  readonly hidden: ReadonlySet<string>;
}

/** Sets in `tree` what the command line (`flags`, by dotted key) and the environment give. */
export function override(
  tree: Record<string, unknown>,
  env: Outside["env"],
  flags: Readonly<Record<string, string | boolean>>,
): Overridden {
  const set = new Map<string, Origin>();
  const hidden = new Set<string>();
  for (const { key, flag, variables, hides = [] } of OVERRIDES) {
    const variable = variables.find((name) => (env(name) ?? "") !== "");
    const given = flags[key];
    if (given === undefined && variable === undefined) continue;
    for (const other of hides) {
      setAt(tree, other.split("."), undefined);
      hidden.add(other);
    }
    setAt(tree, key.split("."), given ?? env(variable!));
    set.set(
      key,
      given === undefined ? { from: "environment", name: variable! } : {
        from: "command line",
        name: `--${flag}`,
      },
    );
  }
  return { set, hidden };
}

/**
 * Where every value of a valid configuration came from, by dotted key. `name` is the file's. Of a list of mappings the
 * values that the file names are there too: `alerts.rules.0.threshold`.
 */
export function originsOf(
  schema: z.core.$ZodType,
  { name, document }: { readonly name: string; readonly document: ConfigDocument },
  { set, hidden }: Overridden,
  fetched: readonly Fetched[],
): ReadonlyMap<string, Origin> {
  const origins = new Map<string, Origin>();
  const written = (path: Path): Origin => ({ from: "file", file: name, line: document.place(path).line });
  for (const { path, schema: own } of leaves(schema)) {
    const key = path.join(".");
    const given = !hidden.has(key) && document.has(path) && valueAt(document.written, path) !== null;
    origins.set(key, given ? written(path) : { from: "default" });
    if (!given) continue;
    for (const inside of itemLeaves(own, path, valueAt(document.written, path))) {
      if (document.has(inside)) origins.set(inside.join("."), written(inside));
    }
  }
  for (const { path, from, name } of fetched) {
    origins.set(path.join("."), from === "file" ? { from, file: name } : { from, name });
  }
  for (const [key, origin] of set) origins.set(key, origin);
  return origins;
}
