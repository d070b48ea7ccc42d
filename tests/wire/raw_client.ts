import type { ClientTls } from "../../src/http2/tls.ts";

/** Where everything is read to: nobody looks at it. */
const SINK = new Uint8Array(16_384);

/** A connection of TCP, or of TLS, that says what it is told to, and knows when the server has had enough of it. */
export class RawClient implements Disposable {
  /** Resolves when the server has ended the connection, or this end has closed it; at once for one that does not read. */
  readonly ended: Promise<void>;
  /** Whether the server is known to have ended it: from a read, or from a write that failed. */
  over = false;
  /** Bytes that the server has sent. */
  received = 0;
  readonly #conn: Deno.TcpConn | Deno.TlsConn;

  private constructor(conn: Deno.TcpConn | Deno.TlsConn, reads: boolean) {
    this.#conn = conn;
    this.ended = reads ? this.#readToEnd() : Promise.resolve();
  }

  /** `reads: false` never takes a byte of what the server says; `tls` speaks TLS, to a server that is called localhost. */
  static async connect(
    port: number,
    { reads = true, tls }: { readonly reads?: boolean; readonly tls?: ClientTls | undefined } = {},
  ): Promise<RawClient> {
    if (tls !== undefined) {
      const { caCerts = [], identity } = tls;
      const trust = { caCerts: [...caCerts], alpnProtocols: ["h2"], ...identity };
      return new RawClient(await Deno.connectTls({ hostname: "localhost", port, ...trust }), reads);
    }
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    return new RawClient(conn, reads);
  }

  /** Sends all of `bytes`. Returns false when the server does not take them any more. */
  async send(bytes: Uint8Array): Promise<boolean> {
    try {
      for (let from = 0; from < bytes.length && !this.over;) from += await this.#conn.write(bytes.subarray(from));
      return !this.over;
    } catch {
      this.over = true;
      return false;
    }
  }

  async closeWrite(): Promise<void> {
    await this.#conn.closeWrite().catch(() => {});
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }

  async #readToEnd(): Promise<void> {
    try {
      for (let bytes; (bytes = await this.#conn.read(SINK)) !== null;) this.received += bytes;
    } catch {
      // reset by the server, or closed by this end
    }
    this.over = true;
  }
}
