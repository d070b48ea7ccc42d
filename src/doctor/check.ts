import type { ErrorCode } from "../lib/error_codes.ts";

/** What came of looking at one thing. */
export type Finding =
  | { readonly verdict: "pass" | "skipped"; readonly said: string }
  | {
    readonly verdict: "warn" | "fail";
    readonly code: ErrorCode;
    readonly said: string;
    /** What to do about it, as an instruction. */
    readonly remedy: string;
  };

/** One thing to look at. */
export interface Check {
  /** What is looked at, as a heading: "ports". */
  readonly title: string;
  /** Looks; stops when `signal` is aborted. What it throws counts as a failure of the check. */
  run(signal: AbortSignal): Promise<readonly Finding[]>;
}

export function pass(said: string): Finding {
  return { verdict: "pass", said };
}

export function skipped(said: string): Finding {
  return { verdict: "skipped", said };
}

export function warn(code: ErrorCode, said: string, remedy: string): Finding {
  return { verdict: "warn", code, said, remedy };
}

export function fail(code: ErrorCode, said: string, remedy: string): Finding {
  return { verdict: "fail", code, said, remedy };
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
