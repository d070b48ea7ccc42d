import type { Span } from "../lib/span.ts";
import { type ControlBudget, Cost } from "./budget.ts";
import { ErrorCode, Http2Error, StreamError } from "./errors.ts";
import {
  malformed,
  misplaced,
  selfDependent,
  tooManyHeaders,
  windowExceeded,
  windowTooWide,
  wrongSize,
} from "./faults.ts";
import { Flag, FrameType, readUint31, readUint32 } from "./frames.ts";
import { HeaderBlockAssembly } from "./header_block.ts";
import { DEFAULT_TABLE_BYTES, HpackDecoder } from "./hpack.ts";
import type { Http2Limits } from "./limits.ts";
import { contentLengthOf, faultInRequest, faultInResponse, faultInTrailers, valueOf } from "./message_head.ts";
import { decodeSettings, Setting } from "./settings.ts";
import type { HeaderList } from "./static_table.ts";
import { Http2Stream, type StreamListener, type StreamOwner } from "./stream.ts";
import type { StreamTable } from "./stream_table.ts";

/** DATA that the peer may send on the whole connection before more is granted; streams bound what is kept of it. */
export const CONNECTION_WINDOW_BYTES = 1024 * 1024;

/** Responses without a body, whatever their content-length says (RFC 9110 §6.4.1); this client sends no HEAD. */
const BODILESS: ReadonlySet<string> = new Set(["204", "304"]);

/** What frames ask of the connection as a whole. */
export interface FrameReceiverOwner extends StreamOwner {
  readonly streams: StreamTable;
  readonly budget: ControlBudget;
  /** A server's: takes a request. */
  accept(stream: Http2Stream, headers: HeaderList): StreamListener;
  /** Whether one more stream of the peer is taken. */
  takesStreams(): boolean;
  /** The peer's SETTINGS are in force; `maxStreams` is how many we may open, undefined when it does not say. */
  settled(maxStreams: number | undefined): void;
  /** The peer answered a PING of ours. */
  pingAnswered(payload: Uint8Array): void;
  /** The peer ends the connection and takes no stream above `lastId`. */
  goingAway(lastId: number): void;
}

/**
 * What each frame of the peer does. Sections are those of RFC 9113. Every method throws Http2Error and StreamError.
 */
export class FrameReceiver {
  readonly #owner: FrameReceiverOwner;
  readonly #streams: StreamTable;
  readonly #budget: ControlBudget;
  readonly #decoder: HpackDecoder;
  readonly #block: HeaderBlockAssembly;
  readonly #maxSettings: number;
  #settingsSeen = false;
  #window = CONNECTION_WINDOW_BYTES;

  constructor(owner: FrameReceiverOwner, limits: Http2Limits) {
    this.#owner = owner;
    this.#streams = owner.streams;
    this.#budget = owner.budget;
    this.#decoder = new HpackDecoder({ maxTableBytes: DEFAULT_TABLE_BYTES, maxListBytes: limits.maxHeaderListBytes });
    this.#block = new HeaderBlockAssembly(limits);
    this.#maxSettings = limits.maxSettings;
  }

  /** Whether a header block has begun whose end is not here yet. */
  get inHeaderBlock(): boolean {
    return this.#block.streamId !== 0;
  }

  /**
   * Takes one frame; `payload` is valid only during the call. The first one is SETTINGS (§3.4), nothing comes between a
   * HEADERS frame and its CONTINUATIONs (§4.3), and types that nobody knows are passed over (§4.1).
   */
  take(
    frame: { readonly type: number; readonly flags: number; readonly id: number; readonly payload: Span },
  ): void {
    const { type, flags, id } = frame;
    if (!this.#settingsSeen && (type !== FrameType.SETTINGS || (flags & Flag.ACK) !== 0)) {
      throw misplaced("one before SETTINGS");
    }
    if (this.inHeaderBlock && (type !== FrameType.CONTINUATION || id !== this.#block.streamId)) {
      throw misplaced("another inside a header block");
    }
    if (type === FrameType.DATA) return this.#data(flags, id, frame.payload);
    if (type === FrameType.HEADERS) return this.#headers(flags, id, frame.payload);
    const payload = frame.payload.view();
    switch (type) {
      case FrameType.PRIORITY:
        return this.#priority(id, payload);
      case FrameType.RST_STREAM:
        return this.#rstStream(id, payload);
      case FrameType.SETTINGS:
        return this.#settings(flags, id, payload);
      case FrameType.PUSH_PROMISE:
        throw misplaced("PUSH_PROMISE");
      case FrameType.PING:
        return this.#ping(flags, id, payload);
      case FrameType.GOAWAY:
        return this.#goaway(id, payload);
      case FrameType.WINDOW_UPDATE:
        return this.#windowUpdate(id, payload);
      case FrameType.CONTINUATION:
        return this.#continuation(flags, id, payload);
      default:
        this.#budget.spend(Cost.CONTROL);
    }
  }

  /** Resets the stream of an error that the peer made (§5.4.2). */
  reset(error: StreamError): void {
    this.#budget.spend(Cost.OFFENCE);
    const stream = this.#streams.get(error.streamId);
    if (stream !== undefined) return stream.fail(error.code, error.message);
    this.#refuse(error.streamId, error.code);
  }

  /** §6.1; a response has its head first (§8.1). */
  #data(flags: number, id: number, payload: Span): void {
    const frameBytes = payload.length;
    if ((flags & Flag.PADDED) !== 0) unpad(payload);
    const ends = (flags & Flag.END_STREAM) !== 0;
    this.#takeFromWindow(frameBytes);
    if (payload.length === 0 && !ends) this.#budget.spend(Cost.CONTROL);
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.remoteEnded) return this.#late(id);
    if (!stream.hasHead) throw malformed(id, "response", "DATA before its head");
    stream.receiveData(payload, frameBytes);
    if (ends) stream.receiveEnd([]);
  }

  /** The connection's window opens again as DATA arrives (§6.9): what is kept is bounded by the streams' windows. */
  #takeFromWindow(bytes: number): void {
    this.#window -= bytes;
    if (this.#window < 0) throw windowExceeded(-this.#window);
    const used = CONNECTION_WINDOW_BYTES - this.#window;
    if (used < CONNECTION_WINDOW_BYTES / 2) return;
    this.#owner.scheduler.outbox.frameOfUint32(FrameType.WINDOW_UPDATE, 0, used);
    this.#window = CONNECTION_WINDOW_BYTES;
  }

  /** A frame on a stream that is over: borne for as long as it may have been on its way, an error later (§5.1). */
  #late(id: number): void {
    this.#streams.checkLate(id);
    this.#budget.spend(Cost.SLIGHT);
  }

  /** §6.2; the priority in it is read past (§5.3.2). */
  #headers(flags: number, id: number, payload: Span): void {
    if ((id & 1) === 0) throw misplaced("HEADERS on an even stream");
    if ((flags & Flag.PADDED) !== 0) unpad(payload);
    let fragment = payload.view();
    let dependsOnItself = false;
    if ((flags & Flag.PRIORITY) !== 0) {
      if (fragment.length < 5) throw wrongSize("HEADERS", fragment.length);
      dependsOnItself = readUint31(fragment, 0) === id;
      fragment = fragment.subarray(5);
    }
    const block = this.#block.begin(id, flags, fragment);
    if (block !== undefined) this.#wholeBlock(id, block);
    if (dependsOnItself) throw selfDependent(id);
  }

  /** §6.10 */
  #continuation(flags: number, id: number, payload: Uint8Array): void {
    if (!this.inHeaderBlock) throw misplaced("CONTINUATION outside a header block");
    const block = this.#block.add(flags, payload);
    if (block !== undefined) this.#wholeBlock(id, block);
  }

  /** A head or trailers (§8.1); a block is decoded whatever becomes of it, since the table follows it (§4.3). */
  #wholeBlock(id: number, block: Uint8Array): void {
    const headers = this.#decoder.decode(block);
    const stream = this.#streams.get(id);
    if (stream !== undefined && !stream.remoteEnded) {
      if (headers === undefined) throw tooManyHeaders(id);
      if (stream.hasHead) this.#trailers(stream, headers);
      else this.#response(stream, headers);
      return;
    }
    if (this.#owner.isServer && this.#streams.isIdle(id)) return this.#request(id, headers);
    if (this.#streams.isSkipped(id)) throw misplaced("HEADERS on a stream below the last one");
    this.#late(id);
  }

  /** Opens a stream (§5.1.1) with the head of a request (§8.3.1). */
  #request(id: number, headers: HeaderList | undefined): void {
    this.#streams.lastPeerId = id;
    if (!this.#owner.takesStreams()) {
      this.#budget.spend(Cost.ABANDONED);
      return this.#refuse(id, ErrorCode.REFUSED_STREAM);
    }
    if (headers === undefined) throw tooManyHeaders(id);
    const fault = faultInRequest(headers);
    if (fault !== undefined) throw malformed(id, "request", fault);
    const ends = this.#block.endStream;
    const stream = new Http2Stream(this.#owner, id);
    stream.hasHead = true;
    stream.expectedBytes = contentLengthOf(headers);
    this.#streams.add(stream);
    stream.listener = this.#owner.accept(stream, headers);
    if (ends) stream.receiveEnd([]);
  }

  /** The head of a response (§8.3.2), or of one that only says that a response will come (§8.1). */
  #response(stream: Http2Stream, headers: HeaderList): void {
    const ends = this.#block.endStream;
    const fault = faultInResponse(headers, ends);
    if (fault !== undefined) throw malformed(stream.id, "response", fault);
    const status = valueOf(headers, ":status")!;
    if (status.startsWith("1")) return this.#budget.spend(Cost.CONTROL);
    stream.hasHead = true;
    if (!BODILESS.has(status)) stream.expectedBytes = contentLengthOf(headers);
    stream.listener?.headers?.(headers);
    if (ends) stream.receiveEnd([]);
  }

  /** §8.1 */
  #trailers(stream: Http2Stream, headers: HeaderList): void {
    const fault = this.#block.endStream ? faultInTrailers(headers) : "a second head";
    if (fault !== undefined) throw malformed(stream.id, "trailers", fault);
    stream.receiveEnd(headers);
  }

  /** Resets a stream that nobody else knows (§5.4.2, §8.7). */
  #refuse(id: number, code: ErrorCode): void {
    this.#owner.scheduler.outbox.frameOfUint32(FrameType.RST_STREAM, id, code);
    this.#streams.addRefused(id);
  }

  /** §6.3: checked, and else ignored. */
  #priority(id: number, payload: Uint8Array): void {
    this.#budget.spend(Cost.CONTROL);
    if (id === 0) throw misplaced("PRIORITY on stream 0");
    if (payload.length !== 5) {
      throw new StreamError(id, ErrorCode.FRAME_SIZE_ERROR, wrongSize("PRIORITY", payload.length).message);
    }
    if (readUint31(payload, 0) === id) throw selfDependent(id);
  }

  /** §6.4 */
  #rstStream(id: number, payload: Uint8Array): void {
    if (payload.length !== 4) throw wrongSize("RST_STREAM", payload.length);
    if (this.#streams.isIdle(id)) throw misplaced("RST_STREAM for a stream that was never opened");
    const stream = this.#streams.get(id);
    const abandoned = this.#owner.isServer && stream !== undefined && !stream.answered;
    this.#budget.spend(abandoned ? Cost.ABANDONED : Cost.SLIGHT);
    stream?.lose(readUint32(payload, 0) as ErrorCode, "the peer reset the stream");
  }

  /** §6.5; a change of the window holds for the streams that are open (§6.9.2), one of the table for HPACK (§4.3.1). */
  #settings(flags: number, id: number, payload: Uint8Array): void {
    if (id !== 0) throw misplaced("SETTINGS on a stream");
    if ((flags & Flag.ACK) !== 0) {
      if (payload.length !== 0) throw wrongSize("the acknowledgement of SETTINGS", payload.length);
      return this.#budget.spend(Cost.CONTROL);
    }
    this.#budget.spend(Cost.OFFENCE);
    const settings = decodeSettings(payload, this.#maxSettings);
    if (!this.#owner.isServer && settings.get(Setting.ENABLE_PUSH) === 1) throw misplaced("ENABLE_PUSH of a server");
    const { scheduler } = this.#owner;
    const window = settings.get(Setting.INITIAL_WINDOW_SIZE) ?? scheduler.initialStreamWindow;
    const change = window - scheduler.initialStreamWindow;
    scheduler.initialStreamWindow = window;
    for (const stream of change === 0 ? [] : this.#streams) {
      if (!stream.growWindow(change)) throw windowTooWide(stream.sendWindow);
    }
    const tableBytes = settings.get(Setting.HEADER_TABLE_SIZE) ?? DEFAULT_TABLE_BYTES;
    if (tableBytes < DEFAULT_TABLE_BYTES) scheduler.outbox.tableNarrowed();
    this.#settingsSeen = true;
    scheduler.outbox.frame(FrameType.SETTINGS, Flag.ACK, 0, 0);
    this.#owner.settled(settings.get(Setting.MAX_CONCURRENT_STREAMS));
    scheduler.run();
  }

  /** §6.7 */
  #ping(flags: number, id: number, payload: Uint8Array): void {
    if (id !== 0) throw misplaced("PING on a stream");
    if (payload.length !== 8) throw wrongSize("PING", payload.length);
    this.#budget.spend(Cost.CONTROL);
    if ((flags & Flag.ACK) !== 0) return this.#owner.pingAnswered(payload);
    const { outbox } = this.#owner.scheduler;
    const at = outbox.frame(FrameType.PING, Flag.ACK, 0, 8);
    outbox.bytes.set(payload, at);
  }

  /** §6.8 */
  #goaway(id: number, payload: Uint8Array): void {
    if (id !== 0) throw misplaced("GOAWAY on a stream");
    if (payload.length < 8) throw wrongSize("GOAWAY", payload.length);
    this.#budget.spend(Cost.OFFENCE);
    this.#owner.goingAway(readUint31(payload, 0));
  }

  /** §6.9: a window of a stream, or of the connection. */
  #windowUpdate(id: number, payload: Uint8Array): void {
    if (payload.length !== 4) throw wrongSize("WINDOW_UPDATE", payload.length);
    this.#budget.spend(Cost.SLIGHT);
    const bytes = readUint31(payload, 0);
    if (id !== 0 && this.#streams.isIdle(id)) throw misplaced("WINDOW_UPDATE for a stream that was never opened");
    if (bytes === 0) {
      const error = new Http2Error(
        ErrorCode.PROTOCOL_ERROR,
        "Cannot widen a window: at least 1 byte expected: received 0",
      );
      throw id === 0 ? error : new StreamError(id, error.code, error.message);
    }
    if (id === 0) return this.#owner.scheduler.grow(bytes);
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (!stream.growWindow(bytes)) {
      const error = windowTooWide(stream.sendWindow);
      throw new StreamError(id, error.code, error.message);
    }
    this.#owner.scheduler.run();
  }
}

/** Takes the padding off a payload: its first byte is the padding's length (RFC 9113 §6.1). */
function unpad(payload: Span): void {
  const padding = payload.length === 0 ? 0 : payload.bytes[payload.from]!;
  if (padding >= payload.length) throw misplaced("more padding than payload");
  payload.set(payload.bytes, payload.from + 1, payload.to - padding);
}
