/**
 * Amazon's SDK for Lex V2, put together from its own parts: schemas, serializers, signers, event framing and retries are
 * the SDK's, in the order in which its constructors assemble them (`dist-cjs/index.js` of both packages). The
 * constructors themselves cannot be had: their defaults import `@smithy/node-http-handler`, and that `node:http2`, which
 * a peer can crash. Without those defaults nothing is looked for in files, in the environment or in the system either.
 * The length of a body is left to who sends it, and so is not among what is signed.
 */
import type { LexModelsV2Client } from "@aws-sdk/client-lex-models-v2";
import type * as Models from "@aws-sdk/client-lex-models-v2";
import * as modelsAuth from "@aws-sdk/client-lex-models-v2/dist-cjs/auth/httpAuthSchemeProvider.js";
import * as modelsDefaults from "@aws-sdk/client-lex-models-v2/dist-cjs/runtimeConfig.shared.js";
import * as modelsSchemas from "@aws-sdk/client-lex-models-v2/dist-cjs/schemas/schemas_0.js";
import type { LexRuntimeV2Client } from "@aws-sdk/client-lex-runtime-v2";
import type * as Runtime from "@aws-sdk/client-lex-runtime-v2";
import * as runtimeAuth from "@aws-sdk/client-lex-runtime-v2/dist-cjs/auth/httpAuthSchemeProvider.js";
import * as runtimeDefaults from "@aws-sdk/client-lex-runtime-v2/dist-cjs/runtimeConfig.shared.js";
import * as runtimeSchemas from "@aws-sdk/client-lex-runtime-v2/dist-cjs/schemas/schemas_0.js";
import {
  getHostHeaderPlugin,
  getLoggerPlugin,
  getUserAgentPlugin,
  resolveHostHeaderConfig,
  resolveUserAgentConfig,
} from "@aws-sdk/core/client";
import { eventStreamPayloadHandlerProvider } from "@aws-sdk/eventstream-handler-node";
import { getEventStreamPlugin, resolveEventStreamConfig } from "@aws-sdk/middleware-eventstream";
import {
  DefaultIdentityProviderConfig,
  getHttpAuthSchemeEndpointRuleSetPlugin,
  getHttpSigningPlugin,
} from "@smithy/core";
import { Client, Command } from "@smithy/core/client";
import { resolveRegionConfig } from "@smithy/core/config";
import { getEndpointPlugin, resolveEndpointConfig } from "@smithy/core/endpoints";
import { eventStreamSerdeProvider, resolveEventStreamSerdeConfig } from "@smithy/core/event-streams";
import { getRetryPlugin, resolveRetryConfig } from "@smithy/core/retry";
import { getSchemaSerdePlugin } from "@smithy/core/schema";
import { Hash } from "@smithy/core/serde";

/** What AWS calls an identity: who asks, and until when that holds. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Asked for anew five minutes before. */
  readonly expiration?: Date;
}

/** What a client is made of. Requests of it throw what `credentials` and `requestHandler` throw, and Lex's exceptions by name. */
export interface SdkOptions {
  readonly region: string;
  /** Scheme, host and port. */
  readonly endpoint: string;
  readonly credentials: () => Promise<AwsCredentials>;
  /** Carries the requests (smithy HttpHandler). */
  readonly requestHandler: { handle(request: never, options?: never): Promise<{ response: unknown }> };
  /** 1 never asks again. */
  readonly maxAttempts: number;
}

/** Our type of a part whose own type is not published, or asks for all that its defaults would bring. */
// deno-lint-ignore no-explicit-any
type Untyped = any;

/** The parts of which one service's client is made. */
interface Service {
  readonly defaults: (config: Untyped) => Untyped;
  readonly resolveAuth: (config: Untyped) => Untyped;
  readonly authParameters: Untyped;
}

/** What the SDK has no logger for, it tells the console; failures reach us as errors. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

const MODELS: Service = {
  defaults: modelsDefaults.getRuntimeConfig,
  resolveAuth: modelsAuth.resolveHttpAuthSchemeConfig,
  authParameters: modelsAuth.defaultLexModelsV2HttpAuthSchemeParametersProvider,
};

const RUNTIME: Service = {
  defaults: runtimeDefaults.getRuntimeConfig,
  resolveAuth: runtimeAuth.resolveHttpAuthSchemeConfig,
  authParameters: runtimeAuth.defaultLexRuntimeV2HttpAuthSchemeParametersProvider,
};

/** A client of the service that lists bots. */
export function lexModels(options: SdkOptions): LexModelsV2Client {
  return assemble(MODELS, options) as Untyped;
}

/** A client of the service that talks. */
export function lexRuntime(options: SdkOptions): LexRuntimeV2Client {
  return assemble(RUNTIME, options) as Untyped;
}

function assemble({ defaults, resolveAuth, authParameters }: Service, options: SdkOptions): Untyped {
  const given = {
    ...defaults(options),
    ...options,
    runtime: "deno",
    retryMode: "standard",
    authSchemePreference: [],
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    disableClockSkewCorrection: false,
    defaultSigningName: "lex",
    userAgentAppId: undefined,
    logger: SILENT,
    defaultUserAgentProvider: () => Promise.resolve([["byova-gateway"]]),
    sha256: Hash.bind(null, "sha256"),
    streamCollector: collect,
    eventStreamPayloadHandlerProvider,
    eventStreamSerdeProvider,
  };
  const steps = [
    resolveUserAgentConfig,
    resolveRetryConfig,
    resolveRegionConfig,
    resolveHostHeaderConfig,
    resolveEndpointConfig,
    resolveEventStreamSerdeConfig,
    resolveAuth,
    resolveEventStreamConfig,
  ] as ((config: Untyped) => Untyped)[];
  const config = steps.reduce((config, resolve) => resolve(config), given as Untyped);
  const client = new Client<Untyped, Untyped, Untyped, Untyped>(config) as Untyped;
  client.config = config;
  for (
    const plugin of [
      getSchemaSerdePlugin(config),
      getUserAgentPlugin(config),
      getRetryPlugin(config),
      getHostHeaderPlugin(config),
      getLoggerPlugin(config),
      getHttpAuthSchemeEndpointRuleSetPlugin(config, {
        httpAuthSchemeParametersProvider: authParameters,
        identityProviderConfigProvider: ({ credentials }: Untyped) =>
          Promise.resolve(new DefaultIdentityProviderConfig({ "aws.auth#sigv4": credentials })),
      }),
      getHttpSigningPlugin(config),
    ]
  ) client.middlewareStack.use(plugin);
  return client;
}

/** Reads a whole body, of the kinds that a request handler of ours returns. */
async function collect(body: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
}

const ENDPOINT = {
  UseFIPS: { type: "builtInParams", name: "useFipsEndpoint" },
  Endpoint: { type: "builtInParams", name: "endpoint" },
  Region: { type: "builtInParams", name: "region" },
  UseDualStack: { type: "builtInParams", name: "useDualstackEndpoint" },
} as const;

/** A command as the SDK's own generator writes it; `streams`: events go both ways. */
function command(service: string, name: string, schema: unknown, streams = false): Untyped {
  return Command.classBuilder<Untyped, Untyped, Untyped, Untyped, Untyped>()
    .ep(ENDPOINT)
    .m((command: Untyped, _stack, config) => [
      getEndpointPlugin(config, command.getEndpointParameterInstructions()),
      ...(streams ? [getEventStreamPlugin(config)] : []),
    ])
    .s(service, name, streams ? { eventStream: { input: true, output: true } } : {})
    .n(service, `${name}Command`)
    .sc(schema as Untyped)
    .build();
}

const LIST = "LexModelBuildingServiceV2";
const TALK = "AWSDeepSenseRunTimeServiceApi2_0";

export type ListBotsCommand = Models.ListBotsCommand;
export const ListBotsCommand: typeof Models.ListBotsCommand = command(LIST, "ListBots", modelsSchemas.ListBots$);

export type ListBotAliasesCommand = Models.ListBotAliasesCommand;
export const ListBotAliasesCommand: typeof Models.ListBotAliasesCommand = command(
  LIST,
  "ListBotAliases",
  modelsSchemas.ListBotAliases$,
);

export type RecognizeUtteranceCommand = Runtime.RecognizeUtteranceCommand;
export const RecognizeUtteranceCommand: typeof Runtime.RecognizeUtteranceCommand = command(
  TALK,
  "RecognizeUtterance",
  runtimeSchemas.RecognizeUtterance$,
);

export type StartConversationCommand = Runtime.StartConversationCommand;
export const StartConversationCommand: typeof Runtime.StartConversationCommand = command(
  TALK,
  "StartConversation",
  runtimeSchemas.StartConversation$,
  true,
);
