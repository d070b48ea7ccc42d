import type { ConnectorDeps, MachineNeeds, Shortcoming } from "../../call/connector.ts";
import { codeOf, type ErrorCode } from "../../lib/error_codes.ts";
import { openClients } from "./clients.ts";
import { credentialNeeds } from "./credentials.ts";
import { endpointsOf, hostOf } from "./endpoints.ts";
import { lexFailure, type LexFailureCode } from "./failure.ts";
import type { LexConfig } from "./options.ts";
import { ListBotsCommand } from "./sdk.ts";

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

/**
 * Asks Lex for a bot, which costs nothing and starts no conversation. Whoever names the agents in the configuration needs
 * no right to list them: to be refused for that alone proves the credentials.
 */
export async function checkLex(
  config: LexConfig,
  deps: ConnectorDeps,
  signal: AbortSignal,
): Promise<readonly Shortcoming[]> {
  await using clients = openClients(config, deps);
  try {
    const command = new ListBotsCommand({ maxResults: 1 });
    const { botSummaries = [] } = await clients.models.send(command, { abortSignal: signal });
    if (config.agents.length > 0 || botSummaries.length > 0) return [];
    return [shortcoming("lex_not_found", `there is no bot in ${config.region_name}`)];
  } catch (error) {
    if (config.agents.length > 0 && error instanceof Error && error.name === "AccessDeniedException") return [];
    const { code, message } = lexFailure(error, "lex_unreachable");
    return [shortcoming(code, message)];
  }
}

function shortcoming(code: LexFailureCode, problem: string): Shortcoming {
  const known = codeOf(code) satisfies ErrorCode;
  return { code: known, problem, remedy: `see ${known} in docs/troubleshooting.md and the credentials in docs/lex.md` };
}

function hostAndPort(address: string): string {
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}
