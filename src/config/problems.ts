import type * as z from "zod";
import type { ErrorCode } from "../lib/error_codes.ts";
import { nearest } from "../lib/suggest.ts";
import type { Path } from "./document.ts";
import { keyNotes, keysOf, schemaAt } from "./schema_walk.ts";

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

const NOUNS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
};
const LONGEST_SHOWN = 60;

/** A problem before it has its place: the key it is about and what is to be said. */
export interface Finding {
  /** What sort of problem it is; CFG-VALUE without. */
  readonly code?: ErrorCode;
  readonly path: Path;
  readonly message: string;
}

/** What a schema expected, for issues on which the schema itself says nothing; given to zod's `safeParse`. */
export function expectation(issue: RawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${NOUNS[issue.expected] ?? issue.expected}`;
    case "too_small":
      return `expected ${size(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum)}`;
    case "too_big":
      return `expected ${size(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum)}`;
    case "invalid_value":
      return `expected ${issue.values.length > 1 ? "one of " : ""}${
        issue.values.map((value) => JSON.stringify(value)).join(", ")
      }`;
    case "invalid_format":
      return issue.format === "regex"
        ? `expected text that matches ${issue.pattern}`
        : `expected text in the form of ${issue.format}`;
    case "not_multiple_of":
      return `expected a multiple of ${issue.divisor}`;
    default:
      return "expected something else";
  }
}

/** Turns zod's issues into findings. `written` gives the value as the operator wrote it, before any substitution. */
export function findings(
  issues: readonly Issue[],
  schema: z.core.$ZodType,
  written: (path: Path) => unknown,
  base: Path = [],
): Finding[] {
  return issues.flatMap((issue): Finding[] => {
    const path: Path = [...base, ...issue.path.map((key) => typeof key === "number" ? key : String(key))];
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(schema, path, key));
    if (issue.code === "invalid_union") {
      const inside = issue.errors.find((errors) => (errors[0]?.path.length ?? 0) > 0);
      if (inside) return findings(inside, schema, written, path);
      const expected = [...new Set(issue.errors.flat().map(({ message }) => message.replace(/^expected /, "")))];
      return [{
        path,
        message: `expected ${expected.join(" or ") || "one of the known forms"}: received ${shown(path)}`,
      }];
    }
    if (issue.code === "custom" && !issue.message.startsWith("expected")) return [{ path, message: issue.message }];
    const structural = issue.code === "invalid_type" && /^(object|record|array)$/.test(issue.expected);
    return [{ path, message: `${issue.message}: received ${structural ? kind(written(path)) : shown(path)}` }];
  });

  function shown(path: Path): string {
    const value = written(path);
    const hidden = path.some((_, depth) => {
      const inside = schemaAt(schema, path.slice(0, depth + 1));
      return inside !== undefined && keyNotes(inside).secret === true;
    });
    return hidden ? kind(value) : describe(value);
  }
}

/** The sentence about a key that no schema knows. */
function unknownKey(schema: z.core.$ZodType, path: Path, key: string): Finding {
  const inside = schemaAt(schema, path);
  const known = inside === undefined
    ? []
    : keysOf(inside).flatMap(([name, child]) =>
      keyNotes(child).indirect ? [name, `${name}_env`, `${name}_file`] : [name]
    );
  const meant = nearest(key, known);
  return {
    code: "CFG-UNKNOWN-KEY",
    path: [...path, key],
    message: `unknown key${meant === undefined ? "" : `: did you mean "${meant}"?`}`,
  };
}

/** A value as a message shows it: quoted, cut, without control characters. */
function describe(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") return kind(value);
  return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
}

/** What sort of value it is, without showing it. */
function kind(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return NOUNS[typeof value] ?? "something else";
}

function size(origin: string, comparison: string, bound: number | bigint): string {
  if (origin === "string") return `text of ${comparison} ${bound} characters`;
  if (origin === "array") return `a list of ${comparison} ${bound} items`;
  return `${comparison} ${bound}`;
}
