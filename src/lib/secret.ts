import * as z from "zod";
import { MASK } from "./redaction.ts";

/** A text that no log, message or JSON answer shows: it prints as dots until somebody asks for it by name. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The text itself, for the one place that needs it. */
  reveal(): string {
    return this.#value;
  }

  /** Whether there is anything to hide. */
  get empty(): boolean {
    return this.#value === "";
  }

  toString(): string {
    return this.empty ? "" : MASK;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("Deno.customInspect")](): string {
    return `Secret(${this.toString()})`;
  }
}

/** What the configuration reader knows about a key beyond its type. */
export interface KeyNotes {
  /** Its value never appears in a message. */
  readonly secret?: boolean;
  /** It may also be given as `<key>_env`, an environment variable's name, or `<key>_file`, a file's. */
  readonly indirect?: boolean;
  /** The environment variable that is read when the file gives none of the three. */
  readonly variable?: string;
}

/** The notes on a schema, if it has any. */
export function notesOf(schema: z.core.$ZodType): KeyNotes {
  return (z.globalRegistry.get(schema) ?? {}) as KeyNotes;
}

/** The schema of a secret: text in the file, a `Secret` afterwards; `<key>_env` and `<key>_file` come with it. */
export function secret(variable?: string): z.ZodType<Secret, string> {
  return z.string().transform((value) => new Secret(value)).meta(notes({ secret: true, indirect: true }, variable));
}

/** The schema of a plain text that may be given as `<key>_env` or `<key>_file` too. */
export function indirect(variable?: string): z.ZodType<string, string> {
  return z.string().meta(notes({ indirect: true }, variable));
}

function notes(known: KeyNotes, variable: string | undefined): Record<string, unknown> {
  return variable === undefined ? { ...known } : { ...known, variable };
}
