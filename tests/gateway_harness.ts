import { CallerRpc } from "../src/caller/rpc.ts";
import { loadConfig } from "../src/config.ts";
import { connectors } from "../src/connectors/mod.ts";
import { type Gateway, startGateway } from "../src/gateway.ts";
import { GrpcChannel } from "../src/grpc/client.ts";
import type { ClientTls, ServerTls } from "../src/http2/tls.ts";
import { Bus } from "../src/lib/bus.ts";
import { type Clock, systemClock } from "../src/lib/clock.ts";
import type { LogEntry } from "../src/lib/log_format.ts";
import { EventInput_EventType } from "../src/protocols/gen/byova_common.ts";
import {
  encodeVoiceVARequest,
  VoiceInput_VoiceEncoding as Encoding,
  type VoiceVAResponse,
} from "../src/protocols/gen/voicevirtualagent.ts";
import { keepingLog, type Line as LogLine } from "./logs.ts";
import { frames } from "./speech_samples.ts";
import type { Audio } from "../src/audio/format.ts";

type Request = Parameters<typeof encodeVoiceVARequest>[0];
type Metadata = Iterable<[string, string]>;

/** What every gateway of a test file speaks: plaintext unless the file sets something else before it opens one. */
export const wire: {
  /** What the configuration says of it. */
  yaml: string;
  server: ServerTls | undefined;
  tls: ClientTls | undefined;
} = { yaml: "", server: undefined, tls: undefined };

/** A line to a gateway's gRPC port. */
export class Line {
  #rpcs = 0;
  #calls = 0;

  /** `metadata` goes with every stream. */
  constructor(readonly channel: GrpcChannel, readonly metadata: Metadata = []) {}

  /** The same line for a caller who sends other metadata. */
  as(metadata: Metadata): Line {
    return new Line(this.channel, metadata);
  }

  /** A call of its own. */
  call(about: Partial<Request> = {}): TestCall {
    return new TestCall(this, { conversationId: `call-${++this.#calls}`, customerOrgId: "org-1", ...about });
  }

  /** A bare stream. */
  stream(metadata: Metadata = []): CallerRpc {
    return new CallerRpc(this.channel, ++this.#rpcs, [...this.metadata, ...metadata], systemClock);
  }
}

export interface TestGatewayOptions {
  readonly tls?: ClientTls | undefined;
  readonly clock?: Clock;
  /** The port of the pages; default: any that is free. */
  readonly httpPort?: number;
}

/** A whole gateway on ports of its own, and a line to it. */
export class TestGateway extends Line implements AsyncDisposable {
  private constructor(readonly gateway: Gateway, channel: GrpcChannel, readonly log: readonly LogLine[]) {
    super(channel);
  }

  /** `yaml`: what the configuration file says, the ports aside; nothing is remembered unless it says so. */
  static async open(
    yaml = "",
    { tls = wire.tls, clock = systemClock, httpPort = 0 }: TestGatewayOptions = {},
  ): Promise<TestGateway> {
    const { config, warnings, settings } = await loadConfig({
      file: "test.yaml",
      overrides: { "gateway.port": "0", "monitoring.port": String(httpPort) },
      env: () => undefined,
      readTextFile: () => Promise.resolve(`${wire.yaml}\n${withoutStore(yaml)}`),
      kinds: new Map(connectors.map(({ kind, config }) => [kind, config])),
    });
    const lines: LogLine[] = [];
    const logEntries = new Bus<LogEntry>();
    const gateway = await startGateway(config, {
      clock,
      log: keepingLog(lines, (line) => logEntries.publish({ time: clock.date(), logger: "byova", ...line })),
      version: "0.0.0-test",
      warnings,
      settings,
      logEntries,
    });
    const channel = await connect(gateway.grpcPort, tls);
    return new TestGateway(gateway, channel, lines);
  }

  /** The address of the pages. */
  get url(): string {
    return `http://127.0.0.1:${this.gateway.httpPort}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.channel[Symbol.asyncDispose]();
    await this.gateway[Symbol.asyncDispose]();
  }
}

/** A configuration under which nothing is remembered unless it says so itself. */
export function withoutStore(yaml: string): string {
  return /^store:/m.test(yaml) ? yaml : `${yaml}\nstore: { enabled: false }\n`;
}

/** Connects as Webex would. */
export function connect(port: number, tls: ClientTls | undefined = wire.tls): Promise<GrpcChannel> {
  return GrpcChannel.connect({ hostname: tls?.identity === undefined ? "127.0.0.1" : "localhost", port, tls });
}

/** One call: each method opens streams as Webex would. */
export class TestCall {
  constructor(readonly line: Line, readonly about: Request) {}

  /** Opens a stream that speaks for this call. */
  open(metadata: Iterable<[string, string]> = []): TestStream {
    return new TestStream(this.line.stream(metadata), this.about);
  }

  /** Sends one event on a stream of its own. Returns what came back. */
  event(name: keyof typeof EventInput_EventType, rest: { name?: string; parameters?: Record<string, unknown> } = {}) {
    const stream = this.open();
    stream.send({ eventInput: { eventType: EventInput_EventType[name], ...rest } });
    return stream.finish();
  }

  start(rest: { name?: string; parameters?: Record<string, unknown> } = {}) {
    return this.event("SESSION_START", rest);
  }

  /** Presses keys as Webex reports them: first that they start, then which they were. */
  async press(keys: string) {
    await this.event("START_OF_DTMF");
    return await this.keys(keys);
  }

  keys(keys: string) {
    const stream = this.open();
    stream.send({ dtmfInput: { dtmfEvents: digits(keys) } });
    return stream.finish();
  }

  /** Speaks on a stream of its own until the gateway says that it has heard enough. */
  async say(audio: Audio, frameBytes = 160) {
    const stream = this.open();
    stream.speak(audio, frameBytes);
    return await stream.finish();
  }
}

/** One stream of a call. */
export class TestStream {
  constructor(readonly rpc: CallerRpc, readonly about: Request) {}

  send(request: Request): boolean {
    return this.rpc.send(encodeVoiceVARequest({ ...this.about, ...request }));
  }

  speak(audio: Audio, frameBytes = 160, encoding: number = Encoding.MULAW_FORMAT, sampleRateHertz = 8000): void {
    for (const callerAudio of frames(audio, frameBytes)) {
      this.send({ audioInput: { callerAudio, encoding, sampleRateHertz } });
    }
  }

  /** Half-closes and waits for the end. */
  async finish(): Promise<Ended> {
    this.rpc.halfClose();
    return await this.ended();
  }

  async ended(): Promise<Ended> {
    const { status, message } = await this.rpc.ended;
    return { responses: this.rpc.received.map(({ response }) => response), status, message };
  }
}

/** What came of a stream. */
export interface Ended {
  readonly responses: readonly VoiceVAResponse[];
  readonly status: number;
  readonly message: string;
}

/** The values of keys on the wire, by the contract's table. */
export function digits(keys: string): number[] {
  return [...keys].map((key) => "?123456789_ABCD*#".indexOf(key === "0" ? "_" : key));
}
