import type { MachineNeeds } from "../../call/connector.ts";
import { credentialNeeds } from "./credential_sources.ts";
import { endpointsOf, hostOf } from "./endpoints.ts";
import type { LexConfig } from "./options.ts";

/** What the hosts of Lex and the operator's own files ask of the machine. */
export function lexNeeds(config: LexConfig): MachineNeeds {
  const { runtime, models } = endpointsOf(config);
  const files = [config.filler_file, config.say_again_file].filter((path) => path !== "");
  const credentials = config.aws_secret_access_key.empty
    ? credentialNeeds(config.credentials, hostAndPort(hostOf("sts", config.region_name)))
    : {};
  return {
    net: [...new Set([runtime, models].map(hostAndPort)), ...credentials.net ?? []],
    read: [...files, ...credentials.read ?? []],
    write: config.audio_logging.enabled ? [`${config.audio_logging.output_dir}/`] : [],
    env: credentials.env ?? [],
  };
}

function hostAndPort(address: string): string {
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}
