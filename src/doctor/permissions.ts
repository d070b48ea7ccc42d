import { grants } from "../permissions/flags.ts";
import type { Need } from "../permissions/need.ts";
import { type Check, fail, type Finding, messageOf, pass } from "./check.ts";

/** The checklist's part: whether the flags of the command that starts the gateway allow all of it. */
export function permissionsCheck(needs: readonly Need[], command: string): Check {
  return {
    title: "permissions",
    run() {
      const missing = needs.filter((need) => !grants(command, need));
      const found = missing.map(({ kind, target, why }) =>
        fail(
          "PERMISSION-MISSING",
          `${why} needs ${target}, which the start command does not allow`,
          `start the gateway with --allow-${kind}=${target} as well; the command permissions prints all flags`,
        )
      );
      return Promise.resolve(found.length > 0 ? found : [pass(`${needs.length} needed, all given`)]);
    },
  };
}

/** Says which flag is missing, if that is what was thrown. */
export function missingPermission(error: unknown): Finding | undefined {
  if (!(error instanceof Deno.errors.NotCapable)) return undefined;
  const [, kind = "", target = ""] = /Requires (\w+) access to "([^"]*)"/.exec(error.message) ?? [];
  const flag = kind === "" ? "the flag that it names" : `--allow-${kind}=${target}`;
  return fail("PERMISSION-MISSING", messageOf(error), `run the doctor with ${flag} as well`);
}
