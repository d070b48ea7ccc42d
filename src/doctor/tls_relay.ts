import { X509Certificate } from "node:crypto";
import { connect as connectTcp, createServer, type Server, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { readCertificate } from "../lib/certificate.ts";

/** A port that speaks TLS, and the certificate that it must show, in PEM. */
export interface TlsPort {
  readonly hostname: string;
  readonly port: number;
  readonly cert: string;
}

/**
 * A loopback port in the clear that leads to a port with TLS: whoever speaks plain HTTP/2 can be sent through it. It goes
 * by the certificate itself, so that it does not matter who signed it and for which name; with any other it hangs up.
 */
export class TlsRelay implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(to: TlsPort) {
    this.#server = createServer((inner) => {
      const outer = open(to, () => {
        inner.pipe(outer);
        outer.pipe(inner);
      });
      for (const [one, other] of [[inner, outer], [outer, inner]] as const) {
        this.#sockets.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
    });
  }

  /** Opens a relay on any free port. */
  static async open(to: TlsPort): Promise<TlsRelay> {
    const relay = new TlsRelay(to);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    relay.#server.on("error", reject);
    relay.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return relay;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }
}

/** Whether a port shows that certificate, and speaks HTTP/2. */
export async function shows(to: TlsPort, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = open(to, () => resolve(true));
  const stop = () => socket.destroy();
  signal.addEventListener("abort", stop);
  socket.on("error", () => resolve(false));
  socket.on("close", () => resolve(false));
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

/** Connects; `ready` is called once the certificate was seen to be the right one. */
function open({ hostname, port, cert }: TlsPort, ready: () => void): TLSSocket {
  const { fingerprint256 } = new X509Certificate(cert);
  const [name = "localhost"] = readCertificate(cert).names;
  const socket = connect({
    socket: connectTcp(port, hostname),
    servername: /^[\d.]+$|:/.test(name) ? "localhost" : name.replace("*", "doctor"),
    ALPNProtocols: ["h2"],
    rejectUnauthorized: false, // the certificate itself is what is looked at
  });
  socket.on("secureConnect", () => {
    const right = socket.getPeerCertificate().fingerprint256 === fingerprint256 && socket.alpnProtocol === "h2";
    if (right) ready();
    else socket.destroy();
  });
  return socket;
}
