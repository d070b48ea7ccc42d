import { Linked } from "../lib/linked_list.ts";
import type { Span } from "../lib/span.ts";
import { Cost } from "./budget.ts";
import { ErrorCode, StreamError } from "./errors.ts";
import { windowExceeded } from "./faults.ts";
import { DEFAULT_WINDOW_BYTES, Flag, FrameType, MAX_FRAME_BYTES, MAX_UINT31, NO_BYTES } from "./frames.ts";
import { encodeHeaders } from "./hpack.ts";
import type { SendScheduler, WaitingSender } from "./send_scheduler.ts";
import type { HeaderList } from "./static_table.ts";

/** Consumed bytes are given back to the peer's window once they are this many. */
const WINDOW_STEP_BYTES = DEFAULT_WINDOW_BYTES * 3 >>> 2;

/** The queue of every stream that has none. */
const NO_CHUNKS: Uint8Array[] = [];

/** What the owner of a stream is told. Nothing is said any more once either side has closed the stream for good. */
export interface StreamListener {
  /** A client's: the head of the response. */
  headers?(headers: HeaderList): void;
  /** What a DATA frame holds. The window opens again when `Http2Stream.consume` is told. */
  data(bytes: Span): void;
  /** The peer has sent everything; trailers are empty unless it sent some. */
  ended(trailers: HeaderList): void;
  /** The stream is lost: reset by the peer or for its errors, or the connection is gone. */
  lost(code: ErrorCode, reason: string): void;
  /** Less than the low-water mark waits, after `send` had returned false. */
  drained?(): void;
}

/** Takes a request. The stream may be answered at once; its listener hears the rest. */
export type Accept = (stream: Http2Stream, headers: HeaderList) => StreamListener;

/** What a stream asks of its connection. */
export interface StreamOwner {
  /** The peer's address, such as "127.0.0.1:51234". */
  readonly peer: string;
  readonly scheduler: SendScheduler;
  /** Bytes of waiting DATA above which `send` returns false. */
  readonly highWaterBytes: number;
  /** The same, in pieces given to `send`. */
  readonly highWaterMessages: number;
  /** The server's side of the connection: its streams are over once the response is sent. */
  readonly isServer: boolean;
  /** The stream is over: `resetByUs` and `remoteEnded` say how. */
  streamOver(stream: Http2Stream): void;
  /** Takes tokens from the peer's budget; may end the connection. */
  charge(cost: number): void;
}

/** One stream of a connection, of either end (RFC 9113 §5). */
export class Http2Stream extends Linked<WaitingSender> implements WaitingSender {
  listener: StreamListener | undefined;
  /** The peer has sent END_STREAM. */
  remoteEnded = false;
  /** We have sent END_STREAM, or will once the DATA that waits is gone. */
  localEnded = false;
  /** Over for us: nothing is sent any more, and the listener hears nothing any more. */
  closed = false;
  /** A RST_STREAM of ours ended it. */
  resetByUs = false;
  /** Something was sent on it. */
  answered = false;
  /** Everything was sent, to the end. */
  delivered = false;
  /** Bytes of DATA announced by content-length and not yet received; undefined when it was not announced. */
  expectedBytes: number | undefined;
  /** The head of the peer's message is here; a server's stream begins with it. */
  hasHead = false;
  /** The next in the same slot of the connection's table, which alone writes it. */
  older: Http2Stream | undefined;
  /** Bytes of DATA that the peer still takes on this stream; below 0 after it narrowed its windows. */
  sendWindow: number;
  #receiveWindow = DEFAULT_WINDOW_BYTES;
  #consumed = 0;
  #queue = NO_CHUNKS;
  #queueOffset = 0;
  #queuedBytes = 0;
  #full = false;
  #unmoved = false;
  #trailers: Uint8Array | undefined;
  /** Tokens that the peer gets back when its windows take the answer after all. */
  #deposit = 0;

  constructor(readonly owner: StreamOwner, readonly id: number) {
    super();
    this.sendWindow = owner.scheduler.initialStreamWindow;
  }

  /** Bytes of DATA that wait for the peer's window. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Sends a head. A `Uint8Array` is a block from `encodeHeaders`. `endStream` says that nothing follows. */
  sendHeaders(headers: HeaderList | Uint8Array, endStream = false): void {
    if (this.closed || this.localEnded) return;
    this.answered = true;
    this.owner.scheduler.outbox.headers(this.id, blockOf(headers), endStream);
    if (!endStream) return;
    this.localEnded = this.delivered = true;
    this.#finishIfAnswered();
  }

  /**
   * Sends `head` and `body` as one run of bytes; they are copied before the call returns. Returns false from when more
   * than the high-water mark waits until `drained`, and when the stream is over: then stop.
   */
  send(body: Uint8Array, head: Uint8Array = NO_BYTES): boolean {
    if (this.closed || this.localEnded) return false;
    const { scheduler } = this.owner;
    const length = head.length + body.length;
    let sent = 0;
    if (this.#queuedBytes === 0 && !scheduler.contended) {
      while (sent < length && this.sendWindow > 0 && scheduler.open) sent += this.#sendFrame(head, body, sent);
    }
    if (sent === length) return true;
    if (this.#queuedBytes === 0) this.#unmoved = false;
    if (this.#queue === NO_CHUNKS) this.#queue = [];
    const rest = new Uint8Array(length - sent);
    copyRun(head, body, sent, rest, 0, rest.length);
    this.#queue.push(rest);
    this.#queuedBytes += rest.length;
    if (this.sendWindow > 0) scheduler.wait(this);
    this.#full ||= this.#queuedBytes > this.owner.highWaterBytes || this.#queue.length >= this.owner.highWaterMessages;
    return !this.#full;
  }

  /** Ends our side, after everything that waits: with trailers, or with an empty DATA frame. */
  end(trailers?: HeaderList | Uint8Array): void {
    if (this.closed || this.localEnded) return;
    this.localEnded = true;
    this.#trailers = trailers === undefined ? NO_BYTES : blockOf(trailers);
    if (this.#queuedBytes === 0) return this.#sendEnd();
    if (!this.owner.isServer) return;
    this.#deposit = Cost.ABANDONED;
    this.charge(Cost.ABANDONED);
  }

  /** Ends the stream at once; what waits is forgotten. */
  reset(code: ErrorCode): void {
    if (this.closed) return;
    this.resetByUs = true;
    this.owner.scheduler.outbox.frameOfUint32(FrameType.RST_STREAM, this.id, code);
    this.#close();
  }

  /** Gives `bytes` of received DATA back to the peer's window (RFC 9113 §6.9). */
  consume(bytes: number): void {
    this.#consumed += bytes;
    if (this.#consumed < WINDOW_STEP_BYTES || this.closed || this.remoteEnded) return;
    this.owner.scheduler.outbox.frameOfUint32(FrameType.WINDOW_UPDATE, this.id, this.#consumed);
    this.#receiveWindow += this.#consumed;
    this.#consumed = 0;
  }

  /** Lets the peer pay for something cheap to ask and dear to answer. */
  charge(cost: number): void {
    this.owner.charge(cost);
  }

  /** A DATA frame of `frameBytes` of payload, `bytes` without its padding. Throws Http2Error and StreamError. */
  receiveData(bytes: Span, frameBytes: number): void {
    this.#receiveWindow -= frameBytes;
    if (this.#receiveWindow < 0) throw windowExceeded(-this.#receiveWindow);
    if (frameBytes > bytes.length) this.consume(frameBytes - bytes.length);
    if (this.expectedBytes !== undefined) {
      this.expectedBytes -= bytes.length;
      if (this.expectedBytes < 0) throw this.#wrongLength();
    }
    if (bytes.length > 0) this.listener?.data(bytes);
  }

  /** The peer's END_STREAM. Throws StreamError when content-length promised more. */
  receiveEnd(trailers: HeaderList): void {
    if (this.closed) return;
    this.remoteEnded = true;
    if (this.expectedBytes !== undefined && this.expectedBytes !== 0) throw this.#wrongLength();
    this.listener?.ended(trailers);
    this.#finishIfAnswered();
  }

  /**
   * Widens the window for our DATA, or narrows it after a change of SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113 §6.9.2).
   * Returns false when it would exceed 2³¹ − 1 bytes. What waits is sent by the next `SendScheduler.run`.
   */
  growWindow(bytes: number): boolean {
    this.sendWindow += bytes;
    if (this.#queuedBytes > 0 && this.sendWindow > 0) this.owner.scheduler.wait(this);
    return this.sendWindow <= MAX_UINT31;
  }

  /** The stream is lost: a RST_STREAM of the peer, or the end of the connection. */
  lose(code: ErrorCode, reason: string): void {
    if (this.closed) return;
    this.#close();
    this.listener?.lost(code, reason);
  }

  /** Resets the stream for something the peer did, and tells the listener. */
  fail(code: ErrorCode, reason: string): void {
    if (this.closed) return;
    this.reset(code);
    this.listener?.lost(code, reason);
  }

  /** Whether DATA waits, and has waited since the previous call without a byte getting away. */
  stalled(): boolean {
    const stalled = this.#unmoved && this.#queuedBytes > 0;
    this.#unmoved = true;
    return stalled;
  }

  /** Sends what the windows allow; called when it is this stream's turn. */
  transmit(): void {
    const { scheduler } = this.owner;
    while (this.#queuedBytes > 0) {
      if (this.sendWindow <= 0) break;
      if (!scheduler.open) {
        scheduler.wait(this);
        break;
      }
      this.#sendQueued();
      if (this.#queuedBytes > 0 && scheduler.contended) {
        scheduler.wait(this);
        break;
      }
    }
    if (this.#queuedBytes === 0 && this.#trailers !== undefined) this.#sendEnd();
    else if (this.#full && this.#drained()) {
      this.#full = false;
      this.listener?.drained?.();
    }
  }

  /** Half of what may wait is gone. */
  #drained(): boolean {
    const { highWaterBytes, highWaterMessages } = this.owner;
    return this.#queuedBytes <= highWaterBytes / 2 && this.#queue.length <= highWaterMessages / 2;
  }

  /** Sends one DATA frame of what waits. */
  #sendQueued(): void {
    const chunk = this.#queue[0]!;
    const length = this.#sendFrame(NO_BYTES, chunk, this.#queueOffset);
    this.#unmoved = false;
    this.#queuedBytes -= length;
    this.#queueOffset += length;
    if (this.#queueOffset < chunk.length) return;
    this.#queue.shift();
    this.#queueOffset = 0;
  }

  /** Sends one DATA frame of the run of `head` and `body` from `from` on: what the windows allow. Returns its bytes. */
  #sendFrame(head: Uint8Array, body: Uint8Array, from: number): number {
    const { scheduler } = this.owner;
    const { outbox } = scheduler;
    const length = Math.min(head.length + body.length - from, this.sendWindow, scheduler.window, MAX_FRAME_BYTES);
    const at = outbox.frame(FrameType.DATA, 0, this.id, length);
    copyRun(head, body, from, outbox.bytes, at, length);
    this.sendWindow -= length;
    scheduler.sent(length);
    return length;
  }

  #sendEnd(): void {
    const { outbox } = this.owner.scheduler;
    const trailers = this.#trailers!;
    this.#trailers = undefined;
    if (trailers.length > 0) outbox.headers(this.id, trailers, true);
    else outbox.frame(FrameType.DATA, Flag.END_STREAM, this.id, 0);
    this.delivered = true;
    if (this.#deposit > 0) this.owner.scheduler.budget.earn(this.#deposit);
    this.#finishIfAnswered();
  }

  /** A complete response ends the stream, whether or not the request is complete (RFC 9113 §8.1). */
  #finishIfAnswered(): void {
    if (this.delivered && this.remoteEnded) this.#close();
    else if (this.owner.isServer ? this.delivered : this.remoteEnded) this.reset(ErrorCode.NO_ERROR);
  }

  #close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#queue = NO_CHUNKS;
    this.#queuedBytes = 0;
    this.#trailers = undefined;
    this.owner.scheduler.leave(this);
    this.owner.streamOver(this);
  }

  #wrongLength(): StreamError {
    return new StreamError(
      this.id,
      ErrorCode.PROTOCOL_ERROR,
      `Cannot take a body: as many bytes as content-length says expected: received a difference of ${this.expectedBytes}`,
    );
  }
}

/** Copies `length` bytes of the run of `head` and `body` from `from` on to `target` from `at` on. */
function copyRun(
  head: Uint8Array,
  body: Uint8Array,
  from: number,
  target: Uint8Array,
  at: number,
  length: number,
): void {
  const ofHead = Math.max(0, Math.min(head.length - from, length));
  if (ofHead > 0) target.set(part(head, from, from + ofHead), at);
  const start = from + ofHead - head.length;
  if (length > ofHead) target.set(part(body, start, start + length - ofHead), at + ofHead);
}

function part(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
}

function blockOf(headers: HeaderList | Uint8Array): Uint8Array {
  return headers instanceof Uint8Array ? headers : encodeHeaders(headers);
}
