import assert from "node:assert/strict";
import { type ClientCall, GrpcChannel } from "../../src/grpc/client.ts";
import { Status } from "../../src/grpc/status.ts";
import { encodeVoiceVARequest, VoiceVirtualAgent } from "../../src/protocols/gen/voicevirtualagent.ts";

const FRAME_MS = 20;
const frame = { callerAudio: new Uint8Array(160).fill(0xff), encoding: 2, sampleRateHertz: 8000 };

/** Callers who have heard the welcome and talk on. */
export class Callers {
  /** The status of every RPC that is over. */
  readonly ended: Status[] = [];
  /** Resolves once that is every caller's. */
  readonly allEnded: Promise<void>;
  readonly #calls: ClientCall[] = [];
  readonly #over = Promise.withResolvers<void>();

  private constructor(readonly channels: readonly GrpcChannel[], readonly count: number) {
    this.allEnded = this.#over.promise;
  }

  /** Resolves once every caller was welcomed. */
  static async start(port: number, count: number): Promise<Callers> {
    const channels = await Promise.all(
      Array.from({ length: 8 }, () => GrpcChannel.connect({ hostname: "127.0.0.1", port })),
    );
    const callers = new Callers(channels, count);
    await Promise.all(Array.from({ length: count }, (_, at) => callers.#call(channels[at % channels.length]!)));
    return callers;
  }

  hangUp(): void {
    for (const call of this.#calls) call.cancel();
  }

  async #call(channel: GrpcChannel): Promise<void> {
    const ids = { conversationId: crypto.randomUUID(), customerOrgId: "restart" };
    const welcomed = Promise.withResolvers<Status>();
    const start = channel.open(VoiceVirtualAgent.ProcessCallerInput, [], {
      message: () => {},
      finished: (status) => welcomed.resolve(status),
    });
    start.send(encodeVoiceVARequest({ ...ids, eventInput: { eventType: 1 } }));
    start.halfClose();
    assert.equal(await welcomed.promise, Status.OK);
    const talk = channel.open(VoiceVirtualAgent.ProcessCallerInput, [], {
      message: () => {},
      finished: (status) => {
        clearInterval(timer);
        if (this.ended.push(status) < this.count) return;
        this.#over.resolve();
        for (const each of this.channels) void each[Symbol.asyncDispose]();
      },
    });
    const timer = setInterval(() => talk.send(encodeVoiceVARequest({ ...ids, audioInput: frame })), FRAME_MS);
    this.#calls.push(talk);
  }
}
