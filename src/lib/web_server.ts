/** A certificate and its private key, in PEM. */
export interface WebTls {
  readonly cert: string;
  readonly key: string;
}

export interface WebServerOptions {
  readonly hostname: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Lets another process of the same user listen on the port too (SO_REUSEPORT), so that it can take over. */
  readonly reusePort?: boolean;
  /** TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1 in it; plain HTTP without. */
  readonly tls?: WebTls | undefined;
}

/** A port that answers HTTP, and can show another certificate without a pause. */
export class WebServer implements AsyncDisposable {
  readonly #options: WebServerOptions;
  readonly #answer: Deno.ServeHandler<Deno.NetAddr>;
  /** Listeners whose certificate was replaced, until their last answer is given. */
  readonly #retired = new Set<Promise<void>>();
  #server: Deno.HttpServer<Deno.NetAddr>;

  /** Listens at once. Throws what `Deno.serve` throws. */
  constructor(options: WebServerOptions, answer: Deno.ServeHandler<Deno.NetAddr>) {
    this.#options = options;
    this.#answer = answer;
    this.#server = this.#listen(options.port, options.tls);
  }

  /** The port listened on. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** A new listener takes the port over; the one before it ends with its answers. Throws as the constructor does. */
  renewTls(tls: WebTls): void {
    const before = this.#server;
    this.#server = this.#listen(before.addr.port, tls);
    const gone = before.shutdown().finally(() => this.#retired.delete(gone));
    this.#retired.add(gone);
  }

  /** Accepts no more, and gives the answers that are owed. */
  closeDoor(): void {
    const gone = this.#server.shutdown().finally(() => this.#retired.delete(gone));
    this.#retired.add(gone);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#server[Symbol.asyncDispose](), ...this.#retired]);
  }

  #listen(port: number, tls: WebTls | undefined): Deno.HttpServer<Deno.NetAddr> {
    const { hostname, reusePort = false } = this.#options;
    const shared = { hostname, port, onListen: () => {} };
    return tls === undefined
      ? Deno.serve({ ...shared, reusePort }, this.#answer)
      : Deno.serve({ ...shared, cert: tls.cert, key: tls.key, reusePort: true }, this.#answer);
  }
}
