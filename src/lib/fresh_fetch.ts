/**
 * `fetch` on connections of its own, which it leaves behind once a request was given up before the head of an answer came:
 * Deno keeps a connection of HTTP/2 that the network has lost without a word, and sends all further requests into it,
 * until the system gives up after a quarter of an hour.
 */
export class FreshFetch implements Disposable {
  #client: Deno.HttpClient | undefined;
  #closed = false;

  constructor(readonly options: Deno.CreateHttpClientOptions = {}) {}

  /** Throws what `fetch` throws. */
  readonly fetch = async (url: string, request: RequestInit = {}): Promise<Response> => {
    if (this.#closed) {
      throw new Error(`Cannot ask ${new URL(url).host}: an open client expected: received a closed one`);
    }
    const client = this.#client ??= Deno.createHttpClient({ ...this.options });
    const leave = () => this.#leave(client);
    request.signal?.addEventListener("abort", leave);
    try {
      return await fetch(url, { ...request, client });
    } finally {
      request.signal?.removeEventListener("abort", leave);
    }
  };

  [Symbol.dispose](): void {
    this.#closed = true;
    if (this.#client) this.#leave(this.#client);
  }

  /** What is still coming on it comes. */
  #leave(client: Deno.HttpClient): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    client.close();
  }
}
