import type * as z from "zod";
import { type KeyNotes, notesOf } from "../lib/secret.ts";
import type { Path } from "./document.ts";

type Schema = z.core.$ZodType;

/** The parts of a zod definition that lead on to other schemas. */
interface Definition {
  readonly type: string;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly out?: Schema;
  readonly getter?: () => Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly options?: readonly Schema[];
}

/** Looks through defaults, options, transforms and preprocessing at the schema inside, and gathers the notes on the way. */
function look(schema: Schema): { readonly core: Definition; readonly notes: KeyNotes } {
  let notes: KeyNotes = {};
  for (let at = schema;;) {
    notes = { ...notes, ...notesOf(at) };
    const core = at._zod.def as Definition;
    const inner = core.type === "pipe"
      ? (core.in!._zod.def.type === "transform" ? core.out : core.in)
      : core.innerType ?? core.getter?.();
    if (inner === undefined) return { core, notes };
    at = inner;
  }
}

/** The keys of a mapping's schema and what each takes; nothing for any other schema. */
export function keysOf(schema: Schema): readonly (readonly [string, Schema])[] {
  const { core } = look(schema);
  if (core.options) return core.options.flatMap((option) => keysOf(option));
  return Object.entries(core.shape ?? {});
}

/** Whether the schema takes a list. */
export function elementOf(schema: Schema): Schema | undefined {
  return look(schema).core.element;
}

/** The schema of the value at `path` inside `schema`, if the schema knows it. */
export function schemaAt(schema: Schema, path: Path): Schema | undefined {
  let at: Schema | undefined = schema;
  for (const key of path) {
    if (at === undefined) return undefined;
    const { core }: { core: Definition } = look(at);
    at = keysOf(at).find(([name]) => name === key)?.[1] ?? core.element ?? core.valueType;
  }
  return at;
}

/** What is known about a key beyond its type. */
export function keyNotes(schema: Schema): KeyNotes {
  return look(schema).notes;
}

/** The values inside a list of mappings, as `leaves()` has those of a mapping; none where `items` is no such list. */
export function* itemLeaves(schema: Schema, path: Path, items: unknown): Generator<Path> {
  const element = elementOf(schema);
  if (!element || keysOf(element).length === 0 || !Array.isArray(items)) return;
  for (const at of items.keys()) {
    for (const { path: inside } of leaves(element, [...path, at])) yield inside;
  }
}

/** Every key that holds a value of its own rather than a mapping of known keys, in the schema's order. */
export function* leaves(schema: Schema, path: Path = []): Generator<{ readonly path: Path; readonly schema: Schema }> {
  const keys = keysOf(schema);
  if (keys.length === 0) yield { path, schema };
  for (const [key, child] of keys) yield* leaves(child, [...path, key]);
}
