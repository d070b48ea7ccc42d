import { type Clock, systemClock } from "../lib/clock.ts";
import { Http2Connection } from "./connection.ts";
import { ErrorCode, Http2Error } from "./errors.ts";

export interface ConnectOptions {
  readonly hostname: string;
  readonly port: number;
  /** Over TLS, with the certificates that the system trusts. */
  readonly tls?: boolean;
  /** Time for the connection and the server's SETTINGS, in ms. */
  readonly connectTimeoutMs?: number;
  readonly clock?: Clock;
}

/**
 * Connects to an HTTP/2 server and waits for its SETTINGS.
 * Throws Http2Error CONNECT_ERROR when that takes too long, and what the socket throws.
 */
export async function connectHttp2(options: ConnectOptions): Promise<Http2Connection> {
  const { hostname, port, tls = false, connectTimeoutMs = 10_000, clock = systemClock } = options;
  const abort = new AbortController();
  const cancel = clock.setTimer(connectTimeoutMs, () => {
    abort.abort(
      new Http2Error(
        ErrorCode.CONNECT_ERROR,
        `Cannot connect to "${hostname}:${port}": an answer expected: received none in ${connectTimeoutMs} ms`,
      ),
    );
  });
  try {
    const socket = await dial({ hostname, port, tls, signal: abort.signal });
    const connection = new Http2Connection(socket, { peer: `${hostname}:${port}`, clock });
    abort.signal.addEventListener("abort", () => connection.close());
    await connection.ready;
    return connection;
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    cancel();
  }
}

async function dial(to: { hostname: string; port: number; tls: boolean; signal: AbortSignal }): Promise<Deno.Conn> {
  const { hostname, port, tls, signal } = to;
  const tcp = await Deno.connect({ hostname, port, signal });
  tcp.setNoDelay(true);
  if (!tls) return tcp;
  const secure = await Deno.startTls(tcp, { hostname, alpnProtocols: ["h2"] });
  const close = () => secure.close();
  signal.addEventListener("abort", close);
  try {
    const { alpnProtocol } = await secure.handshake();
    if (alpnProtocol === "h2") return secure;
    secure.close();
    throw new Http2Error(
      ErrorCode.HTTP_1_1_REQUIRED,
      `Cannot connect to "${hostname}:${port}": a server of HTTP/2 expected`,
    );
  } finally {
    signal.removeEventListener("abort", close);
  }
}
