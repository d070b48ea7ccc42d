import type { Config, ConnectorConfig } from "../config.ts";
import type { ConnectorDefinition, MachineNeeds } from "../call/connector.ts";
import { type Check, fail, type Finding, messageOf, pass } from "./check.ts";

/** One thing of the machine that the program must be allowed to use. */
export interface Need {
  readonly kind: "net" | "read" | "write";
  /** `host:port` for net, a path otherwise. */
  readonly target: string;
  /** What for, as a key of the configuration or a few words. */
  readonly why: string;
}

// deno-lint-ignore no-explicit-any
type Definitions = readonly ConnectorDefinition<any>[];

/** Everything that a gateway with this configuration needs of Deno's permissions. `file`: where it was read from. */
export function needsOf(config: Config, file: string, carried: Definitions): readonly Need[] {
  const { gateway, monitoring, logging, dataSource, validation, store, login } = config;
  const needs: Need[] = [
    { kind: "read", target: file, why: "the configuration" },
    { kind: "net", target: authority(gateway.host, gateway.port), why: "gateway.port" },
  ];
  const want = (kind: Need["kind"], target: string | undefined, why: string) => {
    if (target !== undefined && target !== "") needs.push({ kind, target, why });
  };
  if (monitoring.enabled) want("net", authority(monitoring.host, monitoring.port), "monitoring.port");
  for (const kind of ["read", "write"] as const) want(kind, store?.file, "store.file");
  for (const part of ["gateway", "web"] as const) want("write", logging[part].file?.path, `logging.${part}.file`);
  for (const [part, tls] of [["gateway", gateway.tls], ["monitoring", monitoring.tls]] as const) {
    want("read", tls?.cert, `${part}.tls`);
    want("read", tls?.key, `${part}.tls`);
    want("read", tls?.clients?.authorities, `${part}.tls`);
  }
  for (const issuer of validation?.issuers ?? []) want("net", hostOf(issuer), "jwt_validation.issuers");
  if (login?.oidc) want("net", hostOf(login.oidc.provider.discovery), "authentication.webex_oauth");
  if (dataSource.enabled) {
    want("net", hostOf(dataSource.apiBaseUrl), "data_source.api_base_url");
    want("read", dataSource.tokenStore, "data_source.token_store");
    want("write", dataSource.tokenStore, "data_source.token_store");
  }
  for (const connector of config.connectors) {
    const own = machineNeeds(connector, carried);
    for (const kind of ["net", "read", "write"] as const) {
      for (const target of own[kind] ?? []) want(kind, target, `connectors.${connector.id}`);
    }
  }
  return needs;
}

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
          `start the gateway with --allow-${kind}=${target} as well`,
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

/** Whether the `--allow-…` flags of a command line, in quotes or not, allow it. Paths are told apart by name: links are not followed. */
export function grants(command: string, { kind, target }: Need): boolean {
  const words = command.split(/\s+/).map((word) => word.replace(/^'(.*)'$/, "$1"));
  const letter = { net: "-N", read: "-R", write: "-W" }[kind];
  if (words.some((word) => word === "-A" || word === "--allow-all")) return true;
  return words.some((word) => {
    const [flag, list] = word.split(/=(.*)/s);
    if (flag !== `--allow-${kind}` && flag !== letter) return false;
    return list === undefined || list.split(",").some((given) => covers(kind, given, target));
  });
}

function covers(kind: Need["kind"], given: string, target: string): boolean {
  if (kind !== "net") {
    const [outer, inner] = [absolute(given), absolute(target)];
    return inner === outer || inner.startsWith(outer.endsWith("/") ? outer : `${outer}/`);
  }
  const [host, port] = split(given);
  const [wantedHost, wantedPort] = split(target);
  const hostFits = host.startsWith("*.") ? wantedHost.endsWith(host.slice(1)) : host === wantedHost;
  return hostFits && (port === "" || port === wantedPort);
}

function split(authority: string): readonly [string, string] {
  const [, host = authority, port = ""] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(authority) ?? [];
  return [host, port];
}

function absolute(path: string): string {
  const base = new URL(`file://${Deno.cwd()}/`);
  return decodeURIComponent(new URL(path.replaceAll("%", "%25"), base).pathname);
}

function machineNeeds({ kind, config }: ConnectorConfig, carried: Definitions): MachineNeeds {
  return carried.find((each) => each.kind === kind)?.needs?.(config) ?? {};
}

/** A host and a port as the flag takes them. */
function authority(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "http:" ? "80" : "443")}`;
}
