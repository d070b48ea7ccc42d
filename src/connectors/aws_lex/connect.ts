import { LexFailure } from "./failure.ts";
import { readPrompt } from "../../audio/convert.ts";
import type { Audio } from "../../audio/format.ts";
import { BRIDGES } from "../../audio/prompts.ts";
import type { CallInfo, Connector, ConnectorDeps } from "../../call/connector.ts";
import type { CallerInput } from "../../call/input.ts";
import type { AgentOutput } from "../../call/output.ts";
import { Asker, requestFormat } from "./ask.ts";
import { AudioLog } from "./audio_log.ts";
import { Bots } from "./bots.ts";
import { talkByStream } from "./by_stream.ts";
import { talkByUtterance } from "./by_utterance.ts";
import type { LexClients } from "./clients.ts";
import { Dialogue } from "./dialogue.ts";
import type { LexConfig } from "./options.ts";
import { attributesOf, sessionId } from "./session.ts";
import type { Talk } from "./talk.ts";
import { codeOf, type ErrorCode } from "../../lib/error_codes.ts";

/** Builds the connector on clients that are open; it closes them. `id`: its key under `connectors:`. */
export async function connectLex(
  config: LexConfig,
  deps: ConnectorDeps,
  { id, clients }: { readonly id: string; readonly clients: LexClients },
): Promise<Connector> {
  if (!config.aws_secret_access_key.empty) {
    deps.log.warn("keys stand in the configuration: a role or the environment keeps them safer", {
      code: "KEYS-IN-FILE" satisfies ErrorCode,
      connector: id,
    });
  }
  const bridges = {
    filler: await readBridge("filler_file", config.filler_file, BRIDGES.one_moment, deps),
    sayAgain: await readBridge("say_again_file", config.say_again_file, BRIDGES.say_again, deps),
  };
  const bots = new Bots({ connectorId: id, config, models: clients.models, clock: deps.clock, log: deps.log });
  return new AwsLex(config, { bots, bridges, clients }, deps);
}

interface Parts {
  readonly bots: Bots;
  readonly bridges: Talk["bridges"];
  readonly clients: LexClients;
}

class AwsLex implements Connector {
  readonly hears: Connector["hears"];
  readonly speaks = "pieces";

  constructor(readonly config: LexConfig, readonly parts: Parts, readonly deps: ConnectorDeps) {
    this.hears = config.mode === "streaming"
      ? { as: "frames", format: { encoding: "linear16", sampleRate: 8000 } }
      : { as: "utterances", format: requestFormat(config.audio_request_content_type) };
  }

  agents(afresh = false) {
    return this.parts.bots.agents(afresh);
  }

  async *converse(call: CallInfo, caller: AsyncIterable<CallerInput>): AsyncGenerator<AgentOutput, void, void> {
    const { config, deps: { clock, log }, parts: { bots, bridges, clients } } = this;
    const bot = bots.find(call.agentId);
    if (!bot) throw new LexFailure("lex_bot_gone", "its bot is not on offer any more");
    const session = { id: sessionId(call, clock.date()), bot, attributes: attributesOf(call, config) };
    const audioLog = config.audio_logging.enabled ? new AudioLog(call, config, this.deps) : undefined;
    const talk: Talk = {
      call,
      config,
      dialogue: new Dialogue(call, bot, config),
      asker: new Asker(session, { runtime: clients.runtime, config, clock, log }),
      bridges,
      audioLog,
      clock,
      log,
    };
    try {
      yield* config.mode === "streaming" ? talkByStream(talk, caller) : talkByUtterance(talk, caller);
    } catch (error) {
      if (error instanceof LexFailure) error.handOff = talk.dialogue.handOff({ code: codeOf(error.code) });
      throw error;
    } finally {
      await audioLog?.finish();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.parts.clients[Symbol.asyncDispose]();
  }
}

/** Reads a recording of the operator's, or takes the built-in one. Throws an Error that names the key. */
async function readBridge(key: string, path: string, builtIn: Uint8Array, { readFile }: ConnectorDeps): Promise<Audio> {
  if (path === "") return readPrompt(builtIn);
  try {
    return readPrompt(await readFile(path));
  } catch (error) {
    const problem = error instanceof Error ? `${error.name}: ${error.message}` : "unknown";
    throw new Error(`Cannot use ${key} "${path}": a WAV file expected: ${problem}`, { cause: error });
  }
}
