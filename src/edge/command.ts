import type { ConnectorDefinition } from "../call/connector.ts";
import { type Config, loadConfig, type LoadedConfig } from "../config.ts";
import type { Clock } from "../lib/clock.ts";
import type { Need } from "../permissions/need.ts";
import { needsOf } from "../permissions/needs.ts";
import { exactFlags } from "../permissions/profiles.ts";
import { askHealth } from "./health.ts";
import { init, INSTALLED, SAMPLE_CONFIG } from "./init.ts";
import { systemdUnit } from "./systemd_unit.ts";

/** What the commands for whoever runs the gateway on a machine need from outside. */
export interface EdgeDeps {
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
  /** How the program is called. */
  readonly program: string;
  // deno-lint-ignore no-explicit-any
  readonly carried: readonly ConnectorDefinition<any>[];
  /** A variable of the environment. */
  readonly env: (name: string) => string | undefined;
}

/** Where an installed gateway has its program and its configuration. */
type Installed = { readonly program: string; readonly config: string };

/** What `permissions` may print: the flags, one a line, a systemd unit with them, or each need with its reason. */
export type Shape = "flags" | "systemd" | "table";

/** Prints what a gateway with this configuration must be allowed to use. `file`: the configuration's path, if one was named. */
export function printPermissions(
  loaded: LoadedConfig,
  { shape, file }: { readonly shape: Shape; readonly file: string | undefined },
  { print, carried, env }: EdgeDeps,
): void {
  const needs = needsOf(loaded, carried, env("HOME"));
  switch (shape) {
    case "flags":
      return exactFlags(needs).forEach(print);
    case "systemd": {
      const launcher = env("GATEWAY_LAUNCHER");
      const program = launcher === undefined ? INSTALLED.program : absolute(launcher);
      return print(unitFor(loaded.config, needs, { program, config: absolute(file ?? INSTALLED.config) }));
    }
    case "table": {
      const width = (column: (need: Need) => string) => Math.max(...needs.map((need) => column(need).length));
      const [kinds, targets] = [width(({ kind }) => kind), width(({ target }) => target)];
      for (const { kind, target, why } of needs) print(`${kind.padEnd(kinds)}  ${target.padEnd(targets)}  ${why}`);
    }
  }
}

/** Asks the gateway that runs with this configuration. Returns whether it serves. */
export async function tellHealth(
  { gateway, monitoring }: Config,
  { pid, waitMs }: { readonly pid: number | undefined; readonly waitMs: number },
  { print, printError, clock }: EdgeDeps & { readonly clock: Clock },
): Promise<boolean> {
  const problem = monitoring.enabled
    ? await askHealth({ ...monitoring, tls: monitoring.tls !== undefined, pid, waitMs }, clock)
    : "monitoring.enabled is false, so nobody answers";
  if (problem === undefined) print(`The gateway serves: calls are taken on ${gateway.host}:${gateway.port}`);
  else printError(`The gateway does not serve: ${problem}`);
  return problem === undefined;
}

/** Writes the sample configuration and its unit, or prints one of them. */
export async function runInit(printed: "config" | "unit" | undefined, deps: EdgeDeps): Promise<void> {
  if (printed === "config") return deps.print(SAMPLE_CONFIG);
  const loaded = await loadConfig({
    file: INSTALLED.config,
    readTextFile: () => Promise.resolve(SAMPLE_CONFIG),
    env: () => undefined,
    kinds: new Map(deps.carried.map(({ kind, config }) => [kind, config])),
  });
  const unit = unitFor(loaded.config, needsOf(loaded, deps.carried), INSTALLED);
  if (printed === "unit") return deps.print(unit);
  await init(unit, deps.program, deps.print);
}

function unitFor({ gateway, monitoring }: Config, needs: readonly Need[], at: Installed): string {
  const ports = [gateway.port, ...(monitoring.enabled ? [monitoring.port] : [])];
  return systemdUnit({ ...at, flags: exactFlags(needs), drainMs: gateway.drainMs, lowestPort: Math.min(...ports) });
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `${Deno.cwd()}/${path.replace(/^\.\//, "")}`;
}
