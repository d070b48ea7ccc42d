import { type Clock, systemClock } from "../lib/clock.ts";
import { Cost } from "../http2/budget.ts";
import { Http2Listener } from "../http2/listener.ts";
import type { HeaderList } from "../http2/static_table.ts";
import type { Http2Stream, StreamListener } from "../http2/stream.ts";
import { HeldBytes } from "./framing.ts";
import { isGrpc, Metadata } from "./metadata.ts";
import { METHOD_NOT_ALLOWED, Refusal, UNSUPPORTED_MEDIA_TYPE } from "./refusal.ts";
import { type Method, ServerRpc } from "./rpc.ts";
import { Status } from "./status.ts";

export { type Method, type Rpc, type RpcListener, unary } from "./rpc.ts";

/** Half-received and held-back messages of all RPCs together, in bytes. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** Hears a stream that was answered before its body came. */
const DEAF: StreamListener = { data() {}, ended() {}, lost() {} };

export interface GrpcServerOptions {
  readonly hostname: string;
  /** 0 for any free port. */
  readonly port: number;
  /** By path, such as "/grpc.health.v1.Health/Check". */
  readonly methods: ReadonlyMap<string, Method>;
  /** Largest message taken, in bytes; 1 MiB unless told. */
  readonly maxMessageBytes?: number;
  /** RPCs at once on one connection; 1000 unless told. */
  readonly maxConcurrentStreams?: number;
  /** Connections at once. */
  readonly maxConnections?: number;
  /** Connections at once from one address. */
  readonly maxConnectionsPerPeer?: number;
  /** Bytes waiting on one RPC above which `Rpc.send` returns false; 64 KiB unless told. */
  readonly highWaterBytes?: number;
  readonly clock?: Clock;
  /** Hears what methods throw, except GrpcError; `where` is the method's path. */
  readonly onError?: (error: unknown, where: string) => void;
}

/** A gRPC server on a port of its own, without TLS. */
export class GrpcServer implements AsyncDisposable {
  readonly #options: GrpcServerOptions;
  readonly #listener: Http2Listener;
  readonly #held = new HeldBytes(MAX_HELD_BYTES);

  private constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#listener = new Http2Listener({
      ...options,
      accept: (stream, headers) => this.#accept(stream, headers),
    });
  }

  /** Listens at once. Throws what `Deno.listen` throws. */
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

  /** Resolves once the port is closed and every connection gone. */
  get closed(): Promise<void> {
    return this.#listener.closed;
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
    if (metadata.get(":method") !== "POST") return new Refusal(stream, METHOD_NOT_ALLOWED);
    if (!isGrpc(metadata.get("content-type"))) return new Refusal(stream, UNSUPPORTED_MEDIA_TYPE);
    const { methods, maxMessageBytes = 1024 * 1024, clock = systemClock, onError = () => {} } = this.#options;
    const path = metadata.get(":path")!;
    const rpc = new ServerRpc(stream, metadata, { path, maxMessageBytes, held: this.#held, clock, onError });
    const method = methods.get(path);
    if (method !== undefined) {
      rpc.begin(method);
      return rpc;
    }
    stream.charge(Cost.OFFENCE);
    rpc.finish(Status.UNIMPLEMENTED, "Cannot find the method: one of this server's expected");
    return DEAF;
  }
}
