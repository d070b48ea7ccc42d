import { type Clock, systemClock } from "../lib/clock.ts";
import { type Accept, type ConnectionOptions, Http2Connection } from "./connection.ts";

/** Pause before another try when a connection cannot be accepted: out of file descriptors, most likely. */
const ACCEPT_RETRY_MS = 50;

export interface ListenerOptions extends ConnectionOptions {
  readonly hostname: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly accept: Accept;
  /** Connections at once; more are closed as they come. */
  readonly maxConnections?: number;
  /** Connections at once from one address. */
  readonly maxConnectionsPerPeer?: number;
  /** Hears what a stream's listener threw; the connection is gone by then. */
  readonly onError?: (error: unknown, where: string) => void;
}

/** A port that speaks HTTP/2 without TLS, to clients that know so ("prior knowledge", RFC 9113 §3.3). */
export class Http2Listener {
  /** Resolves once the port is closed and every connection gone. */
  readonly closed: Promise<void>;
  readonly #socket: Deno.TcpListener;
  readonly #options: ListenerOptions;
  readonly #clock: Clock;
  readonly #connections = new Set<Http2Connection>();
  readonly #perPeer = new Map<string, number>();
  readonly #gone = Promise.withResolvers<void>();
  #open = true;
  #cancelRetry = () => {};

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#socket = Deno.listen({ hostname: options.hostname, port: options.port });
    this.closed = this.#gone.promise;
    void this.#acceptAll();
  }

  /** The port listened on. */
  get port(): number {
    return this.#socket.addr.port;
  }

  /** Number of connections. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Accepts no more; every connection closes with its last stream. */
  drain(): void {
    this.#stopAccepting();
    for (const connection of this.#connections) connection.shutdown();
    this.#settle();
  }

  /** Accepts no more and ends every connection now. */
  close(): void {
    this.#stopAccepting();
    for (const connection of this.#connections) connection.close();
    this.#settle();
  }

  async #acceptAll(): Promise<void> {
    while (this.#open) {
      try {
        this.#take(await this.#socket.accept());
      } catch {
        if (this.#open) await this.#pause();
      }
    }
  }

  #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.setTimer(ACCEPT_RETRY_MS, resolve);
    this.#cancelRetry = () => {
      cancel();
      resolve();
    };
    return promise;
  }

  #take(socket: Deno.TcpConn): void {
    const { maxConnections = 4096, maxConnectionsPerPeer = 2048 } = this.#options;
    const { hostname, port } = socket.remoteAddr;
    const fromPeer = this.#perPeer.get(hostname) ?? 0;
    if (!this.#open || this.#connections.size >= maxConnections || fromPeer >= maxConnectionsPerPeer) {
      socket.close();
      return;
    }
    socket.setNoDelay(true);
    this.#perPeer.set(hostname, fromPeer + 1);
    const connection = new Http2Connection(socket, { ...this.#options, peer: `${hostname}:${port}` });
    this.#connections.add(connection);
    void this.#untilEnd(connection, hostname);
  }

  async #untilEnd(connection: Http2Connection, hostname: string): Promise<void> {
    try {
      await connection.ended;
    } catch (error) {
      this.#options.onError?.(error, "a connection");
    }
    this.#connections.delete(connection);
    const left = this.#perPeer.get(hostname)! - 1;
    if (left > 0) this.#perPeer.set(hostname, left);
    else this.#perPeer.delete(hostname);
    this.#settle();
  }

  #stopAccepting(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#cancelRetry();
    this.#socket.close();
  }

  #settle(): void {
    if (!this.#open && this.#connections.size === 0) this.#gone.resolve();
  }
}
