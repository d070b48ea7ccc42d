import type { Span } from "../lib/span.ts";
import type { Clock } from "../lib/clock.ts";
import { Cost } from "../http2/budget.ts";
import type { ErrorCode } from "../http2/errors.ts";
import { encodeHeaders } from "../http2/hpack.ts";
import type { HeaderField } from "../http2/static_table.ts";
import type { Http2Stream, StreamListener } from "../http2/stream.ts";
import { ACCEPTED_ENCODINGS } from "./compression.ts";
import { type HeldBytes, MessageReader, type MessageTaker, prefixOf } from "./framing.ts";
import { checkedMetadata, decodeTimeout, Metadata } from "./metadata.ts";
import { encodeStatusMessage, GrpcError, Status } from "./status.ts";
import type { StatusCounts } from "./tally.ts";

/** One RPC as a service sees it. All calls return at once. */
export interface Rpc {
  /** Such as "/grpc.health.v1.Health/Check". */
  readonly path: string;
  /** The client's address, such as "127.0.0.1:51234". */
  readonly peer: string;
  readonly metadata: Metadata;
  /** Adds initial metadata. Throws TypeError for malformed fields, and once something was sent. */
  respondWith(metadata: Iterable<[string, string]>): void;
  /**
   * Sends a message; its bytes are copied before the call returns. Returns false when more than the high-water mark
   * waits, or when the RPC is over: then stop until `drained`.
   */
  send(message: Uint8Array): boolean;
  /**
   * Ends the RPC, after everything that waits, with `trailing` metadata. The listener hears nothing any more. Throws
   * TypeError for malformed metadata.
   */
  finish(status?: Status, message?: string, trailing?: Iterable<[string, string]>): void;
  /** Ends the RPC with the status of a GrpcError; with INTERNAL for anything else, which only the operator gets to see. */
  fail(error: unknown): void;
  /**
   * Takes no message of more than `bytes`, if that is less than the server takes, and counts what it keeps of them apart
   * from others': for methods that anybody may call, before anything is received.
   */
  limitMessages(bytes: number): void;
  /** Gives the client as long for the end of its messages as others have for their first one. */
  awaitEnd(): void;
  /** Hands out no message until `resume`; the client may send what its window holds, and no more. */
  pause(): void;
  resume(): void;
}

/** What a service hears about an RPC. A throw ends the RPC as `Rpc.fail` does, and `cancelled` follows. */
export interface RpcListener {
  message(bytes: Span): void;
  /** The client sends no more messages. */
  halfClosed(): void;
  /** The RPC is over, and not by `Rpc.finish`: cancelled, its connection lost, its deadline passed, or refused. */
  cancelled(): void;
  /** Room again after `Rpc.send` returned false. */
  drained?(): void;
}

/** Takes an RPC. A throw ends the RPC as `Rpc.fail` does. */
export type Method = (rpc: Rpc) => RpcListener;

/** A method of one request and one answer. Throws and rejections end the RPC as `Rpc.fail` does. */
export function unary<Q, R>(
  decode: (bytes: Uint8Array) => Q,
  encode: (answer: R) => Uint8Array,
  answer: (request: Q, rpc: Rpc) => R | Promise<R>,
): Method {
  return (rpc) => {
    rpc.awaitEnd();
    const requests: Q[] = [];
    const respond = (response: R) => {
      rpc.send(encode(response));
      rpc.finish();
    };
    return {
      message(bytes) {
        if (requests.length > 0) throw new GrpcError(Status.INTERNAL, "Cannot take a request: one message expected");
        requests.push(decoded(decode, bytes.view()));
      },
      halfClosed() {
        if (requests.length === 0) throw new GrpcError(Status.INTERNAL, "Cannot take a request: one message expected");
        const response = answer(requests[0]!, rpc);
        if (response instanceof Promise) response.then(respond).catch((error) => rpc.fail(error));
        else respond(response);
      },
      cancelled() {},
    };
  };
}

function decoded<Q>(decode: (bytes: Uint8Array) => Q, bytes: Uint8Array): Q {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof GrpcError) throw error;
    throw new GrpcError(Status.INTERNAL, "Cannot take a request: a message of the method's type expected");
  }
}

const RESPONSE_FIELDS: readonly HeaderField[] = [
  [":status", "200"],
  ["content-type", "application/grpc"],
  ["grpc-accept-encoding", ACCEPTED_ENCODINGS],
];
const RESPONSE_HEAD = encodeHeaders(RESPONSE_FIELDS);
const OK_TRAILERS = encodeHeaders([["grpc-status", "0"]]);

/** What the RPCs of one server share. */
export interface ServerRpcOptions {
  readonly maxMessageBytes: number;
  /** An RPC that has brought no message for this long is ended. */
  readonly firstMessageMs: number;
  readonly held: HeldBytes;
  /** Of the RPCs that have limited their messages. */
  readonly heldOfAnybody: HeldBytes;
  readonly clock: Clock;
  readonly onError: (error: unknown, where: string) => void;
}

const NO_FIELDS: readonly HeaderField[] = [];
const NO_METADATA: readonly [string, string][] = [];

/** An RPC between its HTTP/2 stream and its method. */
export class ServerRpc implements Rpc, StreamListener, MessageTaker {
  readonly #stream: Http2Stream;
  readonly #options: ServerRpcOptions;
  readonly #counts: StatusCounts;
  readonly #reader: MessageReader;
  #listener: RpcListener | undefined;
  #initial = NO_FIELDS;
  #headSent = false;
  #over = false;
  #cancelDeadline: (() => void) | undefined;
  /** Set until the first message is here, or the client's end where that is waited for. */
  #stopWaiting: (() => void) | undefined;
  #waitsForEnd = false;

  /** `counts`: where it counts itself when it is over. */
  constructor(stream: Http2Stream, readonly metadata: Metadata, counts: StatusCounts, options: ServerRpcOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#counts = counts;
    this.#reader = new MessageReader(this, options);
    this.#reader.encoding = metadata.get("grpc-encoding");
  }

  get path(): string {
    return this.metadata.get(":path")!;
  }

  get peer(): string {
    return this.#stream.owner.peer;
  }

  /** Hands the RPC to its method, and starts its deadline. */
  begin(method: Method): void {
    const timeout = this.metadata.get("grpc-timeout");
    const ms = timeout === undefined ? Infinity : decodeTimeout(timeout);
    if (Number.isNaN(ms)) {
      return this.finish(Status.INTERNAL, "Cannot read grpc-timeout: up to 8 digits and a unit expected");
    }
    const { clock, firstMessageMs } = this.#options;
    if (ms < Infinity) this.#cancelDeadline = clock.setTimer(ms, () => this.#expire("deadline exceeded"));
    this.#stopWaiting = clock.setTimer(firstMessageMs, () => {
      this.#expire(`no request came within ${firstMessageMs / 1000} s`);
    });
    try {
      this.#listener = method(this);
    } catch (error) {
      this.fail(error);
    }
  }

  respondWith(metadata: Iterable<[string, string]>): void {
    if (this.#headSent) throw new TypeError("Cannot add initial metadata: an RPC that has sent nothing expected");
    this.#initial = [...this.#initial, ...checkedMetadata(metadata)];
  }

  send(message: Uint8Array): boolean {
    if (this.#over) return false;
    if (!this.#headSent) this.#sendHead();
    return this.#stream.send(message, prefixOf(message.length));
  }

  finish(status: Status = Status.OK, message = "", trailing: Iterable<[string, string]> = NO_METADATA): void {
    if (this.#over) return;
    const metadata = checkedMetadata(trailing);
    this.#close(status);
    const fields: HeaderField[] = [["grpc-status", String(status)]];
    if (message !== "") fields.push(["grpc-message", encodeStatusMessage(message)]);
    fields.push(...metadata);
    if (!this.#headSent && this.#initial.length === 0) {
      return this.#stream.sendHeaders([...RESPONSE_FIELDS, ...fields], true);
    }
    if (!this.#headSent) this.#sendHead();
    this.#stream.end(status === Status.OK && fields.length === 1 ? OK_TRAILERS : fields);
  }

  fail(error: unknown): void {
    if (error instanceof GrpcError) {
      if (error.status === Status.UNAUTHENTICATED) this.charge(Cost.ABANDONED);
      return this.finish(error.status, error.message);
    }
    this.#options.onError(error, this.path);
    this.finish(Status.INTERNAL, "internal error");
  }

  limitMessages(bytes: number): void {
    this.#reader.maxMessageBytes = Math.min(this.#reader.maxMessageBytes, bytes);
    this.#reader.held = this.#options.heldOfAnybody;
  }

  awaitEnd(): void {
    this.#waitsForEnd = true;
  }

  pause(): void {
    this.#reader.pause();
  }

  resume(): void {
    if (!this.#over) this.#guard(() => this.#reader.resume());
  }

  data(bytes: Span): void {
    if (this.#over) return;
    try {
      this.#reader.receive(bytes);
    } catch (error) {
      this.#abort(error);
    }
  }

  ended(): void {
    if (!this.#over) this.#guard(() => this.#reader.end());
  }

  lost(_code: ErrorCode): void {
    if (this.#over) return;
    this.#close(Status.CANCELLED);
    this.#cancelled();
  }

  drained(): void {
    if (!this.#over) this.#guard(() => this.#listener?.drained?.());
  }

  takeMessage(bytes: Span): void {
    if (this.#stopWaiting !== undefined && !this.#waitsForEnd) this.#heard();
    this.#listener?.message(bytes);
  }

  takeEnd(): void {
    this.#heard();
    this.#listener?.halfClosed();
  }

  consumed(bytes: number): void {
    this.#stream.consume(bytes);
  }

  charge(cost: number): void {
    this.#stream.charge(cost);
  }

  #sendHead(): void {
    this.#headSent = true;
    this.#stream.sendHeaders(this.#initial.length === 0 ? RESPONSE_HEAD : [...RESPONSE_FIELDS, ...this.#initial]);
  }

  #expire(reason: string): void {
    this.finish(Status.DEADLINE_EXCEEDED, reason);
    this.#cancelled();
  }

  /** What was waited for is here. */
  #heard(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }

  /** Ends an RPC that the service has not ended, for what it threw or for what the client sent. */
  #abort(error: unknown): void {
    if (error instanceof GrpcError && error.status === Status.INVALID_ARGUMENT) this.charge(Cost.OFFENCE);
    const wasOver = this.#over; // the charge may have ended the connection
    this.fail(error);
    if (!wasOver) this.#cancelled();
  }

  #cancelled(): void {
    try {
      this.#listener?.cancelled();
    } catch (error) {
      this.#options.onError(error, this.path);
    }
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#abort(error);
    }
  }

  #close(status: Status): void {
    this.#over = true;
    this.#counts[status]!++;
    this.#cancelDeadline?.();
    this.#heard();
    this.#reader.close();
  }
}
