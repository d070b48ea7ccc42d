import type { ConnectorDefinition } from "../call/connector.ts";
import type { LoadedConfig } from "../config.ts";
import { folderOf } from "../lib/files.ts";
import { type Kind, KINDS, type Need } from "./need.ts";

// deno-lint-ignore no-explicit-any
type Definitions = readonly ConnectorDefinition<any>[];

/** What the launcher of a packed file tells the program. */
const LAUNCHER = ["GATEWAY_LAUNCHER", "GATEWAY_FLAGS"];

/**
 * The one list: everything that a gateway with this configuration needs of Deno's permissions, each with its reason. To
 * let a room use more of the machine, add a line. `home`: the folder that `~` stands for.
 */
export function needsOf(
  { config, asked }: Pick<LoadedConfig, "config" | "asked">,
  carried: Definitions,
  home = "",
): readonly Need[] {
  const { gateway, monitoring, logging, dataSource, validation, store, login, recordings, alerts } = config;
  const needs = new Map<string, Need>();
  const want = (kind: Kind, target: string | undefined, why: string) => {
    if (!target || (target.startsWith("~/") && home === "")) return;
    const need: Need = { kind, target: target.replace(/^~(?=\/)/, home), why };
    const key = `${kind} ${need.target}`;
    if (!needs.has(key)) needs.set(key, need);
  };
  /** A file that is set aside, locked or replaced: what happens beside it needs the folder. */
  const keep = (path: string | undefined, why: string) => {
    if (path === undefined) return;
    for (const kind of ["read", "write"] as const) want(kind, `${folderOf(path)}/`, why);
  };

  for (const { kind, target, why } of asked) want(kind, target, why);
  for (const name of LAUNCHER) want("env", name, "how the packed file was started");
  want("env", "DENO_TOKIO_EVENT_INTERVAL", "how often Deno looks at its sockets");
  want("net", authority(gateway.host, gateway.port), "gateway.port");
  if (monitoring.enabled) want("net", authority(monitoring.host, monitoring.port), "monitoring.port");
  for (const part of ["gateway", "web"] as const) keep(logging[part].file?.path, `logging.${part}.file`);
  for (const [part, tls] of [["gateway", gateway.tls], ["monitoring", monitoring.tls]] as const) {
    want("read", tls?.cert, `${part}.tls`);
    want("read", tls?.key, `${part}.tls`);
    want("read", tls?.clients?.authorities, `${part}.tls`);
  }
  for (const issuer of validation?.issuers ?? []) want("net", hostOf(issuer), "jwt_validation.issuers");
  if (dataSource.enabled) {
    want("net", hostOf(dataSource.apiBaseUrl), "data_source.api_base_url");
    keep(dataSource.tokenStore, "data_source.token_store");
  }
  keep(store?.file, "store.file");
  if (recordings.enabled) {
    for (const kind of ["read", "write"] as const) want(kind, `${recordings.folder}/`, "recordings.folder");
  }
  if (login?.oidc) want("net", hostOf(login.oidc.provider.discovery), "authentication.webex_oauth");
  if (alerts.webhook) want("net", hostOf(alerts.webhook.url.reveal()), "alerts.webhook");
  for (const { id, kind: vendor, config: own } of config.connectors) {
    const theirs = carried.find(({ kind }) => kind === vendor)?.needs?.(own) ?? {};
    for (const kind of KINDS) for (const target of theirs[kind] ?? []) want(kind, target, `connectors.${id}`);
  }
  return [...needs.values()];
}

/** A host and a port as the flag takes them. */
function authority(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "http:" ? "80" : "443")}`;
}
