import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import type { Clock } from "../lib/clock.ts";
import { checkKeyPair, readCertificate } from "../lib/certificate.ts";
import { ClientCheck, type ClientRule } from "./client_check.ts";
import { ErrorCode, Http2Error, unfit } from "./errors.ts";
import type { Transport } from "./transport.ts";

/** What a server shows: both in PEM, the certificate with those that lead to a trusted one behind it. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** Whom clients must be (mutual TLS); anybody without. */
  readonly clients?: ClientRule | undefined;
}

/** What every connection of a server shares. */
export interface ServerIdentity {
  readonly context: SecureContext;
  readonly clients: ClientCheck | undefined;
}

/** Whom a client trusts. */
export interface ClientTls {
  /** Certificates of authorities in PEM, beside those that the system trusts. */
  readonly caCerts?: readonly string[];
  /** The name that the server's certificate must have; the host's unless told. */
  readonly serverName?: string;
  /** What the client shows, in PEM; the server's certificate must then have the host's name. */
  readonly identity?: { readonly cert: string; readonly key: string };
}

/** The protocol's name in TLS (RFC 9113 §3.2). */
export const ALPN = ["h2"];

/** Bytes read from the network at once: an idle connection holds as many. */
const READ_BYTES = 4096;
/** What is written at a time: four of the largest records (RFC 8446 §5.1), so that a slow peer's progress is seen. */
const WRITE_BYTES = 65_536;

/**
 * TLS 1.2 (RFC 5246) and 1.3 (RFC 8446) only. `before`: the identity that this one takes over from. Throws Error for a
 * certificate or a key that is none, or not its own.
 */
export function serverIdentity(
  { cert, key, clients }: ServerTls,
  { clock, before }: { readonly clock: Clock; readonly before?: ServerIdentity | undefined },
): ServerIdentity {
  checkKeyPair(cert, key);
  if (clients !== undefined) readCertificate(clients.authorities);
  const ca = clients && { ca: clients.authorities };
  const context = createSecureContext({ cert, key, ...ca, minVersion: "TLSv1.2" });
  return { context, clients: clients && new ClientCheck(clients, clock, before?.clients) };
}

/**
 * A TLS connection of a server over a TCP connection that stays ours: it can be closed in the middle of a handshake and
 * sends without delay, neither of which connections of `Deno.listenTls` do.
 */
export class TlsTransport implements Transport {
  readonly #tcp: Deno.TcpConn;
  readonly #socket: TLSSocket;
  #handshake: Promise<void> | undefined;
  #failure: Error | undefined;
  #ended = false;
  #wake = () => {};

  constructor(tcp: Deno.TcpConn, { context, clients }: ServerIdentity) {
    this.#tcp = tcp;
    const socket = new TLSSocket(streamOf(tcp), {
      isServer: true,
      secureContext: context,
      ALPNProtocols: ALPN,
      requestCert: clients !== undefined,
      rejectUnauthorized: clients !== undefined,
    });
    this.#socket = socket;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const over = (error?: Error) => {
      this.#ended = true;
      this.#failure ??= error;
      reject(error ?? new Deno.errors.ConnectionReset("the peer left the handshake"));
      this.#wake();
    };
    socket.on("secure", () => resolve());
    socket.on("readable", () => this.#wake());
    socket.on("end", () => over());
    socket.on("error", (error: Error) => over(this.#handshake === undefined ? error : unsafe(error)));
    socket.on("close", () => over());
    this.#handshake = promise.then(() => {
      checkProtocol({ alpnProtocol: socket.alpnProtocol || null });
      clients?.check(socket);
      this.#handshake = undefined;
    });
    this.#handshake.catch(() => {});
  }

  /** Rejects with Http2Error when the handshake fails, or ends without HTTP/2. */
  async read(into: Uint8Array): Promise<number | null> {
    await this.#handshake;
    for (;;) {
      const available = this.#socket.readableLength;
      const bytes = available === 0 ? null : this.#socket.read(Math.min(into.length, available)) as Buffer | null;
      if (bytes !== null) {
        into.set(bytes);
        return bytes.length;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return null;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      // A stream says that it has become readable only to those who found it empty.
      this.#socket.read(0);
      await promise;
    }
  }

  async write(bytes: Uint8Array): Promise<number> {
    await this.#handshake;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const some = bytes.length > WRITE_BYTES ? bytes.subarray(0, WRITE_BYTES) : bytes;
    this.#socket.write(some, (error) => error ? reject(error) : resolve(some.length));
    return promise;
  }

  closeWrite(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.end(resolve);
    return promise;
  }

  close(): void {
    this.#ended = true;
    this.#wake();
    this.#socket.destroy();
    try {
      this.#tcp.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** The bytes of a TCP connection as a stream of Node's, which is what its TLS wants. */
function streamOf(tcp: Deno.TcpConn): Duplex {
  return new Duplex({
    read() {
      const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
      tcp.read(buffer).then(
        (length) => this.push(length === null ? null : buffer.subarray(0, length)),
        () => this.push(null),
      );
    },
    write(bytes: Uint8Array, _encoding, done) {
      writeAll(tcp, bytes).then(() => done(), done);
    },
    final(done) {
      tcp.closeWrite().then(() => done(), () => done());
    },
  });
}

async function writeAll(tcp: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length;) from += await tcp.write(bytes.subarray(from));
}

function unsafe(error: Error & { code?: string }): Http2Error {
  return error.code === "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"
    ? unfit("a client certificate", "none")
    : unfit("a handshake of TLS", "one that fails");
}

/** Throws Http2Error when a handshake did not end with HTTP/2 (RFC 9113 §3.2). */
export function checkProtocol({ alpnProtocol }: Deno.TlsHandshakeInfo): void {
  if (alpnProtocol === ALPN[0]) return;
  throw new Http2Error(
    ErrorCode.HTTP_1_1_REQUIRED,
    `Cannot open the connection: the protocol "h2" in TLS expected: received ${alpnProtocol ?? "none"}`,
  );
}
