import type { Clock } from "../lib/clock.ts";
import type { TokenPool } from "./budget.ts";
import type { Http2Connection } from "./connection.ts";
import type { WireCounters } from "./counters.ts";
import type { ErrorCode } from "./errors.ts";
import type { TurnQueue } from "./fair_share.ts";
import type { Http2Limits } from "./limits.ts";
import type { Accept } from "./stream.ts";

/** Who keeps a server's connections. */
export interface ConnectionKeeper {
  /** The connection has its first stream after a time without. */
  busy(connection: Http2Connection): void;
  /** The connection has greeted, or its last stream is over. */
  idle(connection: Http2Connection): void;
  /** Whether the server as a whole takes one more stream; room may have been made for it. */
  takesStream(): boolean;
  /** The connection ends for what its peer did. */
  offended(connection: Http2Connection, code: ErrorCode, reason: string): void;
}

export interface ConnectionOptions {
  /** A server's: who takes the requests. Without it this end is the client. */
  readonly accept?: Accept;
  readonly keeper?: ConnectionKeeper;
  /** The peer's address for those who ask, such as "127.0.0.1:51234". */
  readonly peer?: string;
  readonly clock?: Clock;
  readonly limits?: Http2Limits;
  /** The tokens of the peer's address, shared with its other connections. */
  readonly pool?: TokenPool;
  readonly counters?: WireCounters;
  /** Where clients wait that have used up their share of the server's time. */
  readonly turns?: TurnQueue;
}
