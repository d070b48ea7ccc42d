import type * as z from "zod";
import type { Path } from "./document.ts";
import type { Finding } from "./problems.ts";
import { elementOf, keyNotes, keysOf } from "./schema_walk.ts";
import { isMapping } from "./tree.ts";

/** `$${` for a literal `${`, or `${NAME}`, or a `${` that is neither. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Mappings inside mappings; a file that goes deeper is not a configuration. */
const DEEPEST = 32;

/** The world outside the file, as far as values come from it. */
export interface Outside {
  /** The value of an environment variable, or undefined when it is not set. */
  readonly env: (name: string) => string | undefined;
  /** Reads a text file; rejects with what the platform throws. */
  readonly readTextFile: (path: string) => Promise<string>;
}

/** Copies a tree of values with every `${NAME}` in its texts replaced; YAML's null, an empty value, becomes undefined. */
export function substitute(tree: unknown, env: Outside["env"], report: (finding: Finding) => void): unknown {
  return copy(tree, []);

  function copy(value: unknown, path: Path): unknown {
    if (typeof value === "string") return replace(value, path);
    if (value === null) return undefined;
    if (typeof value !== "object") return value;
    if (path.length >= DEEPEST) return void report({ path, message: `nested more than ${DEEPEST} deep` });
    if (Array.isArray(value)) return value.map((item, at) => copy(item, [...path, at]));
    return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, copy(inside, [...path, key])]));
  }

  function replace(text: string, path: Path): string {
    return text.replace(REFERENCE, (reference, name: string | undefined) => {
      if (reference === "$${") return "${";
      const value = name === undefined ? undefined : env(name);
      if (value !== undefined) return value;
      const message = name === undefined
        ? "expected ${NAME} with the name of an environment variable, or $${ for a plain ${"
        : `the environment variable ${name} is not set`;
      report({ path, message });
      return "";
    });
  }
}

/** A value that came in by way of `<key>_env`, `<key>_file` or the key's own variable. */
export interface Fetched {
  readonly path: Path;
  readonly from: "environment" | "file";
  /** The variable's or the file's name. */
  readonly name: string;
}

/**
 * Puts the values of all `<key>_env` and `<key>_file` forms where the keys themselves belong, in place, and takes the
 * forms away. A key that has a value of its own keeps it. A variable that is not set leaves the key without a value,
 * which is a problem inside a connector and none elsewhere: the sample's file names variables that few installations set.
 */
export async function fetchIndirect(
  schema: z.core.$ZodType,
  tree: Record<string, unknown>,
  outside: Outside,
  report: (finding: Finding) => void,
): Promise<readonly Fetched[]> {
  const fetched: Fetched[] = [];
  await walk(schema, tree, []);
  return fetched;

  async function walk(schema: z.core.$ZodType, tree: Record<string, unknown>, path: Path): Promise<void> {
    for (const [key, child] of keysOf(schema)) {
      if (keyNotes(child).indirect) {
        await fetchOne(tree, key, keyNotes(child).variable, path);
      } else if (isMapping(tree[key])) {
        await walk(child, tree[key], [...path, key]);
      } else if (Array.isArray(tree[key])) {
        await walkList(elementOf(child), tree[key], [...path, key]);
      } else if (tree[key] === undefined && keysOf(child).length > 0) {
        const fresh: Record<string, unknown> = {};
        await walk(child, fresh, [...path, key]);
        if (Object.keys(fresh).length > 0) tree[key] = fresh;
      }
    }
  }

  async function walkList(element: z.core.$ZodType | undefined, list: readonly unknown[], path: Path): Promise<void> {
    if (element === undefined) return;
    for (const [at, item] of list.entries()) if (isMapping(item)) await walk(element, item, [...path, at]);
  }

  async function fetchOne(tree: Record<string, unknown>, key: string, usual: string | undefined, at: Path) {
    const path = [...at, key];
    const named = take(tree, `${key}_env`, at);
    const file = take(tree, `${key}_file`, at);
    const own = tree[key] !== undefined && tree[key] !== "";
    if (file !== undefined && (own || named !== undefined)) {
      report({ path: [...at, `${key}_file`], message: `give one of ${key}, ${key}_env and ${key}_file` });
    } else if (file !== undefined) {
      const content = await outside.readTextFile(file).catch((error) => {
        report({ path: [...at, `${key}_file`], message: `cannot read ${JSON.stringify(file)}: ${reason(error)}` });
      });
      if (content === undefined) return;
      tree[key] = content.trim();
      fetched.push({ path, from: "file", name: file });
    } else if (!own) {
      const variable = named ?? usual;
      if (variable === undefined) return;
      const value = NAME.test(variable) ? outside.env(variable) : undefined;
      if (value !== undefined && value !== "") {
        tree[key] = value;
        fetched.push({ path, from: "environment", name: variable });
      } else if (named !== undefined && !NAME.test(named)) {
        report({ path: [...at, `${key}_env`], message: "expected the name of an environment variable" });
      } else if (named !== undefined && at[0] === "connectors") {
        report({ path: [...at, `${key}_env`], message: `the environment variable ${named} is not set` });
      }
    }
  }

  /** Takes a form's value out of the tree; "" is as good as none. */
  function take(tree: Record<string, unknown>, form: string, at: Path): string | undefined {
    const value = tree[form];
    delete tree[form];
    if (value === undefined || value === "") return undefined;
    if (typeof value === "string") return value;
    return void report({ path: [...at, form], message: "expected text" });
  }
}

/** Why a file cannot be read, in a few words without its path. */
export function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) return "the gateway was started without the right to read it";
  return error instanceof Error ? error.message : String(error);
}
