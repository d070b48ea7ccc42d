import type { Path } from "./document.ts";

/** Whether a value is a mapping of the file, not a list, a scalar or nothing. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at `path`, or undefined where the way ends early. */
export function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string | number, unknown> | null | undefined)?.[key], tree);
}

/** Sets a value, making the mappings on the way; a way that something else blocks is left for the schema to refuse. */
export function setAt(tree: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    tree[key!] = value;
    return;
  }
  const inside = tree[key!] ??= {};
  if (isMapping(inside)) setAt(inside, rest, value);
}
