import type { ErrorCode } from "../lib/error_codes.ts";

/** The last thing that went wrong with something, though all may be well since; `at` in ms since 1970. */
export interface Trouble {
  readonly code: ErrorCode;
  readonly message: string;
  readonly at: number;
}
