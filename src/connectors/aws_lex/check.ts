import type { ConnectorDeps, Shortcoming } from "../../call/connector.ts";
import { codeOf, type ErrorCode } from "../../lib/error_codes.ts";
import { openClients } from "./clients.ts";
import { lexFailure, type LexFailureCode } from "./failure.ts";
import type { LexConfig } from "./options.ts";
import { ListBotsCommand } from "./sdk.ts";

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
