import { connectHttp2 } from "../../http2/client.ts";
import type { Http2Connection } from "../../http2/connection.ts";
import { ErrorCode, nameOfError } from "../../http2/errors.ts";
import type { HeaderList } from "../../http2/static_table.ts";
import type { Http2Stream, StreamListener } from "../../http2/stream.ts";
import type { Clock } from "../../lib/clock.ts";
import { Queue } from "../../lib/queue.ts";
import type { Span } from "../../lib/span.ts";
import { eventFrames } from "./event_frames.ts";
import { authority, type SendOptions, target, type WireRequest, type WireResponse } from "./wire_request.ts";

/** Headers that HTTP/2 has no place for (RFC 9113 §8.2.2), or that it says in another way. */
const NOT_SENT = new Set(["host", "connection", "transfer-encoding", "keep-alive", "upgrade", "content-length"]);
/** Pieces of an answer that may wait to be read; the window keeps Lex from sending many more. */
const MOST_WAITING = 1000;
const EVENT_STREAM = "application/vnd.amazon.eventstream";
const CONNECT_TIMEOUT_MS = 5000;
/**
 * The network may lose a line without a word. One on which Lex was silent for so long is tried, and then has so long for
 * any sign of life, in ms: 2 × 3 + 2 s at most until it counts as lost, which is less than a caller waits for an answer.
 */
const KEEPALIVE_MS = 3000;
const SIGN_OF_LIFE_MS = 2000;

/**
 * Sends the SDK's streams by our own HTTP/2 client, each on a connection of its own, so that nothing that befalls one call
 * befalls another. Signing and framing of the events are the SDK's.
 */
export class StreamHandler {
  readonly metadata = { handlerProtocol: "h2" };
  readonly #connections = new Set<Http2Connection>();

  constructor(readonly clock: Clock) {}

  /**
   * Resolves with the head of the answer. Throws what connecting throws, the signal's reason, and an Error when the stream
   * is lost before.
   */
  async handle(request: WireRequest, { abortSignal }: SendOptions = {}): Promise<{ response: WireResponse }> {
    const tls = request.protocol === "https:";
    const signal = abortSignal as AbortSignal | undefined;
    const connection = await connectHttp2({
      hostname: request.hostname,
      port: request.port ?? (tls ? 443 : 80),
      tls,
      clock: this.clock,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      keepaliveMs: KEEPALIVE_MS,
      keepaliveTimeoutMs: SIGN_OF_LIFE_MS,
      signal,
    });
    this.#connections.add(connection);
    connection.ended.then(() => this.#connections.delete(connection));
    const exchange = new Exchange(connection, request);
    const abort = () => exchange.abort();
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    connection.ended.then(() => signal?.removeEventListener("abort", abort));
    return { response: await exchange.response };
  }

  /** Ends every stream. */
  async [Symbol.asyncDispose](): Promise<void> {
    const open = [...this.#connections];
    for (const connection of open) connection.close();
    await Promise.all(open.map(({ ended }) => ended));
  }
}

/** One stream: the request's events go out as they come, the answer's bytes come in. */
class Exchange implements StreamListener {
  readonly #stream: Http2Stream;
  readonly #head = Promise.withResolvers<WireResponse>();
  readonly #body = new Queue<Uint8Array | Error>(MOST_WAITING);
  #roomAgain = () => {};
  #over = false;

  constructor(readonly connection: Http2Connection, request: WireRequest) {
    this.#stream = connection.open([
      [":method", request.method],
      [":scheme", request.protocol.slice(0, -1)],
      [":path", target(request)],
      [":authority", authority(request)],
      ...Object.entries(request.headers)
        .map(([name, value]) => [name.toLowerCase(), value] as const)
        .filter(([name]) => !name.startsWith(":") && !NOT_SENT.has(name)), // the SDK signs an :authority of its own, the same
    ], this);
    this.#send(request.body as AsyncIterable<Uint8Array>);
  }

  get response(): Promise<WireResponse> {
    return this.#head.promise;
  }

  abort(): void {
    this.#stream.reset(ErrorCode.CANCEL);
    this.lost(ErrorCode.CANCEL, "aborted");
  }

  headers(headers: HeaderList): void {
    const plain = Object.fromEntries(headers.filter(([name]) => !name.startsWith(":")));
    const status = headers.find(([name]) => name === ":status")?.[1];
    const body = plain["content-type"] === EVENT_STREAM ? eventFrames(this.#read()) : this.#read();
    this.#head.resolve({ statusCode: Number(status), headers: plain, body });
  }

  data(bytes: Span): void {
    this.#body.push(bytes.view().slice());
  }

  ended(): void {
    this.#end();
  }

  lost(code: ErrorCode, reason: string): void {
    const error = new Error(`Cannot go on with the stream: ${nameOfError(code)}: ${reason}`);
    error.name = this.connection.lifeless ? "StreamSilent" : "StreamLost";
    this.#head.reject(error);
    this.#body.push(error);
    this.#end();
  }

  drained(): void {
    this.#roomAgain();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#body.close();
    this.#roomAgain();
    this.connection.close();
  }

  async #send(events: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const event of events) {
        if (this.#over) return;
        if (this.#stream.send(event) || this.#over) continue;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#roomAgain = resolve;
        await promise;
      }
      this.#stream.end();
    } catch (error) {
      this.lost(ErrorCode.INTERNAL_ERROR, error instanceof Error ? error.name : "unknown");
    }
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#body) {
      if (piece instanceof Error) throw piece;
      this.#stream.consume(piece.length);
      yield piece;
    }
  }
}
