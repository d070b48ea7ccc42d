import type { ConnectorDefinition, ConnectorDeps } from "../call/connector.ts";
import type { Config } from "../config.ts";
import type { Gateway, GatewayDeps } from "../gateway.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Need } from "../permissions/need.ts";
import { certificateFilesCheck } from "./certificate_files.ts";
import type { Check } from "./check.ts";
import { clockCheck } from "./clock_skew.ts";
import { connectorsCheck } from "./connectors.ts";
import { dataSourceCheck } from "./data_source.ts";
import { diskCheck, type FreeSpace } from "./disk.ts";
import { issuersCheck } from "./issuers.ts";
import { loginCheck } from "./login.ts";
import { namesCheck } from "./names.ts";
import { permissionsCheck } from "./permissions.ts";
import { portsCheck } from "./ports.ts";
import { tlsCheck } from "./public_tls.ts";
import { urlCheck } from "./public_url.ts";
import { trialCallCheck } from "./trial_call.ts";

/** What the doctor is handed from outside. */
export interface DoctorDeps {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly log: Log;
  readonly version: string;
  // deno-lint-ignore no-explicit-any
  readonly carried: readonly ConnectorDefinition<any>[];
  readonly connectorDeps: ConnectorDeps;
  readonly startGateway: (config: Config, deps: GatewayDeps) => Promise<Gateway>;
  /** The command that starts the gateway, with its flags. */
  readonly startCommand: string;
  /** Authorities that the public address may have its certificate from, beside the system's, in PEM. */
  readonly authorities?: readonly string[];
  readonly free?: FreeSpace;
}

/** What is examined. */
export interface Patient {
  readonly config: Config;
  /** Where the configuration was read from. */
  readonly file: string;
  /** What the gateway must be allowed to use of the machine. */
  readonly needs: readonly Need[];
  /** The address under which Webex reaches the gateway; undefined for the one that is configured. */
  readonly publicUrl: string | undefined;
}

/** Everything to look at in an installation. */
export function checksFor({ config, needs, publicUrl }: Patient, deps: DoctorDeps): readonly Check[] {
  const { clock, fetch, log, version, carried, connectorDeps, startGateway } = deps;
  const { dataSource, validation, gateway, monitoring } = config;
  const configured = validation?.sources.map(({ url }) => url) ?? [];
  const url = publicUrl ?? (dataSource.url || (configured[0] ?? ""));
  const issuers = validation?.issuers ?? [];
  const api = dataSource.enabled ? [dataSource.apiBaseUrl] : [];
  const hosts = [url, ...issuers, ...api].flatMap((each) => URL.parse(each)?.hostname ?? []);
  return [
    permissionsCheck(needs, deps.startCommand),
    portsCheck(config),
    diskCheck(needs.filter(({ kind }) => kind === "write").map(({ target }) => target), deps.free),
    clockCheck([...api, ...issuers], { fetch, clock }),
    namesCheck([...hosts, gateway.host, ...(monitoring.enabled ? [monitoring.host] : [])]),
    urlCheck(url, [
      ...(publicUrl === undefined ? [] : [{ where: "data_source.url", url: dataSource.url }]),
      ...configured.map((each) => ({ where: "jwt_validation", url: each })),
    ]),
    tlsCheck({ url, clock, ...(deps.authorities ? { authorities: deps.authorities } : {}) }),
    certificateFilesCheck(config, clock),
    issuersCheck(issuers, { fetch, clock }),
    dataSourceCheck(dataSource, { fetch, clock, log, random: () => 0 }),
    loginCheck(config.login?.oidc, { fetch, clock }),
    connectorsCheck(config, carried, connectorDeps),
    trialCallCheck(config, { clock, startGateway, gateway: { clock, log, version, warnings: [] } }),
  ];
}
