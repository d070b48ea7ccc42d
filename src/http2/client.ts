import { type Clock, systemClock } from "../lib/clock.ts";
import { unlessAborted } from "../lib/unless_aborted.ts";
import { Http2Connection } from "./connection.ts";
import { ErrorCode, Http2Error } from "./errors.ts";
import { HTTP2_LIMITS } from "./limits.ts";
import { ALPN, checkProtocol, type ClientTls } from "./tls.ts";

export interface ConnectOptions {
  readonly hostname: string;
  readonly port: number;
  /** Over TLS; `true` trusts whom the system trusts. */
  readonly tls?: boolean | ClientTls | undefined;
  /** Time for the connection and the server's SETTINGS, in ms. */
  readonly connectTimeoutMs?: number;
  /** A connection that was silent for so many ms is asked for a sign of life by PING; never unless told. */
  readonly keepaliveMs?: number;
  /** Time for that sign, in ms: then the connection is lost, and `lifeless`. */
  readonly keepaliveTimeoutMs?: number;
  /** Gives up connecting; a connection that stands is not touched. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/**
 * Connects to an HTTP/2 server and waits for its SETTINGS.
 * Throws Http2Error CONNECT_ERROR when that takes too long, the signal's reason, and what the socket throws.
 */
export async function connectHttp2(options: ConnectOptions): Promise<Http2Connection> {
  const { hostname, port, tls = false, connectTimeoutMs = 10_000, keepaliveMs = Infinity } = options;
  const { keepaliveTimeoutMs = HTTP2_LIMITS.keepaliveTimeoutMs, clock = systemClock, signal } = options;
  signal?.throwIfAborted();
  const abort = new AbortController();
  const cancel = clock.setTimer(connectTimeoutMs, () => {
    abort.abort(
      new Http2Error(
        ErrorCode.CONNECT_ERROR,
        `Cannot connect to "${hostname}:${port}": an answer expected: received none in ${connectTimeoutMs} ms`,
      ),
    );
  });
  const giveUp = () => abort.abort(signal!.reason);
  signal?.addEventListener("abort", giveUp);
  try {
    const socket = await dial({ hostname, port, tls, signal: abort.signal });
    const limits = { ...HTTP2_LIMITS, handshakeTimeoutMs: connectTimeoutMs, keepaliveMs, keepaliveTimeoutMs };
    const connection = new Http2Connection(socket, { peer: `${hostname}:${port}`, clock, limits });
    if (abort.signal.aborted) connection.close();
    abort.signal.addEventListener("abort", () => connection.close());
    await connection.ready;
    return connection;
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
    cancel();
  }
}

async function dialTcp({ hostname, port, signal }: Omit<Destination, "tls">): Promise<Deno.TcpConn> {
  const tcp = await socketOf(Deno.connect({ hostname, port }), signal);
  tcp.setNoDelay(true);
  return tcp;
}

interface Destination {
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean | ClientTls;
  readonly signal: AbortSignal;
}

async function dial({ hostname, port, tls, signal }: Destination): Promise<Deno.Conn> {
  if (tls === false) return await dialTcp({ hostname, port, signal });
  const { caCerts = [], serverName = hostname, identity } = tls === true ? {} : tls;
  const trust = { caCerts: [...caCerts], alpnProtocols: ALPN };
  const secure = identity === undefined
    ? await Deno.startTls(await dialTcp({ hostname, port, signal }), { hostname: serverName, ...trust })
    : await socketOf(Deno.connectTls({ hostname, port, ...trust, ...identity }), signal);
  const close = () => secure.close(); // in mid-handshake Deno keeps the socket until the server closes it
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  try {
    checkProtocol(await secure.handshake());
    return secure;
  } catch (error) {
    if (!signal.aborted) secure.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
  }
}

/**
 * Waits for a socket until the signal is aborted; one that comes after that is closed. Deno's own way to abort leaves a
 * socket open that comes to stand at that moment.
 */
async function socketOf<C extends Deno.Conn>(connecting: Promise<C>, signal: AbortSignal): Promise<C> {
  try {
    return await unlessAborted(connecting, signal);
  } catch (error) {
    connecting.then((late) => late.close(), () => {});
    throw error;
  }
}
