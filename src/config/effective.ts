import type * as z from "zod";
import type { Origin } from "./origins.ts";
import { itemLeaves, leaves } from "./schema_walk.ts";
import { valueAt } from "./tree.ts";

/** A value of the configuration as it counts, and where it came from. */
export interface Setting {
  /** Dotted, as the file spells it. */
  readonly key: string;
  /** Plain JSON, secrets as dots. */
  readonly value: unknown;
  /** "default", "file:line", "environment NAME" or "command line". */
  readonly from: string;
  /** Of a list of mappings: where the values of each came from, by their keys; without those that are the default. */
  readonly each?: readonly Readonly<Record<string, string>>[];
}

/** Every value of a valid configuration, in the schema's order. `values` is what the schema made of the file. */
export function settingsOf(
  schema: z.core.$ZodType,
  values: unknown,
  origins: ReadonlyMap<string, Origin>,
): readonly Setting[] {
  const masked = JSON.parse(JSON.stringify(values));
  return [...leaves(schema)].map(({ path, schema: own }) => {
    const key = path.join(".");
    const value = valueAt(masked, path) ?? null;
    const each: Record<string, string>[] = [];
    for (const inside of itemLeaves(own, path, value)) {
      const [at, ...rest] = inside.slice(path.length) as [number, ...string[]];
      const origin = origins.get(inside.join("."));
      each[at] ??= {};
      if (origin) each[at][rest.join(".")] = told(origin);
    }
    return { key, value, from: told(origins.get(key)!), ...(each.length > 0 && { each }) };
  });
}

function told({ from, file, line, name }: Origin): string {
  if (from === "file") return line === undefined ? file! : `${file}:${line}`;
  return from === "environment" ? `environment ${name}` : from;
}
