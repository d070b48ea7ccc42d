import type { GrpcChannel } from "../grpc/client.ts";
import type { Status } from "../grpc/status.ts";
import type { Clock } from "../lib/clock.ts";
import { type CallRules, ContractCheck, type Purpose } from "./contract.ts";
import { type Reply, replyOf } from "./reply.ts";
import { CallerRpc, type Received, type RpcEnd } from "./rpc.ts";

/** How long an endpoint may take to complete an RPC on which everything is said, in ms of real time. */
const COMPLETION_MS = 5000;

/** What a call needs to know of its RPCs. */
export interface ExchangeObserver {
  received(exchange: Exchange, received: Received): void;
  ended(exchange: Exchange, reply: Reply): void;
  drained(exchange: Exchange): void;
}

export interface ExchangeOptions {
  readonly metadata: Iterable<[string, string]>;
  /** The call's clock, which counts from dialling, and the endpoint's, which is the real time. */
  readonly clock: Clock;
  readonly realClock: Clock;
  readonly rules: CallRules;
  readonly observer: ExchangeObserver;
}

/** One RPC of a call: what it is for, what it has carried, and what came back. */
export class Exchange {
  readonly rpc: CallerRpc;
  /** Frames of speech sent so far, and of silence since the last of them. */
  speechFrames = 0;
  silenceFrames = 0;
  /** Whether START_OF_INPUT came and its END_OF_INPUT has not. */
  hearing = false;
  /** Whether END_OF_INPUT has come. */
  heardOut = false;
  /** Whether the caller has cut the answer short: what it still brings is not played. */
  muted = false;
  /** Audio of the answer so far, in ms, and in how many chunks. */
  audioMs = 0;
  chunks = 0;
  /** When the caller's input was over, in ms of the call's clock. */
  inputEndedMs: number | undefined;
  readonly #check: ContractCheck;
  #callOffTimer: (() => void) | undefined;

  /** `bargesIn`: whether it was opened while a prompt is being played. */
  constructor(
    channel: GrpcChannel,
    readonly number: number,
    readonly purpose: Purpose,
    readonly bargesIn: boolean,
    readonly options: ExchangeOptions,
  ) {
    this.#check = new ContractCheck(options.rules, number, purpose);
    this.rpc = new CallerRpc(channel, number, options.metadata, options.clock, {
      received: (_, received) => {
        this.#check.response(received.response);
        options.observer.received(this, received);
        this.#watch();
      },
      ended: (_, end) => this.#ended(end),
      drained: () => options.observer.drained(this),
    });
  }

  /** Whether the endpoint still has to answer something. */
  get owed(): boolean {
    if (!this.rpc.open) return false;
    return this.purpose === "voice" ? this.heardOut : this.purpose !== "keys_started";
  }

  /** Whether the answer is complete. */
  get answered(): boolean {
    return this.#check.answered;
  }

  /** Counts a frame that was sent; `speech` is undefined where nobody can tell. */
  count(speech: boolean | undefined): void {
    if (speech === undefined) this.speechFrames = this.silenceFrames = 0;
    else if (speech) {
      this.speechFrames++;
      this.silenceFrames = 0;
    } else this.silenceFrames++;
  }

  halfClose(): void {
    if (!this.rpc.sending) return;
    this.inputEndedMs ??= this.options.clock.now();
    this.rpc.halfClose();
    this.#watch();
  }

  /** Once everything is said the endpoint has to complete the RPC by itself. */
  #watch(): void {
    const silent = this.purpose === "keys_started" || this.purpose === "hang_up" ||
      (this.purpose === "voice" && !this.heardOut);
    if (this.#callOffTimer || this.rpc.sending || !this.rpc.open || !(this.answered || silent)) return;
    this.#callOffTimer = this.options.realClock.setTimer(COMPLETION_MS, () => {
      this.options.rules.breach(this.number, `not completed within ${COMPLETION_MS} ms after the last message`);
      this.rpc.cancel();
    });
  }

  #ended(end: RpcEnd): void {
    this.#callOffTimer?.();
    this.#check.ended(end.status as Status);
    const { inputEndedMs, audioMs, number, purpose } = this;
    const received = this.rpc.received;
    this.options.observer.ended(this, replyOf({ number, purpose, received }, end, { inputEndedMs, audioMs }));
  }
}
