import { type Clock, systemClock } from "../lib/clock.ts";
import { AddressBook, type AddressEntry } from "./address_book.ts";
import { Http2Connection } from "./connection.ts";
import type { ConnectionKeeper } from "./connection_options.ts";
import { WireCounters } from "./counters.ts";
import { ErrorCode } from "./errors.ts";
import { TurnQueue } from "./fair_share.ts";
import { HTTP2_LIMITS, type Http2Limits } from "./limits.ts";
import { Roster } from "./roster.ts";
import type { Accept } from "./stream.ts";
import { type ServerIdentity, serverIdentity, type ServerTls, TlsTransport } from "./tls.ts";
import type { Transport } from "./transport.ts";

/** Pause before another try when a connection cannot be accepted: out of file descriptors, most likely. */
const ACCEPT_RETRY_MS = 50;

/** Connections that are accepted before those inside get their turn. */
const ACCEPTED_AT_ONCE = 2;
/** Turns of the event loop without a new connection after which nobody waits to be accepted. */
const QUIET_TURNS = 3;

/** A connection that ends for what its peer did. */
export interface Offence {
  /** The peer's address and port, such as "192.0.2.1:51234". */
  readonly peer: string;
  readonly code: ErrorCode;
  /** A sentence without the peer's words. */
  readonly reason: string;
}

export interface ListenerOptions {
  readonly hostname: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Lets another process of the same user listen on the port too (SO_REUSEPORT), so that it can take over. */
  readonly reusePort?: boolean | undefined;
  readonly accept: Accept;
  /** TLS with HTTP/2 negotiated in it; without, clients must know that HTTP/2 is spoken (RFC 9113 §3.3). */
  readonly tls?: ServerTls | undefined;
  readonly clock?: Clock;
  readonly limits?: Http2Limits;
  /** Hears what a stream's listener threw; the connection is gone by then. */
  readonly onError?: ((error: unknown, where: string) => void) | undefined;
  /** Hears of every connection that ends for what its peer did, once. */
  readonly onOffence?: ((offence: Offence) => void) | undefined;
}

/** A port that speaks HTTP/2. */
export class Http2Listener implements ConnectionKeeper {
  readonly counters = new WireCounters();
  /** Resolves once the port is closed and every connection gone. */
  readonly closed: Promise<void>;
  readonly #socket: Deno.TcpListener;
  #identity: ServerIdentity | undefined;
  readonly #options: ListenerOptions;
  readonly #limits: Http2Limits;
  readonly #clock: Clock;
  readonly #connections = new Set<Http2Connection>();
  readonly #roster = new Roster<Http2Connection>();
  readonly #addresses: AddressBook;
  readonly #turns: TurnQueue;
  readonly #gone = Promise.withResolvers<void>();
  #open = true;
  /** Whether the socket is closed; who was accepted before that may still be on the way here. */
  #shut = false;
  #cancelRetry = () => {};
  #arrivals = 0;
  /** Resolves once nothing is accepted any more: only then the system has closed the socket. */
  readonly #accepting: Promise<void>;

  constructor(options: ListenerOptions) {
    const { hostname, port, reusePort = false, tls, clock = systemClock, limits = HTTP2_LIMITS } = options;
    this.#options = options;
    this.#limits = limits;
    this.#clock = clock;
    this.#addresses = new AddressBook(clock, limits);
    this.#turns = new TurnQueue(clock);
    this.#identity = tls && serverIdentity(tls, { clock });
    this.#socket = Deno.listen({ hostname, port, reusePort });
    this.closed = this.#gone.promise;
    this.#accepting = this.#acceptAll();
  }

  /** The port listened on. */
  get port(): number {
    return this.#socket.addr.port;
  }

  /** Number of connections. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Shows another certificate from now on; connections that are open are not disturbed. Throws as opening does. */
  renewTls(tls: ServerTls): void {
    this.#identity = serverIdentity(tls, { clock: this.#clock, before: this.#identity });
  }

  /**
   * Accepts no more, and leaves the connections as they are. Whoever the system has let in already is taken first: the
   * queue of a socket dies with it.
   */
  async closeDoor(): Promise<void> {
    for (let before = -1; before !== this.#arrivals;) {
      before = this.#arrivals;
      for (let turn = 0; turn < QUIET_TURNS; turn++) await this.#clock.nextTurn();
    }
    this.#shutDoor();
    await this.#accepting;
    this.#stopAccepting();
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

  busy(connection: Http2Connection): void {
    this.#roster.busy(connection);
  }

  idle(connection: Http2Connection): void {
    this.#roster.idle(connection);
    this.#evict(this.#roster.freshBeyond(this.#limits.maxUnused));
  }

  takesStream(): boolean {
    return this.counters.openStreams < this.#limits.maxStreams || this.#evict(this.#roster.leastUseful());
  }

  offended({ peer }: Http2Connection, code: ErrorCode, reason: string): void {
    this.#options.onOffence?.({ peer, code, reason });
  }

  async #acceptAll(): Promise<void> {
    for (let accepted = 1; !this.#shut; accepted++) {
      try {
        this.#take(await this.#socket.accept());
        // A crowd at the door, taken at once, would keep those inside from being read for seconds.
        if (accepted % ACCEPTED_AT_ONCE === 0) await this.#clock.nextTurn();
      } catch {
        if (!this.#shut) await this.#makeWay();
      }
    }
  }

  /** A connection waits that cannot be accepted: one that is of no use goes, and another try follows after a pause. */
  #makeWay(): Promise<void> {
    this.counters.failedAccepts++;
    this.#evict(this.#roster.dispensable());
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.setTimer(ACCEPT_RETRY_MS, resolve);
    this.#cancelRetry = () => {
      cancel();
      resolve();
    };
    return promise;
  }

  #take(socket: Deno.TcpConn): void {
    const { maxConnections, maxConnectionsPerPeer } = this.#limits;
    const { hostname, port } = socket.remoteAddr;
    const address = this.#addresses.open(hostname);
    this.#arrivals++;
    const full = this.#roster.size >= maxConnections && !this.#evict(this.#roster.dispensable());
    if (!this.#open || full || address.connections > maxConnectionsPerPeer) {
      this.counters.refusedConnections++;
      this.#addresses.close(address);
      socket.close();
      return;
    }
    this.counters.connections++;
    socket.setNoDelay(true);
    const transport: Transport = this.#identity === undefined ? socket : new TlsTransport(socket, this.#identity);
    const connection = new Http2Connection(transport, {
      accept: this.#options.accept,
      keeper: this,
      peer: `${hostname}:${port}`,
      clock: this.#clock,
      limits: this.#limits,
      pool: address.pool,
      counters: this.counters,
      turns: this.#turns,
    });
    this.#connections.add(connection);
    this.#roster.add(connection);
    this.#evict(this.#roster.strangerBeyond(this.#limits.maxStrangers));
    void this.#untilEnd(connection, address);
  }

  #evict(connection: Http2Connection | undefined): boolean {
    if (connection === undefined) return false;
    this.counters.evictedConnections++;
    this.#roster.remove(connection);
    connection.close();
    return true;
  }

  async #untilEnd(connection: Http2Connection, address: AddressEntry): Promise<void> {
    try {
      await connection.ended;
    } catch (error) {
      this.#options.onError?.(error, "a connection");
    }
    this.#connections.delete(connection);
    this.#roster.remove(connection);
    this.#addresses.close(address);
    this.#settle();
  }

  #stopAccepting(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#shutDoor();
  }

  #shutDoor(): void {
    if (this.#shut) return;
    this.#shut = true;
    this.#cancelRetry();
    this.#socket.close();
  }

  #settle(): void {
    if (!this.#open && this.#connections.size === 0) this.#gone.resolve();
  }
}
