import { type Clock, systemClock } from "../lib/clock.ts";
import type { Span } from "../lib/span.ts";
import { ErrorCode } from "./errors.ts";
import { HTTP2_LIMITS } from "./limits.ts";
import { Http2Listener, type Offence } from "./listener.ts";
import { valueOf } from "./message_head.ts";
import type { HeaderField, HeaderList } from "./static_table.ts";
import type { Http2Stream, StreamListener } from "./stream.ts";
import type { ServerTls } from "./tls.ts";

/** Enough for every browser of a large team, with a stream of events each. */
const LIMITS = {
  ...HTTP2_LIMITS,
  maxConnections: 1000,
  maxConnectionsPerPeer: 500,
  maxConcurrentStreams: 100,
  maxStreams: 4000,
};
/** Fields of a response that belong to HTTP/1.1 connections (RFC 9113 §8.2.2). */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade"]);

/** Answers a request, as a handler of `Deno.serve` does. */
export type FetchHandler = (
  request: Request,
  info: { readonly remoteAddr: Deno.NetAddr },
) => Response | Promise<Response>;

export interface FetchServerOptions {
  readonly hostname: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Lets another process of the same user listen on the port too (SO_REUSEPORT), so that it can take over. */
  readonly reusePort?: boolean;
  readonly tls: ServerTls;
  readonly clock?: Clock;
  /** Hears what the handler throws. */
  readonly onError: (error: unknown) => void;
  /** Hears of every connection that ends for what its peer did, once. */
  readonly onOffence?: (offence: Offence) => void;
}

/**
 * A port that answers web requests over TLS and HTTP/2 and can ask who its clients are by certificate, which
 * `Deno.serve` cannot. Bodies stream both ways, as fast as they are taken.
 */
export class FetchServer implements AsyncDisposable {
  readonly #listener: Http2Listener;

  /** Listens at once. Throws what `Deno.listen` throws, and Error for a certificate or key that is none. */
  constructor(options: FetchServerOptions, handler: FetchHandler) {
    const { hostname, port, reusePort, tls, clock = systemClock, onError, onOffence } = options;
    const accept = (stream: Http2Stream, headers: HeaderList) =>
      new Exchange(stream, headers, { handler, clock, onError });
    const hears = { accept, onError, onOffence };
    this.#listener = new Http2Listener({ hostname, port, reusePort, tls, clock, limits: LIMITS, ...hears });
  }

  /** The port listened on. */
  get port(): number {
    return this.#listener.port;
  }

  /** Shows another certificate, or asks for others, from now on; what is under way goes on. Throws as opening does. */
  renewTls(tls: ServerTls): void {
    this.#listener.renewTls(tls);
  }

  /** Accepts no more, and leaves the connections as they are. */
  closeDoor(): void {
    void this.#listener.closeDoor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#listener.closed;
  }
}

interface ExchangeOptions {
  readonly handler: FetchHandler;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** One request and its response. */
class Exchange implements StreamListener {
  readonly #stream: Http2Stream;
  readonly #options: ExchangeOptions;
  readonly #gone = new AbortController();
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Bytes of the body that are not given back to the peer's window yet. */
  #held = 0;
  #drained = () => {};

  constructor(stream: Http2Stream, headers: HeaderList, options: ExchangeOptions) {
    this.#stream = stream;
    this.#options = options;
    const request = this.#request(headers);
    if (request === undefined) stream.sendHeaders([[":status", "400"]], true);
    else void this.#answer(request);
  }

  data(bytes: Span): void {
    if (this.#body === undefined) return this.#stream.consume(bytes.length);
    this.#held += bytes.length;
    this.#body.enqueue(bytes.view().slice());
  }

  ended(): void {
    this.#body?.close();
    this.#body = undefined;
  }

  lost(): void {
    this.#gone.abort();
    this.#body?.error(this.#gone.signal.reason);
    this.#body = undefined;
    this.#drained();
  }

  drained(): void {
    this.#drained();
  }

  /** The request as the platform has it; undefined when it cannot be one. */
  #request(headers: HeaderList): Request | undefined {
    const method = valueOf(headers, ":method")!;
    const fields = new Headers();
    const cookies: string[] = []; // which a client may send one by one (RFC 9113 §8.2.3)
    const bodiless = method === "GET" || method === "HEAD";
    try {
      for (const [name, value] of headers) {
        if (name === "cookie") cookies.push(value);
        else if (!name.startsWith(":")) fields.append(name, value);
      }
      if (cookies.length > 0) fields.set("cookie", cookies.join("; "));
      return new Request(
        `https://${valueOf(headers, ":authority") ?? fields.get("host") ?? ""}${valueOf(headers, ":path")}`,
        {
          method,
          headers: fields,
          signal: this.#gone.signal,
          ...(bodiless ? {} : { body: this.#open() }),
        },
      );
    } catch {
      return undefined;
    }
  }

  /** The request's body, of which no more comes than is read. */
  #open(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      start: (controller) => void (this.#body = controller),
      pull: () => {
        this.#stream.consume(this.#held);
        this.#held = 0;
      },
      cancel: () => void (this.#body = undefined),
    }, { highWaterMark: 0 });
  }

  async #answer(request: Request): Promise<void> {
    const { handler, onError } = this.#options;
    const [, hostname = "", port = "0"] = /^(.*):(\d+)$/.exec(this.#stream.owner.peer) ?? [];
    try {
      const response = await handler(request, { remoteAddr: { transport: "tcp", hostname, port: Number(port) } });
      await this.#send(response, request.method === "HEAD");
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      onError(error);
      if (this.#stream.answered) this.#stream.reset(ErrorCode.INTERNAL_ERROR);
      else this.#stream.sendHeaders([[":status", "500"]], true);
    }
  }

  async #send({ status, headers, body }: Response, headOnly: boolean): Promise<void> {
    const stream = this.#stream;
    const fields: HeaderField[] = [[":status", `${status}`]];
    for (const [name, value] of headers) if (!CONNECTION_FIELDS.has(name)) fields.push([name, value]);
    if (!headers.has("date")) fields.push(["date", new Date(this.#options.clock.date()).toUTCString()]);
    if (body === null || headOnly || stream.closed) {
      stream.sendHeaders(fields, true);
      return await body?.cancel();
    }
    stream.sendHeaders(fields);
    const reader = body.getReader();
    const leave = () => void reader.cancel().catch(() => {});
    this.#gone.signal.addEventListener("abort", leave);
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      if (!stream.send(piece.value) && !stream.closed) await this.#room();
    }
    this.#gone.signal.removeEventListener("abort", leave);
    stream.end();
  }

  /** Resolves once the peer has taken most of what waits, or is gone. */
  #room(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    return promise;
  }
}
