import type { GrpcChannel } from "../grpc/client.ts";
import { Status } from "../grpc/status.ts";
import type { Clock } from "../lib/clock.ts";
import { DecodeError } from "../lib/protobuf.ts";
import { decodeVoiceVAResponse, type VoiceVAResponse, VoiceVirtualAgent } from "../protocols/gen/voicevirtualagent.ts";

/** A response and when it came, in ms of the clock that the RPC was given. */
export interface Received {
  readonly atMs: number;
  readonly response: VoiceVAResponse;
}

/** How an RPC ended. */
export interface RpcEnd {
  readonly atMs: number;
  readonly status: Status;
  readonly message: string;
}

/** Who wants to know at once what an RPC brings. */
export interface RpcObserver {
  received?(rpc: CallerRpc, received: Received): void;
  ended?(rpc: CallerRpc, end: RpcEnd): void;
  /** After `send()` returned false: more may be sent. */
  drained?(rpc: CallerRpc): void;
}

/** Most responses that one RPC may bring. */
const MOST_RESPONSES = 10_000;

/**
 * One ProcessCallerInput RPC: encoded requests go in, decoded responses come out, as an async iterable and in `received`.
 * It checks nothing and decides nothing.
 */
export class CallerRpc implements AsyncIterable<Received> {
  readonly received: Received[] = [];
  /** Resolves when the endpoint has completed the RPC; never rejects. */
  readonly ended: Promise<RpcEnd>;
  #end: RpcEnd | undefined;
  #wake: (() => void)[] = [];
  readonly #resolveEnd: (end: RpcEnd) => void;
  readonly #stream: ReturnType<GrpcChannel["open"]>;
  #halfClosed = false;

  constructor(
    channel: GrpcChannel,
    readonly number: number,
    metadata: Iterable<[string, string]>,
    readonly clock: Clock,
    readonly observer: RpcObserver = {},
  ) {
    const { promise, resolve } = Promise.withResolvers<RpcEnd>();
    this.ended = promise;
    this.#resolveEnd = resolve;
    this.#stream = channel.open(VoiceVirtualAgent.ProcessCallerInput, metadata, {
      message: (bytes) => this.#message(bytes),
      finished: (status, message) => this.#finish(status, message),
      drained: () => observer.drained?.(this),
    });
  }

  /** Whether the endpoint can still send. */
  get open(): boolean {
    return this.#end === undefined;
  }

  /** Whether requests can still be sent. */
  get sending(): boolean {
    return this.open && !this.#halfClosed;
  }

  /** Sends an encoded VoiceVARequest. Returns false when no more should be sent until `drained`. */
  send(request: Uint8Array): boolean {
    return this.sending ? this.#stream.send(request) : true;
  }

  /** Says that no more requests follow. */
  halfClose(): void {
    if (!this.sending) return;
    this.#halfClosed = true;
    this.#stream.halfClose();
  }

  /** Gives up on the RPC. */
  cancel(): void {
    if (!this.open) return;
    this.#stream.cancel();
    this.#finish(Status.CANCELLED, "cancelled by the caller");
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Received> {
    for (let at = 0;; at++) {
      while (at >= this.received.length) {
        if (this.#end) return;
        await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
      yield this.received[at]!;
    }
  }

  #message(bytes: Uint8Array): void {
    if (!this.open) return;
    if (this.received.length === MOST_RESPONSES) {
      return this.#refuse(Status.RESOURCE_EXHAUSTED, `more than ${MOST_RESPONSES} responses came`);
    }
    const response = decoded(bytes);
    if (!response) return this.#refuse(Status.INTERNAL, "a response came that is no VoiceVAResponse");
    const received = { atMs: this.clock.now(), response };
    this.received.push(received);
    this.observer.received?.(this, received);
    this.#wakeAll();
  }

  #refuse(status: Status, message: string): void {
    this.#stream.cancel();
    this.#finish(status, message);
  }

  #finish(status: Status, message: string): void {
    if (this.#end) return;
    this.#end = { atMs: this.clock.now(), status, message };
    this.observer.ended?.(this, this.#end);
    this.#resolveEnd(this.#end);
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** The message of a transport may be overwritten by the next one, so what is kept is a copy. */
function decoded(bytes: Uint8Array): VoiceVAResponse | undefined {
  try {
    return decodeVoiceVAResponse(bytes.slice());
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
