import type * as z from "zod";
import type { Origin } from "./origins.ts";
import { leaves } from "./schema_walk.ts";
import { valueAt } from "./tree.ts";

/** A value of the configuration as it counts, and where it came from. */
export interface Setting {
  /** Dotted, as the file spells it. */
  readonly key: string;
  /** Plain JSON, secrets as dots. */
  readonly value: unknown;
  /** "default", "file:line", "environment NAME" or "command line". */
  readonly from: string;
}

/** Every value of a valid configuration, in the schema's order. `values` is what the schema made of the file. */
export function settingsOf(
  schema: z.core.$ZodType,
  values: unknown,
  origins: ReadonlyMap<string, Origin>,
): readonly Setting[] {
  const masked = JSON.parse(JSON.stringify(values));
  return [...leaves(schema)].map(({ path }) => {
    const key = path.join(".");
    return { key, value: valueAt(masked, path) ?? null, from: told(origins.get(key)!) };
  });
}

function told({ from, file, line, name }: Origin): string {
  if (from === "file") return line === undefined ? file! : `${file}:${line}`;
  return from === "environment" ? `environment ${name}` : from;
}
