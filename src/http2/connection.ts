import { systemClock, turn } from "../lib/clock.ts";
import { Linked } from "../lib/linked_list.ts";
import { ControlBudget, TokenPool } from "./budget.ts";
import type { ConnectionKeeper, ConnectionOptions } from "./connection_options.ts";
import { WireCounters } from "./counters.ts";
import { ErrorCode, Http2Error, StreamError } from "./errors.ts";
import { FairShare, TurnQueue } from "./fair_share.ts";
import { CONNECTION_WINDOW_BYTES, FrameReceiver, type FrameReceiverOwner } from "./frame_receiver.ts";
import { DEFAULT_WINDOW_BYTES, FrameType, MAX_UINT31, PREFACE } from "./frames.ts";
import { Inbox } from "./inbox.ts";
import { HTTP2_LIMITS, type Http2Limits } from "./limits.ts";
import { Outbox, type OutboxListener } from "./outbox.ts";
import { Progress } from "./progress.ts";
import { SendScheduler } from "./send_scheduler.ts";
import { encodeSettings, Setting } from "./settings.ts";
import type { HeaderList } from "./static_table.ts";
import { type Accept, Http2Stream, type StreamListener } from "./stream.ts";
import { StreamTable } from "./stream_table.ts";
import type { Transport } from "./transport.ts";
import { ConnectionWatch, type Watched } from "./watch.ts";

/** How much of a connection's own is read past while it reads our last words. */
const LINGER_BYTES = 1024 * 1024;
/** A client that leaves this many bytes of answers unread is not read from until it takes them. */
const UNREAD_ANSWERS_BYTES = 128 * 1024;
/** A client that sends without pause waits for the others while more than this waits for it. */
const WAITING_ANSWERS_BYTES = 4096;
/** First byte of the PING of a graceful shutdown, which tells its answer from others'. */
const SHUTDOWN_PING = 1;

/** The life of one HTTP/2 connection, of either end (RFC 9113). What its frames do is in `FrameReceiver`. */
export class Http2Connection extends Linked<Http2Connection> implements FrameReceiverOwner, OutboxListener, Watched {
  readonly peer: string;
  readonly isServer: boolean;
  readonly highWaterBytes: number;
  readonly highWaterMessages: number;
  readonly streams: StreamTable;
  readonly budget: ControlBudget;
  readonly scheduler: SendScheduler;
  /** Bytes read from the peer. */
  bytesReceived = 0;
  /** Whether it ended because its peer gave no sign of life. */
  lifeless = false;
  /** A client's: resolves once the peer's SETTINGS are here; rejects with Http2Error when the connection ends before. */
  readonly ready: Promise<void> | undefined;
  /** Resolves once the connection is gone; rejects with what a listener threw. */
  readonly ended: Promise<void>;
  /** A server's: its clients share its time. */
  readonly #share: FairShare | undefined;
  readonly #accept: Accept | undefined;
  readonly #keeper: ConnectionKeeper | undefined;
  readonly #limits: Http2Limits;
  readonly #counters: WireCounters;
  readonly #outbox: Outbox;
  readonly #inbox = new Inbox();
  readonly #receiver: FrameReceiver;
  readonly #greeted: PromiseWithResolvers<void> | undefined;
  readonly #watch: ConnectionWatch;
  readonly #progress = new Progress();
  /** "closing" writes what is left and reads nothing more. */
  #phase: "greeting" | "open" | "closing" | "closed" = "greeting";
  /** "announced" after the first GOAWAY of a shutdown; "draining" takes no new streams and closes with the last one. */
  #farewell: "none" | "announced" | "draining" = "none";
  #peerMaxStreams = Infinity;
  #discardedBytes = 0;
  #offended = false;
  /** Whether it waits for what the peer sends. */
  #reading = false;
  #resumeReading = () => {};

  constructor(readonly transport: Transport, options: ConnectionOptions = {}) {
    super();
    const { accept, keeper, peer = "", clock = systemClock, limits = HTTP2_LIMITS } = options;
    const { pool = new TokenPool(clock, limits), counters = new WireCounters(), turns = new TurnQueue(clock) } =
      options;
    this.peer = peer;
    this.isServer = accept !== undefined;
    this.highWaterBytes = limits.highWaterBytes;
    this.highWaterMessages = limits.highWaterMessages;
    this.#share = this.isServer ? new FairShare(clock, turns, () => this.#suspect) : undefined;
    this.#accept = accept;
    this.#keeper = keeper;
    this.#limits = limits;
    this.#counters = counters;
    this.streams = new StreamTable(this.isServer);
    this.budget = new ControlBudget(pool);
    this.#outbox = new Outbox(transport, this);
    this.scheduler = new SendScheduler(this.#outbox, this.budget);
    this.#receiver = new FrameReceiver(this, limits);
    this.#greeted = this.isServer ? undefined : Promise.withResolvers();
    this.ready = this.#greeted?.promise;
    this.ready?.catch(() => {});
    this.#greet();
    this.#watch = new ConnectionWatch(this, clock, limits);
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

  /** Whether it reads what comes: not while its peer leaves too much unread. */
  get listens(): boolean {
    return !this.isServer || this.#outbox.waiting <= UNREAD_ANSWERS_BYTES;
  }

  /** Bytes read between the look before the last one at the peer's progress and now. */
  get recentBytes(): number {
    return this.#progress.recent(this.bytesReceived);
  }

  /** Streams that are not over. */
  get openStreams(): number {
    return this.streams.size;
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
    this.#outbox.goaway(this.isServer ? MAX_UINT31 : 0, ErrorCode.NO_ERROR);
    if (!this.isServer) return this.drain();
    this.#outbox.ping(SHUTDOWN_PING);
    this.#watch.announced();
  }

  /** Ends every stream now, and the connection as soon as the peer knows: half a second at most. */
  close(): void {
    if (this.#phase === "greeting") this.#destroy("the connection was closed");
    else this.#fail(ErrorCode.NO_ERROR, "the connection was closed", ErrorCode.CANCEL);
  }

  accept(stream: Http2Stream, headers: HeaderList): StreamListener {
    this.#counters.streams++;
    this.#counters.openStreams++;
    if (this.streams.size === 1) this.#keeper?.busy(this);
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
    const taken = !this.over && this.streams.size < this.#limits.maxConcurrentStreams &&
      (this.#keeper?.takesStream() ?? true) && !this.over; // it may be the one that makes room
    if (!taken) this.#counters.refusedStreams++;
    return taken;
  }

  streamOver(stream: Http2Stream): void {
    this.streams.remove(stream);
    if (stream.delivered) this.budget.earn(1);
    if (this.isServer) {
      this.#counters.openStreams--;
      if (this.streams.size === 0) this.#keeper?.idle(this);
    }
    this.#finishIfDrained();
  }

  settled(maxStreams: number | undefined): void {
    if (maxStreams !== undefined) this.#peerMaxStreams = maxStreams;
    if (this.#phase !== "greeting") return;
    this.#phase = "open";
    this.#watch.greeted();
    this.#keeper?.idle(this);
    this.#greeted?.resolve();
  }

  pingAnswered(payload: Uint8Array): void {
    if (this.#farewell === "announced" && payload[0] === SHUTDOWN_PING) this.drain();
  }

  goingAway(lastId: number): void {
    this.#farewell = "draining";
    if (this.isServer) return;
    this.streams.lose(ErrorCode.REFUSED_STREAM, "the peer is going away", lastId);
  }

  written(bytes: number): void {
    this.#counters.bytesSent += bytes;
    if (this.#outbox.roomForData) this.#resumeReading();
    this.scheduler.run();
  }

  failed(): void {
    this.#destroy("the connection was lost");
  }

  overfull(): void {
    this.#cut(ErrorCode.ENHANCE_YOUR_CALM, "the peer asks on and reads no answers");
  }

  late(): void {
    this.#cut(ErrorCode.SETTINGS_TIMEOUT, "the peer did not greet in time");
  }

  /** Cuts off who stands still: the whole connection, or single streams of which nothing is taken. */
  checkProgress(): void {
    const begun = this.#reading && this.#phase === "open" && (this.#inbox.halfway || this.#receiver.inHeaderBlock);
    const missed = this.#progress.missed(this.bytesReceived, this.#outbox, begun ? this.#inbox.frames : NaN);
    if (missed !== undefined) return this.#cut(ErrorCode.CANCEL, missed);
    this.#counters.stalledStreams += this.streams.failStalled();
  }

  ping(): void {
    this.#outbox.ping(0);
  }

  gone(): void {
    this.lifeless = true;
    this.#counters.silentConnections++;
    this.#destroy("the peer gave no sign of life");
  }

  /** The second GOAWAY of a graceful shutdown: from here on nothing new is taken. */
  drain(): void {
    this.#farewell = "draining";
    this.#watch.drained();
    if (this.isServer) this.#outbox.goaway(this.streams.lastPeerId, ErrorCode.NO_ERROR);
    this.#finishIfDrained();
  }

  lingered(): void {
    this.#destroy("the connection was closed");
  }

  #greet(): void {
    if (!this.isServer) this.#outbox.raw(PREFACE);
    const settings = encodeSettings([
      this.isServer ? [Setting.MAX_CONCURRENT_STREAMS, this.#limits.maxConcurrentStreams] : [Setting.ENABLE_PUSH, 0],
      [Setting.MAX_HEADER_LIST_SIZE, this.#limits.maxHeaderListBytes],
    ]);
    const at = this.#outbox.frame(FrameType.SETTINGS, 0, 0, settings.length);
    this.#outbox.bytes.set(settings, at);
    this.#outbox.frameOfUint32(FrameType.WINDOW_UPDATE, 0, CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW_BYTES);
  }

  async #run(): Promise<void> {
    try {
      let prefaced = !this.isServer;
      while (!this.#gone) {
        let bytes: number | null;
        try {
          this.#reading = true;
          bytes = await this.transport.read(this.#inbox.room());
          this.#reading = false;
        } catch (error) {
          if (error instanceof Http2Error) this.#offend(error.code, error.message);
          break;
        }
        // What was read while the connection came to its end is nobody's any more.
        if (bytes === null || this.#gone) break;
        this.#watch.heard();
        if (this.#phase === "closing") {
          this.#discardedBytes += bytes;
          if (this.#discardedBytes > LINGER_BYTES) break;
          continue;
        }
        this.bytesReceived += bytes;
        this.#counters.bytesReceived += bytes;
        this.#share?.begin();
        this.#inbox.received(bytes);
        try {
          prefaced ||= this.#inbox.takePreface();
          for (let more = prefaced; more;) {
            more = this.#takeFrames();
            const full = this.#inbox.brimful;
            if (more || (full && this.#suspect)) await this.#share?.pause();
            else if (full) await turn();
          }
          if (!this.listens && !this.#gone) await this.#answersRead();
        } catch (error) {
          if (!(error instanceof Http2Error)) throw error;
          this.#fail(error.code, error.message);
        }
      }
    } finally {
      this.#destroy("the connection was lost");
    }
  }

  get #gone(): boolean {
    return this.#phase === "closed";
  }

  /** Whether a client that sends without pause may be up to something: it reads no answers, or breaks rules. */
  get #suspect(): boolean {
    return this.isServer && (this.#outbox.waiting > WAITING_ANSWERS_BYTES || !this.budget.ample);
  }

  #answersRead(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resumeReading = resolve;
    return promise;
  }

  /** Takes the frames that are there. Returns whether it stopped because the client causes much work. */
  #takeFrames(): boolean {
    const inbox = this.#inbox;
    while (inbox.next()) {
      try {
        this.#receiver.take(inbox);
      } catch (error) {
        if (!(error instanceof StreamError)) throw error;
        this.#receiver.reset(error);
      }
      if (this.#share?.took(inbox.type, inbox.payload.length)) return true;
    }
    this.#finishIfDrained();
    return false;
  }

  #finishIfDrained(): void {
    if (this.#farewell === "draining" && this.streams.size === 0) this.#finish();
  }

  /** An error of the connection: says why, loses every stream, and ends (RFC 9113 §5.4.1), read or not. */
  #fail(code: ErrorCode, reason: string, ofStreams = code): void {
    if (this.#gone) return;
    if (this.#phase === "closing") return this.#watch.linger();
    if (code !== ErrorCode.NO_ERROR) this.#offend(code, reason);
    this.#outbox.goaway(this.streams.lastPeerId, code, reason);
    if (this.#gone) return; // that was one frame too many
    this.#finish();
    this.#watch.linger();
    this.streams.lose(ofStreams, reason);
  }

  /** Ends once everything is written: says so to the peer and waits a little for its end. */
  #finish(): void {
    if (this.#phase === "closing" || this.#phase === "closed") return;
    this.#phase = "closing";
    this.#inbox.clear();
    this.#outbox.whenEmpty(() => {
      this.#watch.linger();
      this.transport.closeWrite().catch(() => this.#destroy("the connection was lost"));
    });
  }

  #destroy(reason: string): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#inbox.clear();
    this.#watch.stop();
    this.budget.close();
    this.#outbox.close();
    this.#resumeReading();
    this.transport.close();
    const why = `Cannot open the connection: SETTINGS expected: ${reason}`;
    this.#greeted?.reject(new Http2Error(ErrorCode.CONNECT_ERROR, why));
    this.streams.lose(ErrorCode.CONNECT_ERROR, reason);
  }

  /** Ends the connection of somebody who would not read why; of one that is about to end it is no offence. */
  #cut(code: ErrorCode, reason: string): void {
    if (this.#phase !== "closing") this.#offend(code, reason);
    this.#destroy(reason);
  }

  /** Counts and tells, once. */
  #offend(code: ErrorCode, reason: string): void {
    if (this.#offended) return;
    this.#offended = true;
    this.#counters.offence(code);
    this.#keeper?.offended(this, code, reason);
  }
}
