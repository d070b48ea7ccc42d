import { type Clock, systemClock } from "../lib/clock.ts";
import { Cost } from "../http2/budget.ts";
import type { WireCounters } from "../http2/counters.ts";
import { Http2Listener, type Offence } from "../http2/listener.ts";
import type { HeaderList } from "../http2/static_table.ts";
import type { Http2Stream, StreamListener } from "../http2/stream.ts";
import type { ServerTls } from "../http2/tls.ts";
import { HeldBytes } from "./framing.ts";
import { WIRE_LIMITS, type WireLimits } from "./limits.ts";
import { isGrpc, Metadata } from "./metadata.ts";
import { METHOD_NOT_ALLOWED, Refusal, UNSUPPORTED_MEDIA_TYPE } from "./refusal.ts";
import { type Method, ServerRpc, type ServerRpcOptions } from "./rpc.ts";
import { Status } from "./status.ts";
import { RpcTally } from "./tally.ts";

export { type Method, type Rpc, type RpcListener, unary } from "./rpc.ts";

/** Hears a stream that was answered before its body came. */
const DEAF: StreamListener = { data() {}, ended() {}, lost() {} };

/** Any of the limits may be given; the others are as `WIRE_LIMITS` says. */
export interface GrpcServerOptions extends Partial<WireLimits> {
  readonly hostname: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Lets another process of the same user listen on the port too (SO_REUSEPORT), so that it can take over. */
  readonly reusePort?: boolean;
  /** By path, such as "/grpc.health.v1.Health/Check". */
  readonly methods: ReadonlyMap<string, Method>;
  /** TLS, with HTTP/2 negotiated in it: a client that does not is refused. Plaintext without. */
  readonly tls?: ServerTls | undefined;
  readonly clock?: Clock;
  /** Hears what methods throw, except GrpcError; `where` is the method's path. */
  readonly onError?: (error: unknown, where: string) => void;
  /** Hears of every connection that ends for what its peer did, once. */
  readonly onOffence?: (offence: Offence) => void;
}

/** A gRPC server on a port of its own. */
export class GrpcServer implements AsyncDisposable {
  readonly #options: GrpcServerOptions;
  readonly #listener: Http2Listener;
  readonly #rpcOptions: ServerRpcOptions;
  /** The RPCs that have ended. */
  readonly tally: RpcTally;

  private constructor(options: GrpcServerOptions) {
    const { hostname, port, reusePort, tls, clock = systemClock, onError = () => {}, onOffence } = options;
    const limits: WireLimits = { ...WIRE_LIMITS, ...options };
    this.#options = options;
    this.tally = new RpcTally(options.methods.keys());
    this.#rpcOptions = {
      maxMessageBytes: limits.maxMessageBytes,
      firstMessageMs: limits.firstMessageMs,
      held: new HeldBytes(limits.maxHeldBytes),
      heldOfAnybody: new HeldBytes(limits.maxHeldBytes / 16, Cost.OFFENCE),
      clock,
      onError,
    };
    const accept = (stream: Http2Stream, headers: HeaderList) => this.#accept(stream, headers);
    this.#listener = new Http2Listener({ hostname, port, reusePort, tls, clock, limits, accept, onError, onOffence });
  }

  /** Listens at once. Throws what `Deno.listen` throws, and Error for a certificate or key that is none. */
  static listen(options: GrpcServerOptions): GrpcServer {
    return new GrpcServer(options);
  }

  /** The port listened on. */
  get port(): number {
    return this.#listener.port;
  }

  /** Number of connections. */
  get connections(): number {
    return this.#listener.connections;
  }

  /** What happened on the connections so far. */
  get counters(): WireCounters {
    return this.#listener.counters;
  }

  /** Resolves once the port is closed and every connection gone. */
  get closed(): Promise<void> {
    return this.#listener.closed;
  }

  /** Shows another certificate from now on; RPCs under way are not disturbed. Throws as `listen` does. */
  renewTls(tls: ServerTls): void {
    this.#listener.renewTls(tls);
  }

  /** Accepts no more, and leaves the connections as they are; whoever is at the door already is taken. */
  closeDoor(): Promise<void> {
    return this.#listener.closeDoor();
  }

  /** Accepts no more; every connection closes with its last RPC. */
  drain(): void {
    this.#listener.drain();
  }

  /** Cancels every RPC and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.closed;
  }

  #accept(stream: Http2Stream, headers: HeaderList): StreamListener {
    const metadata = new Metadata(headers);
    const { clock } = this.#rpcOptions;
    if (metadata.get(":method") !== "POST") return new Refusal(stream, METHOD_NOT_ALLOWED, clock);
    if (!isGrpc(metadata.get("content-type"))) return new Refusal(stream, UNSUPPORTED_MEDIA_TYPE, clock);
    const path = metadata.get(":path")!;
    const rpc = new ServerRpc(stream, metadata, this.tally.of(path), this.#rpcOptions);
    const method = this.#options.methods.get(path);
    if (method !== undefined) {
      rpc.begin(method);
      return rpc;
    }
    stream.charge(Cost.OFFENCE);
    rpc.finish(Status.UNIMPLEMENTED, "Cannot find the method: one of this server's expected");
    return DEAF;
  }
}
