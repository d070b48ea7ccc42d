import type { Span } from "../lib/span.ts";
import { Cost } from "../http2/budget.ts";
import type { Clock } from "../lib/clock.ts";
import { encodeHeaders } from "../http2/hpack.ts";
import type { Http2Stream, StreamListener } from "../http2/stream.ts";

/** Bytes of a body, and ms, that are waited for before it is answered. */
const MAX_BODY_BYTES = 16 * 1024;
const MAX_BODY_MS = 5000;
const BODY = new TextEncoder().encode("This port speaks gRPC\n");

/** Heads for requests of HTTP that are no RPCs (doc/PROTOCOL-HTTP2.md, "Requests"). */
export const METHOD_NOT_ALLOWED = encodeHeaders([[":status", "405"], ["allow", "POST"]]);
export const UNSUPPORTED_MEDIA_TYPE = encodeHeaders([[":status", "415"], ["content-type", "text/plain"]]);

/** Answers a request that is no RPC, as soon as it is complete or long enough, or has taken long enough. */
export class Refusal implements StreamListener {
  #bodyBytes = 0;
  #callOff = () => {};

  /** `head` is a block from `encodeHeaders`. */
  constructor(readonly stream: Http2Stream, readonly head: Uint8Array, clock: Clock) {
    stream.charge(Cost.OFFENCE); // which may end the connection, before it knows who listens
    if (!stream.closed) this.#callOff = clock.setTimer(MAX_BODY_MS, () => this.#answer());
  }

  data(bytes: Span): void {
    this.#bodyBytes += bytes.length;
    if (this.#bodyBytes > MAX_BODY_BYTES) this.#answer();
  }

  ended(): void {
    this.#answer();
  }

  lost(): void {
    this.#callOff();
  }

  #answer(): void {
    this.#callOff();
    if (this.stream.localEnded) return;
    this.stream.sendHeaders(this.head);
    this.stream.send(BODY);
    this.stream.end();
  }
}
