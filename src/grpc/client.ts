import type { Span } from "../lib/span.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { connectHttp2 } from "../http2/client.ts";
import type { Http2Connection } from "../http2/connection.ts";
import type { ClientTls } from "../http2/tls.ts";
import { ErrorCode } from "../http2/errors.ts";
import type { HeaderField, HeaderList } from "../http2/static_table.ts";
import type { Http2Stream, StreamListener } from "../http2/stream.ts";
import { ACCEPTED_ENCODINGS } from "./compression.ts";
import { HeldBytes, MessageReader, type MessageTaker, prefixOf } from "./framing.ts";
import { checkedMetadata, encodeTimeout, isGrpc, Metadata } from "./metadata.ts";
import { decodeStatusMessage, GrpcError, Status, statusOfCode, statusOfHttp, statusOfReset } from "./status.ts";

/** Half-received messages of all RPCs of one channel together, in bytes. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

export interface GrpcChannelOptions {
  readonly hostname: string;
  readonly port: number;
  /** Over TLS; `true` trusts whom the system trusts. */
  readonly tls?: boolean | ClientTls | undefined;
  readonly clock?: Clock;
  /** Largest message taken, in bytes; 4 MiB unless told. */
  readonly maxMessageBytes?: number;
  /** 10 s unless told, in ms. */
  readonly connectTimeoutMs?: number;
  /** A connection that was silent for so many ms is asked for a sign of life by PING; never unless told. */
  readonly keepaliveMs?: number;
}

/** What a client hears about an RPC. */
export interface ClientListener {
  /** The server's initial metadata, unless it answered with a status alone. */
  metadata?(metadata: Metadata): void;
  /** A message; the view is valid only during the call. */
  message(bytes: Uint8Array): void;
  /** The RPC is over: called exactly once, and last. */
  finished(status: Status, message: string, trailers: Metadata): void;
  /** Room again after `ClientCall.send` returned false. */
  drained?(): void;
}

/** One RPC as a client sees it. All calls return at once. */
export interface ClientCall {
  /** Sends a message; its bytes are copied. Returns false when too much waits, or when the RPC is over. */
  send(message: Uint8Array): boolean;
  /** Says that no more messages come. */
  halfClose(): void;
  /** Ends the RPC with CANCELLED. */
  cancel(): void;
}

/** One connection to a gRPC server. */
export class GrpcChannel implements AsyncDisposable {
  readonly #connection: Http2Connection;
  readonly #options: GrpcChannelOptions;
  readonly #held = new HeldBytes(MAX_HELD_BYTES);

  private constructor(connection: Http2Connection, options: GrpcChannelOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** Connects. Throws GrpcError UNAVAILABLE when that fails or takes too long. */
  static async connect(options: GrpcChannelOptions): Promise<GrpcChannel> {
    try {
      return new GrpcChannel(await connectHttp2(options), options);
    } catch (error) {
      throw new GrpcError(Status.UNAVAILABLE, error instanceof Error ? error.message : String(error));
    }
  }

  /** Whether the connection takes no new RPCs any more: closed, lost, or going away. */
  get closed(): boolean {
    return this.#connection.over;
  }

  /**
   * Starts an RPC, to end after `timeoutMs` at the latest. Throws TypeError for malformed metadata. When the connection
   * takes no new RPC, the listener hears UNAVAILABLE a moment later.
   */
  open(
    path: string,
    metadata: Iterable<[string, string]>,
    listener: ClientListener,
    options: { readonly timeoutMs?: number } = {},
  ): ClientCall {
    const { hostname, port, tls = false, clock = systemClock, maxMessageBytes = 4 * 1024 * 1024 } = this.#options;
    const { timeoutMs } = options;
    const serverName = typeof tls === "object" ? tls.serverName : undefined;
    const fields: HeaderField[] = [
      [":method", "POST"],
      [":scheme", tls === false ? "http" : "https"],
      [":path", path],
      [":authority", `${serverName ?? hostname}:${port}`],
      ["te", "trailers"],
      ["content-type", "application/grpc"],
      ["grpc-accept-encoding", ACCEPTED_ENCODINGS],
    ];
    if (timeoutMs !== undefined) fields.push(["grpc-timeout", encodeTimeout(timeoutMs)]);
    fields.push(...checkedMetadata(metadata));
    const call = new ClientRpc(listener, { maxMessageBytes, held: this.#held });
    if (!this.#connection.usable) {
      queueMicrotask(() => call.finish(Status.UNAVAILABLE, "Cannot open an RPC: a connection that takes one expected"));
      return call;
    }
    call.begin(this.#connection.open(fields, call));
    if (timeoutMs !== undefined) call.expireIn(timeoutMs, clock);
    return call;
  }

  /** Cancels every RPC and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    await this.#connection.ended;
  }
}

/** Sends one request and resolves with the one answer. Throws GrpcError for any other end than OK with one message. */
export function callUnary(
  channel: GrpcChannel,
  path: string,
  request: Uint8Array,
  metadata: Iterable<[string, string]> = [],
  options: { readonly timeoutMs?: number } = {},
): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const answers: Uint8Array[] = [];
  const call = channel.open(path, metadata, {
    message: (bytes) => {
      answers.push(bytes.slice());
      if (answers.length > 1) call.cancel();
    },
    finished: (status, message) => {
      if (status !== Status.OK) reject(new GrpcError(status, message));
      else if (answers.length !== 1) {
        reject(new GrpcError(Status.INTERNAL, "Cannot take the answer: one message expected"));
      } else resolve(answers[0]!);
    },
  }, options);
  call.send(request);
  call.halfClose();
  return promise;
}

/** An RPC between its HTTP/2 stream and its listener. */
class ClientRpc implements ClientCall, StreamListener, MessageTaker {
  readonly #listener: ClientListener;
  readonly #reader: MessageReader;
  #stream: Http2Stream | undefined;
  #head = new Metadata([]);
  #trailers = new Metadata([]);
  #over = false;
  #cancelDeadline = () => {};

  constructor(listener: ClientListener, options: { maxMessageBytes: number; held: HeldBytes }) {
    this.#listener = listener;
    this.#reader = new MessageReader(this, options);
  }

  begin(stream: Http2Stream): void {
    this.#stream = stream;
  }

  expireIn(ms: number, clock: Clock): void {
    this.#cancelDeadline = clock.setTimer(ms, () => this.#abort(Status.DEADLINE_EXCEEDED, "deadline exceeded"));
  }

  send(message: Uint8Array): boolean {
    return this.#over ? false : this.#stream?.send(message, prefixOf(message.length)) ?? false;
  }

  halfClose(): void {
    this.#stream?.end();
  }

  cancel(): void {
    this.#abort(Status.CANCELLED, "cancelled");
  }

  headers(headers: HeaderList): void {
    this.#head = new Metadata(headers);
    this.#reader.encoding = this.#head.get("grpc-encoding");
    if (this.#head.get("grpc-status") !== undefined) return; // the answer is this status, whatever HTTP says
    const status = this.#head.get(":status")!;
    if (status !== "200") return this.#abort(statusOfHttp(status), `HTTP status ${status}`);
    if (!isGrpc(this.#head.get("content-type"))) {
      return this.#abort(Status.UNKNOWN, "Cannot take the answer: a content-type of gRPC expected");
    }
    this.#guard(() => this.#listener.metadata?.(this.#head));
  }

  data(bytes: Span): void {
    try {
      if (!this.#over) this.#reader.receive(bytes);
    } catch (error) {
      this.#refuse(error);
    }
  }

  ended(trailers: HeaderList): void {
    if (this.#over) return;
    this.#trailers = trailers.length > 0 ? new Metadata(trailers) : this.#head;
    this.#guard(() => this.#reader.end());
  }

  lost(code: ErrorCode, reason: string): void {
    this.finish(statusOfReset(code), reason);
  }

  drained(): void {
    if (!this.#over) this.#guard(() => this.#listener.drained?.());
  }

  takeMessage(bytes: Span): void {
    this.#listener.message(bytes.view());
  }

  takeEnd(): void {
    this.#finishWith(this.#trailers);
  }

  consumed(bytes: number): void {
    this.#stream?.consume(bytes);
  }

  charge(cost: number): void {
    this.#stream?.charge(cost);
  }

  /** Tells the listener the end, once. */
  finish(status: Status, message: string, trailers = new Metadata([])): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelDeadline();
    this.#reader.close();
    this.#listener.finished(status, message, trailers);
  }

  #finishWith(trailers: Metadata): void {
    const code = trailers.get("grpc-status");
    if (code === undefined) {
      return this.finish(Status.UNKNOWN, "Cannot take the answer: a grpc-status expected", trailers);
    }
    this.finish(statusOfCode(code), decodeStatusMessage(trailers.get("grpc-message") ?? ""), trailers);
  }

  #abort(status: Status, message: string): void {
    if (this.#over) return;
    this.#stream?.reset(ErrorCode.CANCEL);
    this.finish(status, message);
  }

  /** Ends the RPC for what the server sent, or for what the listener threw. */
  #refuse(error: unknown): void {
    if (error instanceof GrpcError) this.#abort(error.status, error.message);
    else this.#abort(Status.INTERNAL, `Cannot take the answer: ${error instanceof Error ? error.message : error}`);
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#refuse(error);
    }
  }
}
