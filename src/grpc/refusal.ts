import type { Span } from "../lib/span.ts";
import { Cost } from "../http2/budget.ts";
import { encodeHeaders } from "../http2/hpack.ts";
import type { Http2Stream, StreamListener } from "../http2/stream.ts";

/** Bytes of a body that are waited for before it is answered. */
const MAX_BODY_BYTES = 16 * 1024;
const BODY = new TextEncoder().encode("This port speaks gRPC\n");

/** Heads for requests of HTTP that are no RPCs (doc/PROTOCOL-HTTP2.md, "Requests"). */
export const METHOD_NOT_ALLOWED = encodeHeaders([[":status", "405"], ["allow", "POST"]]);
export const UNSUPPORTED_MEDIA_TYPE = encodeHeaders([[":status", "415"], ["content-type", "text/plain"]]);

/** Answers a request that is no RPC, as soon as it is complete or long enough. */
export class Refusal implements StreamListener {
  #bodyBytes = 0;

  /** `head` is a block from `encodeHeaders`. */
  constructor(readonly stream: Http2Stream, readonly head: Uint8Array) {
    stream.charge(Cost.OFFENCE);
  }

  data(bytes: Span): void {
    this.#bodyBytes += bytes.length;
    if (this.#bodyBytes > MAX_BODY_BYTES) this.#answer();
  }

  ended(): void {
    this.#answer();
  }

  lost(): void {}

  #answer(): void {
    if (this.stream.localEnded) return;
    this.stream.sendHeaders(this.head);
    this.stream.send(BODY);
    this.stream.end();
  }
}
