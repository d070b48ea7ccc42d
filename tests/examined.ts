import { loadConfig } from "../src/config.ts";
import { connectors } from "../src/connectors/mod.ts";
import type { Finding } from "../src/doctor/check.ts";
import { checksFor, type DoctorDeps } from "../src/doctor/checks.ts";
import { examine } from "../src/doctor/examination.ts";
import { startGateway } from "../src/gateway.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createFile } from "../src/lib/files.ts";
import { needsOf } from "../src/permissions/needs.ts";
import { silentLog } from "./logs.ts";

const START = "deno run --allow-net=127.0.0.1,localhost --allow-env --allow-read --allow-write=data,logs,/tmp main.ts";
/** Both ports free. */
export const FREE = "gateway: {port: 0}\nmonitoring: {port: 0}\n";

/** What is examined: a configuration, and what else is out of the ordinary. */
export interface Fault {
  readonly yaml: string;
  readonly publicUrl?: string;
  readonly deps?: Partial<DoctorDeps>;
}

/** Loads a configuration with nothing around it. */
export function load(yaml: string) {
  return loadConfig({
    file: "test.yaml",
    env: () => undefined,
    readTextFile: () => Promise.resolve(yaml),
    kinds: new Map(connectors.map(({ kind, config }) => [kind, config])),
  });
}

/** Everything that the doctor finds. */
export async function findings({ yaml, publicUrl, deps }: Fault): Promise<readonly Finding[]> {
  const loaded = await load(yaml);
  const log = silentLog();
  const clock = systemClock;
  const examined = await examine(
    checksFor({ config: loaded.config, file: "test.yaml", needs: needsOf(loaded, connectors), publicUrl }, {
      clock,
      fetch,
      log,
      version: "0.0.0-test",
      carried: connectors,
      connectorDeps: { clock, log, readFile: Deno.readFile, createFile, fetch, env: () => undefined },
      startGateway,
      startCommand: START,
      ...deps,
    }),
    clock,
  );
  return examined.flatMap(({ findings }) => findings);
}

/** A folder that is gone with the stack. */
export async function temporary(stack: AsyncDisposableStack): Promise<string> {
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  return folder;
}
