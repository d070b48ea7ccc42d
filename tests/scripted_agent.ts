import { readPrompt } from "../src/audio/convert.ts";
import { TELEPHONY } from "../src/audio/format.ts";
import { PROMPTS } from "../src/audio/prompts.ts";
import type { CallInfo, Connector } from "../src/call/connector.ts";
import { AgentDirectory } from "../src/call/directory.ts";
import type { ConversationOptions } from "../src/call/conversation_options.ts";
import type { CallEvent } from "../src/call/event.ts";
import type { CallerInput } from "../src/call/input.ts";
import { type AgentOutput, ANY_INPUT } from "../src/call/output.ts";
import { type CallLimits, Switchboard } from "../src/call/switchboard.ts";
import type { GrpcChannel } from "../src/grpc/client.ts";
import { GrpcServer } from "../src/grpc/server.ts";
import { systemClock } from "../src/lib/clock.ts";
import { Redactor } from "../src/lib/redaction.ts";
import { byova, type ByovaOptions } from "../src/protocols/byova.ts";
import { conversationOptions, KEEP_NOTHING } from "./conversation_options.ts";
import { connect, Line, wire } from "./gateway_harness.ts";
import { keepingLog, type Line as LogLine } from "./logs.ts";

/** What an agent of a test does about each input. */
export type Script = (input: CallerInput, call: CallInfo) => AsyncIterable<AgentOutput> | Iterable<AgentOutput>;

export interface ScriptedOptions {
  readonly connector?: Partial<Connector>;
  readonly byova?: Partial<ByovaOptions>;
  readonly limits?: Partial<CallLimits>;
  readonly answerMs?: number;
  readonly inboxSize?: number;
  readonly redactor?: Redactor;
  readonly keep?: ConversationOptions["keep"];
  readonly record?: ConversationOptions["record"];
}

/** The wire of the gateway on a real port, with an agent of the test's own behind it. */
export class ScriptedGateway extends Line implements AsyncDisposable {
  private constructor(
    readonly server: GrpcServer,
    readonly switchboard: Switchboard,
    channel: GrpcChannel,
    readonly events: CallEvent[],
    readonly log: readonly LogLine[],
  ) {
    super(channel);
  }

  static async open(script: Script, options: ScriptedOptions = {}): Promise<ScriptedGateway> {
    const connector: Connector = {
      hears: { as: "utterances", format: TELEPHONY },
      speaks: "prompts",
      agents: () => Promise.resolve(["one", "two"].map((name) => ({ id: `Test: ${name}`, name }))),
      async *converse(call, caller) {
        for await (const input of caller) yield* script(input, call);
      },
      ...options.connector,
    };
    const lines: LogLine[] = [];
    const events: CallEvent[] = [];
    const log = keepingLog(lines);
    const named = { id: "test", kind: "test", connector, speaks: connector.speaks };
    const directory = new AgentDirectory([named], log);
    await directory.refresh();
    const limits = { maxCalls: 1000, idleMs: 600_000, maxCallMs: 3_600_000, sweepMs: 60_000, ...options.limits };
    const { answerMs = 30_000, inboxSize = 100, redactor = new Redactor([]), keep = KEEP_NOTHING, record } = options;
    const apology = readPrompt(PROMPTS.error);
    const publish = (event: CallEvent) => events.push(event);
    const switchboard = new Switchboard(
      directory,
      limits,
      conversationOptions({ clock: systemClock, log, publish, answerMs, inboxSize, apology, redactor, keep, record }),
    );
    const server = GrpcServer.listen({
      hostname: "127.0.0.1",
      port: 0,
      tls: wire.server,
      methods: new Map(byova(directory, switchboard, {
        log,
        maxStreams: 100,
        expects: ANY_INPUT,
        welcomeBargeIn: true,
        chunkBytes: 16_000,
        boundaryType: undefined,
        ...options.byova,
      })),
    });
    const channel = await connect(server.port);
    return new ScriptedGateway(server, switchboard, channel, events, lines);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.channel[Symbol.asyncDispose]();
    this.switchboard[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
