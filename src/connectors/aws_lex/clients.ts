import { LexModelsV2Client } from "@aws-sdk/client-lex-models-v2";
import { LexRuntimeV2Client, StartConversationCommand } from "@aws-sdk/client-lex-runtime-v2";
import type { ConnectorDeps } from "../../call/connector.ts";
import type { LexRuntime } from "./ask.ts";
import type { LexModels } from "./bots.ts";
import { FetchHandler } from "./fetch_handler.ts";
import type { LexConfig } from "./options.ts";
import { StreamHandler } from "./stream_handler.ts";

/** The SDK's clients; disposing of them ends every stream. */
export interface LexClients extends AsyncDisposable {
  readonly runtime: LexRuntime;
  readonly models: LexModels;
}

/** Regions of China have names of their own. */
function host(service: string, region: string): string {
  return `https://${service}.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

/**
 * Opens the SDK's clients. Credentials are those of the configuration, or else what the SDK finds: environment, profile,
 * container or instance role. What is not said here, the SDK would look for in files and in the system.
 */
export function openClients(config: LexConfig, { clock, fetch }: Pick<ConnectorDeps, "clock" | "fetch">): LexClients {
  const { region_name: region, aws_access_key_id: id, aws_secret_access_key: key, aws_session_token: token } = config;
  const common = {
    region,
    defaultsMode: "standard",
    retryMode: "standard",
    authSchemePreference: [] as string[],
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    userAgentAppId: "byova-gateway",
    defaultUserAgentProvider: () => Promise.resolve([["byova-gateway"]] as [string][]),
    ...(key.empty ? {} : {
      credentials: {
        accessKeyId: id.reveal(),
        secretAccessKey: key.reveal(),
        ...(token.empty ? {} : { sessionToken: token.reveal() }),
      },
    }),
  } as const;
  const requestHandler = new FetchHandler(fetch);
  const streams = new StreamHandler(clock);
  const runtime = { ...common, endpoint: config.endpoint || host("runtime-v2-lex", region), maxAttempts: 1 };
  const turns = new LexRuntimeV2Client({ ...runtime, requestHandler });
  const streamed = new LexRuntimeV2Client({ ...runtime, requestHandler: streams });
  const models = new LexModelsV2Client({
    ...common,
    endpoint: config.models_endpoint || host("models-v2-lex", region),
    maxAttempts: 3,
    requestHandler,
  });
  const send = (command: unknown, options: never) =>
    (command instanceof StartConversationCommand ? streamed : turns).send(command as never, options);
  return {
    runtime: { send } as LexRuntime,
    models,
    [Symbol.asyncDispose]: () => streams[Symbol.asyncDispose](),
  };
}
