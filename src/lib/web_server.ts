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

/** How long the last answers may take once the port is to be closed, in ms: one that nobody reads is cut off then. */
const LAST_ANSWERS_MS = 1000;

/** A port that answers HTTP, and can show another certificate without a pause. */
export class WebServer implements AsyncDisposable {
  readonly #options: WebServerOptions;
  readonly #answer: Deno.ServeHandler<Deno.NetAddr>;
  #server: Deno.HttpServer<Deno.NetAddr>;
  /** Cuts the connections of that listener. */
  #cut = new AbortController();
  /** Answers that are not given to the end yet. */
  #open = 0;
  #answered: (() => void) | undefined;

  /** Listens at once. Throws what `Deno.serve` throws. */
  constructor(options: WebServerOptions, answer: Deno.ServeHandler<Deno.NetAddr>) {
    this.#options = options;
    this.#answer = answer;
    this.#server = this.#listen(options.port, options.tls, this.#cut.signal);
  }

  /** The port listened on. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** A new listener takes the port over; the one before it ends with its answers. Throws as the constructor does. */
  renewTls(tls: WebTls): void {
    const before = this.#server;
    const cut = new AbortController();
    this.#server = this.#listen(before.addr.port, tls, cut.signal);
    this.#cut = cut;
    void before.shutdown(); // its end is that of its answers, which are counted
  }

  /** Accepts no more, and gives the answers that are owed. */
  closeDoor(): void {
    void this.#server.shutdown().then(() => this.#cut = new AbortController()); // there is nothing left to cut
  }

  /** Gives the last answers a moment, and closes every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = setTimeout(resolve, LAST_ANSWERS_MS);
    this.#answered = resolve;
    if (this.#open > 0) await promise;
    clearTimeout(late);
    this.#cut.abort();
    await this.#server.finished;
  }

  #listen(port: number, tls: WebTls | undefined, signal: AbortSignal): Deno.HttpServer<Deno.NetAddr> {
    const { hostname, reusePort = false } = this.#options;
    const answer: Deno.ServeHandler<Deno.NetAddr> = (request, info) => {
      this.#open++;
      const over = () => void (--this.#open === 0 && this.#answered?.());
      info.completed.then(over, over);
      return this.#answer(request, info);
    };
    const shared = { hostname, port, onListen: () => {}, signal };
    return tls === undefined
      ? Deno.serve({ ...shared, reusePort }, answer)
      : Deno.serve({ ...shared, cert: tls.cert, key: tls.key, reusePort: true }, answer);
  }
}
