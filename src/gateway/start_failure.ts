import { ByodsError } from "../auth/byods/faults.ts";
import type { Config } from "../config.ts";
import type { ErrorCode } from "../lib/error_codes.ts";

/** Turns what the platform throws at start into a sentence that says what to do. */
export function explain(
  error: unknown,
  { gateway, monitoring }: Pick<Config, "gateway" | "monitoring">,
): { readonly code: ErrorCode; readonly problem: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Deno.errors.AddrInUse) {
    const ports = `port ${gateway.port} or ${monitoring.port}`;
    const problem = `${ports} is taken by another program: choose others with --port and --http-port`;
    return { code: "PORT-TAKEN", problem };
  }
  if (error instanceof Deno.errors.NotCapable) {
    return { code: "PERMISSION-MISSING", problem: `a permission is missing: ${message}` };
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    const problem = `the system does not allow it: ${message} (ports below 1024 need a privilege)`;
    return { code: "PORT-DENIED", problem };
  }
  if (error instanceof Deno.errors.AddrNotAvailable) return { code: "PORT-ADDRESS", problem: message };
  if (error instanceof ByodsError) return { code: error.code, problem: error.message };
  return { code: "START-FAILED", problem: message };
}
