import type { ErrorCode } from "../lib/error_codes.ts";
import { NewerDatabase, OlderDatabase, StrangeDatabase } from "./migrations.ts";

/** Why the database does not do its work. */
export interface Trouble {
  readonly code: Extract<ErrorCode, `STORE-${string}`>;
  /** The end of a sentence that begins with the database's name. */
  readonly why: string;
  /** What helps: waiting, a new database beside the old one, or only somebody. */
  readonly remedy: "wait" | "begin anew" | "none";
}

/** What SQLite and the system say, by what it means; what none of these says is a defect of ours. */
const SAID: readonly (readonly [RegExp, Trouble])[] = [
  [/malformed|not a database/, { code: "STORE-CORRUPT", why: "is damaged", remedy: "begin anew" }],
  [/is full|No space left/, {
    code: "STORE-FULL",
    why: "cannot grow: the disk is full",
    remedy: "wait",
  }],
  [/readonly|Read-only/, { code: "STORE-UNWRITABLE", why: "cannot be written: it is read-only", remedy: "wait" }],
  [/locked|busy/, { code: "STORE-BUSY", why: "is held by another program", remedy: "wait" }],
  [/unable to open/, { code: "STORE-UNWRITABLE", why: "cannot be opened or made", remedy: "wait" }],
  [/disk I\/O error/, { code: "STORE-UNWRITABLE", why: "cannot be reached: the disk fails", remedy: "wait" }],
];

/** What an error of the database means; undefined for one that says nothing of the file, but of what was asked. */
export function troubleOf(error: unknown): Trouble | undefined {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NewerDatabase) return { code: "STORE-NEWER", why: message, remedy: "none" };
  if (error instanceof OlderDatabase) return { code: "STORE-OLDER", why: message, remedy: "none" };
  if (error instanceof StrangeDatabase) return { code: "STORE-MISSING", why: message, remedy: "none" };
  if (error instanceof Deno.errors.NotCapable) {
    return {
      code: "STORE-UNWRITABLE",
      why: "may not be written: the start command needs --allow-read and --allow-write for its folder",
      remedy: "none",
    };
  }
  if (error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory) {
    return { code: "STORE-UNWRITABLE", why: "cannot be made: what should be its folder is a file", remedy: "wait" };
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return { code: "STORE-UNWRITABLE", why: "cannot be written: the system does not allow it", remedy: "wait" };
  }
  return SAID.find(([words]) => words.test(message))?.[1];
}
