import type { ConnectorDeps } from "../../call/connector.ts";
import type { LexRuntime } from "./ask.ts";
import type { LexModels } from "./bots.ts";
import { awsCredentials } from "./credentials.ts";
import { endpointsOf } from "./endpoints.ts";
import { FetchHandler } from "./fetch_handler.ts";
import type { LexConfig } from "./options.ts";
import { type AwsCredentials, lexModels, lexRuntime, StartConversationCommand } from "./sdk.ts";
import { StreamHandler } from "./stream_handler.ts";

/** The SDK's clients; disposing of them ends every stream. */
export interface LexClients extends AsyncDisposable {
  readonly runtime: LexRuntime;
  readonly models: LexModels;
}

/** Opens the SDK's clients, with the keys of the configuration or else what its `credentials` name. */
export function openClients(config: LexConfig, deps: ConnectorDeps): LexClients {
  const endpoints = endpointsOf(config);
  const common = { region: config.region_name, credentials: credentialsOf(config, deps) };
  const streams = new StreamHandler(deps.clock);
  const runtime = { ...common, endpoint: endpoints.runtime, maxAttempts: 1 };
  const turns = lexRuntime({ ...runtime, requestHandler: new FetchHandler(deps.fetch, "once") });
  const streamed = lexRuntime({ ...runtime, requestHandler: streams });
  const lists = new FetchHandler(deps.fetch, "at least once");
  const models = lexModels({ ...common, endpoint: endpoints.models, maxAttempts: 3, requestHandler: lists });
  const send = (command: unknown, options: never) =>
    (command instanceof StartConversationCommand ? streamed : turns).send(command as never, options);
  return {
    runtime: { send } as LexRuntime,
    models,
    [Symbol.asyncDispose]: () => streams[Symbol.asyncDispose](),
  };
}

function credentialsOf(config: LexConfig, deps: ConnectorDeps): () => Promise<AwsCredentials> {
  const { aws_access_key_id: id, aws_secret_access_key: key, aws_session_token: token } = config;
  if (key.empty) return awsCredentials(config.credentials, { ...deps, region: config.region_name });
  const given: AwsCredentials = {
    accessKeyId: id.reveal(),
    secretAccessKey: key.reveal(),
    ...(token.empty ? {} : { sessionToken: token.reveal() }),
  };
  return () => Promise.resolve(given);
}
