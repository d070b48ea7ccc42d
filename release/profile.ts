import { loadConfig } from "../src/config.ts";
import { connectors } from "../src/connectors/mod.ts";
import type { Need } from "../src/permissions/need.ts";
import { needsOf } from "../src/permissions/needs.ts";

/**
 * What the permissions of a release are made for: the configuration in `file`, or the default one at
 * config/config.yaml, whether or not there is such a file where it will run. Throws ConfigError.
 */
export async function needsFor(file: string | undefined): Promise<readonly Need[]> {
  const loaded = await loadConfig({
    ...(file === undefined ? {} : { file }),
    env: () => undefined,
    readTextFile: (path) =>
      file === undefined ? Promise.reject(new Deno.errors.NotFound(path)) : Deno.readTextFile(path),
    kinds: new Map(connectors.map(({ kind, config }) => [kind, config])),
  });
  return needsOf(loaded, connectors);
}

/** The value of `--config` on the command line of a task. Throws for anything else there. */
export function configOption(args: readonly string[]): string | undefined {
  if (args.length === 0) return undefined;
  if (args.length === 2 && args[0] === "--config") return args[1];
  throw new Error(`Cannot use ${args.join(" ")}: --config FILE expected, or nothing`);
}
