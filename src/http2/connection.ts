import { type Clock, systemClock } from "../lib/clock.ts";
import { ControlBudget } from "./budget.ts";
import { ErrorCode, Http2Error, StreamError } from "./errors.ts";
import { CONNECTION_WINDOW_BYTES, FrameReceiver, type FrameReceiverOwner } from "./frame_receiver.ts";
import { DEFAULT_WINDOW_BYTES, FrameType, MAX_UINT31, PREFACE, writeUint32 } from "./frames.ts";
import { Inbox } from "./inbox.ts";
import { Outbox, type OutboxListener } from "./outbox.ts";
import { SendScheduler } from "./send_scheduler.ts";
import { encodeSettings, Setting } from "./settings.ts";
import type { HeaderList } from "./static_table.ts";
import { Http2Stream, type StreamListener } from "./stream.ts";
import { StreamTable } from "./stream_table.ts";
import type { Transport } from "./transport.ts";

/** How long a connection that we end may take to read our last words, and how much of its own we read past. */
const LINGER_MS = 500;
const LINGER_BYTES = 1024 * 1024;
/** A client that leaves this many bytes of answers unread is not read from until it takes them. */
const UNREAD_ANSWERS_BYTES = 512 * 1024;
/** A peer that does not answer the PING of a graceful shutdown is taken to have seen the GOAWAY after this time. */
const SHUTDOWN_PING_MS = 1000;

/** Takes a request. The stream may be answered at once; its listener hears the rest. */
export type Accept = (stream: Http2Stream, headers: HeaderList) => StreamListener;

export interface ConnectionOptions {
  /** A server's: who takes the requests. Without it this end is the client. */
  readonly accept?: Accept;
  /** The peer's address for those who ask, such as "127.0.0.1:51234". */
  readonly peer?: string;
  readonly clock?: Clock;
  /** Streams that the peer may have open at once. */
  readonly maxConcurrentStreams?: number;
  /** Largest header list taken, in bytes counted as in RFC 9113 §6.5.2. */
  readonly maxHeaderListBytes?: number;
  /** Bytes of waiting DATA above which `Http2Stream.send` returns false. */
  readonly highWaterBytes?: number;
  /** Time for the peer's preface and SETTINGS, in ms. */
  readonly handshakeTimeoutMs?: number;
  /** A peer that takes none of what waits for it for this long, in ms, is cut off: a stream or the connection. */
  readonly stallTimeoutMs?: number;
}

/** The life of one HTTP/2 connection, of either end (RFC 9113). What its frames do is in `FrameReceiver`. */
export class Http2Connection implements FrameReceiverOwner, OutboxListener {
  readonly peer: string;
  readonly isServer: boolean;
  readonly highWaterBytes: number;
  readonly streams: StreamTable;
  readonly budget: ControlBudget;
  readonly scheduler: SendScheduler;
  /** Resolves once the peer's SETTINGS are here; rejects with Http2Error when the connection ends before. */
  readonly ready: Promise<void>;
  /** Resolves once the connection is gone; rejects with what a listener threw. */
  readonly ended: Promise<void>;
  readonly #accept: Accept | undefined;
  readonly #clock: Clock;
  readonly #maxStreams: number;
  readonly #stallTimeoutMs: number;
  readonly #outbox: Outbox;
  readonly #inbox = new Inbox();
  readonly #receiver: FrameReceiver;
  readonly #greeted = Promise.withResolvers<void>();
  readonly #timers = new Map<"handshake" | "stall" | "linger" | "shutdown", () => void>();
  /** "closing" writes what is left and reads nothing more. */
  #phase: "greeting" | "open" | "closing" | "closed" = "greeting";
  /** "announced" after the first GOAWAY of a shutdown; "draining" takes no new streams and closes with the last one. */
  #farewell: "none" | "announced" | "draining" = "none";
  #peerMaxStreams = Infinity;
  #discardedBytes = 0;
  #seenWrites = -1;
  #resumeReading = () => {};

  constructor(readonly transport: Transport, options: ConnectionOptions = {}) {
    const { accept, peer = "", clock = systemClock, maxConcurrentStreams = 1000, maxHeaderListBytes = 16_384 } =
      options;
    const { highWaterBytes = 65_536, handshakeTimeoutMs = 5000, stallTimeoutMs = 15_000 } = options;
    this.peer = peer;
    this.isServer = accept !== undefined;
    this.highWaterBytes = highWaterBytes;
    this.#accept = accept;
    this.#clock = clock;
    this.#maxStreams = maxConcurrentStreams;
    this.#stallTimeoutMs = stallTimeoutMs;
    this.streams = new StreamTable(this.isServer);
    this.budget = new ControlBudget(clock);
    this.#outbox = new Outbox(transport, this);
    this.scheduler = new SendScheduler(this.#outbox, this.budget);
    this.#receiver = new FrameReceiver(this, maxHeaderListBytes);
    this.ready = this.#greeted.promise;
    this.ready.catch(() => {});
    this.#greet(maxHeaderListBytes);
    this.#setTimer("handshake", handshakeTimeoutMs, () => this.#destroy("the peer did not greet in time"));
    this.#setTimer("stall", stallTimeoutMs, () => this.#watch());
    this.ended = this.#run();
  }

  /** Whether `open` may be called. */
  get usable(): boolean {
    return this.#phase === "open" && this.#farewell === "none" && this.streams.size < this.#peerMaxStreams &&
      this.streams.canOpen;
  }

  /** Whether no new streams are taken or opened any more. */
  get over(): boolean {
    return this.#farewell === "draining" || this.#phase === "closing" || this.#phase === "closed";
  }

  /** Opens a stream as a client and sends its head; only while `usable`. */
  open(headers: HeaderList, listener: StreamListener): Http2Stream {
    const stream = new Http2Stream(this, this.streams.nextOwnId);
    stream.listener = listener;
    this.streams.nextOwnId += 2;
    this.streams.add(stream);
    stream.sendHeaders(headers);
    return stream;
  }

  /** Takes no new streams and closes with the last one (RFC 9113 §6.8: two GOAWAYs, so that no request is lost). */
  shutdown(): void {
    if (this.#farewell !== "none" || this.over) return;
    this.#farewell = "announced";
    this.#goaway(this.isServer ? MAX_UINT31 : 0, ErrorCode.NO_ERROR);
    if (!this.isServer) return this.#drain();
    const at = this.#outbox.frame(FrameType.PING, 0, 0, 8);
    this.#outbox.bytes.fill(0, at, at + 8);
    this.#setTimer("shutdown", SHUTDOWN_PING_MS, () => this.#drain());
  }

  /** Ends every stream now, and the connection as soon as the peer knows: half a second at most. */
  close(): void {
    if (this.#phase === "greeting") this.#destroy("the connection was closed");
    else this.#fail(ErrorCode.NO_ERROR, "the connection was closed");
  }

  accept(stream: Http2Stream, headers: HeaderList): StreamListener {
    return this.#accept!(stream, headers);
  }

  charge(cost: number): void {
    try {
      this.budget.spend(cost);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.#fail(error.code, error.message);
    }
  }

  takesStreams(): boolean {
    return this.#farewell !== "draining" && this.streams.size < this.#maxStreams;
  }

  streamOver(stream: Http2Stream): void {
    this.streams.remove(stream);
    if (stream.localEnded) this.budget.earn();
    this.#finishIfDrained();
  }

  settled(maxStreams: number | undefined): void {
    if (maxStreams !== undefined) this.#peerMaxStreams = maxStreams;
    if (this.#phase !== "greeting") return;
    this.#phase = "open";
    this.#clearTimer("handshake");
    this.#greeted.resolve();
  }

  pingAnswered(): void {
    if (this.#farewell === "announced") this.#drain();
  }

  goingAway(lastId: number): void {
    this.#farewell = "draining";
    if (this.isServer) return;
    for (const stream of this.streams) {
      if (stream.id > lastId) stream.lose(ErrorCode.REFUSED_STREAM, "the peer is going away");
    }
  }

  written(): void {
    if (this.#outbox.roomForData) this.#resumeReading();
    this.scheduler.run();
  }

  failed(): void {
    this.#destroy("the connection was lost");
  }

  #greet(maxHeaderListBytes: number): void {
    if (!this.isServer) this.#outbox.raw(PREFACE);
    const settings = encodeSettings([
      this.isServer ? [Setting.MAX_CONCURRENT_STREAMS, this.#maxStreams] : [Setting.ENABLE_PUSH, 0],
      [Setting.MAX_HEADER_LIST_SIZE, maxHeaderListBytes],
    ]);
    const at = this.#outbox.frame(FrameType.SETTINGS, 0, 0, settings.length);
    this.#outbox.bytes.set(settings, at);
    this.#outbox.frameOfUint32(FrameType.WINDOW_UPDATE, 0, CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW_BYTES);
  }

  async #run(): Promise<void> {
    try {
      let prefaced = !this.isServer;
      while (this.#phase !== "closed") {
        const bytes = await this.#read();
        if (bytes === null) break;
        if (this.#phase === "closing") {
          this.#discardedBytes += bytes;
          if (this.#discardedBytes > LINGER_BYTES) break;
          continue;
        }
        this.#inbox.received(bytes);
        try {
          prefaced ||= this.#inbox.takePreface();
          if (prefaced) this.#takeFrames();
          if (this.isServer && this.#outbox.waiting > UNREAD_ANSWERS_BYTES) await this.#answersRead();
        } catch (error) {
          if (!(error instanceof Http2Error)) throw error;
          this.#fail(error.code, error.message);
        }
      }
    } finally {
      this.#destroy("the connection was lost");
    }
  }

  #answersRead(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resumeReading = resolve;
    return promise;
  }

  async #read(): Promise<number | null> {
    try {
      return await this.transport.read(this.#inbox.room());
    } catch {
      return null;
    }
  }

  #takeFrames(): void {
    const inbox = this.#inbox;
    while (inbox.next()) {
      try {
        this.#receiver.take(inbox);
      } catch (error) {
        if (!(error instanceof StreamError)) throw error;
        this.#receiver.reset(error);
      }
    }
    this.#finishIfDrained();
  }

  /** The second GOAWAY of a graceful shutdown: from here on nothing new is taken. */
  #drain(): void {
    this.#farewell = "draining";
    this.#clearTimer("shutdown");
    if (this.isServer) this.#goaway(this.streams.lastPeerId, ErrorCode.NO_ERROR);
    this.#finishIfDrained();
  }

  #finishIfDrained(): void {
    if (this.#farewell === "draining" && this.streams.size === 0) this.#finish();
  }

  #goaway(lastId: number, code: ErrorCode, reason = ""): void {
    const text = new TextEncoder().encode(reason);
    const at = this.#outbox.frame(FrameType.GOAWAY, 0, 0, 8 + text.length);
    writeUint32(this.#outbox.bytes, at, lastId);
    writeUint32(this.#outbox.bytes, at + 4, code);
    this.#outbox.bytes.set(text, at + 8);
  }

  /** An error of the connection: says why, loses every stream, and ends (RFC 9113 §5.4.1). */
  #fail(code: ErrorCode, reason: string): void {
    if (this.#phase === "closing" || this.#phase === "closed") return;
    this.#goaway(this.streams.lastPeerId, code, reason);
    this.#finish();
    this.#loseStreams(code, reason);
  }

  /** Ends once everything is written: says so to the peer and waits a little for its end. */
  #finish(): void {
    if (this.#phase === "closing" || this.#phase === "closed") return;
    this.#phase = "closing";
    this.#inbox.clear();
    this.#setTimer("linger", LINGER_MS, () => this.#destroy("the connection was closed"));
    this.#outbox.whenEmpty(() => void this.#closeWrite());
  }

  async #closeWrite(): Promise<void> {
    try {
      await this.transport.closeWrite();
    } catch {
      this.#destroy("the connection was lost");
    }
  }

  #destroy(reason: string): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#inbox.clear();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#outbox.close();
    this.#resumeReading();
    this.transport.close();
    this.#greeted.reject(
      new Http2Error(ErrorCode.CONNECT_ERROR, `Cannot open the connection: SETTINGS expected: ${reason}`),
    );
    this.#loseStreams(ErrorCode.CONNECT_ERROR, reason);
  }

  #loseStreams(code: ErrorCode, reason: string): void {
    for (const stream of this.streams) stream.lose(code, reason);
  }

  /** Cuts off who takes nothing of what waits for it: the whole connection, or single streams. */
  #watch(): void {
    if (this.#outbox.waiting > 0 && this.#outbox.writes === this.#seenWrites) {
      return this.#destroy("the peer stopped reading");
    }
    this.#seenWrites = this.#outbox.writes;
    for (const stream of this.streams) {
      if (stream.stalled()) stream.fail(ErrorCode.CANCEL, "the peer stopped reading");
    }
    this.#setTimer("stall", this.#stallTimeoutMs, () => this.#watch());
  }

  #setTimer(name: "handshake" | "stall" | "linger" | "shutdown", ms: number, fire: () => void): void {
    this.#timers.set(name, this.#clock.setTimer(ms, fire));
  }

  #clearTimer(name: "handshake" | "shutdown"): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }
}
