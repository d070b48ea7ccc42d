import type { Span } from "../lib/span.ts";
import { type ClientCall, GrpcChannel, type GrpcChannelOptions } from "./client.ts";
import type { Rpc, RpcListener } from "./rpc.ts";
import { GrpcError, Status } from "./status.ts";

/** How long a successor may take to answer the first time, in ms. */
const CONNECT_MS = 2000;
/** Answers of one RPC that may wait for a client that does not read them. */
const MOST_WAITING = 1000;

/** Another server that takes over from this one: RPCs that are not for this one any more are handed on to it. */
export class Successor implements AsyncDisposable {
  private constructor(readonly channel: GrpcChannel) {}

  /** Connects to whoever listens at an address. Resolves with undefined when nobody answers. */
  static async find(at: GrpcChannelOptions) {
    try {
      return new Successor(await GrpcChannel.connect({ ...at, connectTimeoutMs: CONNECT_MS }));
    } catch (error) {
      if (error instanceof GrpcError) return undefined;
      throw error;
    }
  }

  /** Hands an RPC on, from its first message. `over` is called when it has ended, however it ended. */
  take(rpc: Rpc, over: () => void): RpcListener {
    return new Relay(rpc, this.channel, over);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.channel[Symbol.asyncDispose]();
  }
}

/** One RPC between its client and the successor: messages pass as they are, in both directions. */
class Relay implements RpcListener {
  readonly #rpc: Rpc;
  readonly #call: ClientCall;
  readonly #over: () => void;
  #waiting = 0;

  constructor(rpc: Rpc, channel: GrpcChannel, over: () => void) {
    this.#rpc = rpc;
    this.#over = over;
    this.#call = channel.open(rpc.path, rpc.metadata, {
      message: (bytes) => this.#answer(bytes),
      finished: (status, message, trailers) => {
        rpc.finish(status, message, trailers);
        over();
      },
      drained: () => rpc.resume(),
    });
  }

  message(bytes: Span): void {
    if (!this.#call.send(bytes.view())) this.#rpc.pause();
  }

  halfClosed(): void {
    this.#call.halfClose();
  }

  cancelled(): void {
    this.#call.cancel();
    this.#over();
  }

  drained(): void {
    this.#waiting = 0;
  }

  #answer(bytes: Uint8Array): void {
    if (this.#rpc.send(bytes)) return;
    if (++this.#waiting <= MOST_WAITING) return;
    this.#rpc.finish(Status.RESOURCE_EXHAUSTED, "answers expected to be read: too many wait");
    this.#call.cancel();
  }
}
