import type { LogFields } from "../lib/log.ts";
import type { LogLevel } from "../lib/log_format.ts";
import type { Alert, Deed, LogLine, Store, StoreState } from "./store.ts";

/** What the worker is told once, before anything else. */
export interface Settings {
  /** The database's path. */
  readonly file: string;
  /** How long what is over is kept, in ms. */
  readonly keepMs: number;
  /** Bytes that the database may take. */
  readonly maxBytes: number;
  /** Log lines that are kept. */
  readonly logLines: number;
  /** The longest that a call can last, in ms: one that is silent for longer has ended, and its end was lost. */
  readonly maxCallMs: number;
  /** Between two signs of life of this process in the database, in ms. */
  readonly beatMs: number;
}

/** What is to be kept, in the order in which it came. */
export interface Batch {
  /** Counts up by one from 1; what is sent twice is written once. */
  readonly number: number;
  /** How much it is, all in all. */
  readonly size: number;
  /** Pages of CallEvents as JSON, a line each. */
  readonly events: readonly Uint8Array[];
  readonly logs: readonly Omit<LogLine, "id">[];
  readonly alerts: readonly Alert[];
  readonly deeds: readonly Deed[];
}

/** What may be asked of the worker: the questions of the store. */
export type Question = "calls" | "call" | "errors" | "numbers" | "trend" | "logs" | "alerts" | "deeds";
export type QueryOf<Q extends Question> = Parameters<Store[Q]>[0];
export type AnswerTo<Q extends Question> = Awaited<ReturnType<Store[Q]>>;
/** Who answers them, one function each. */
export type Answers = { readonly [Q in Question]: (query: QueryOf<Q>) => AnswerTo<Q> };

export type ToWorker =
  /** `session`: this process among those that share the database; undefined when it has none yet. */
  | { readonly type: "open"; readonly settings: Settings; readonly session: number | undefined }
  | { readonly type: "keep"; readonly batch: Batch }
  | { readonly type: "ask"; readonly id: number; readonly question: Question; readonly query: unknown }
  /** Asks for a sign of life. */
  | { readonly type: "ping" }
  /** Write what waits, close the database, and say so. */
  | { readonly type: "close" };

export type FromWorker =
  | { readonly type: "opened"; readonly session: number }
  | { readonly type: "kept"; readonly batch: number; readonly lost: number }
  | { readonly type: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly type: "refused"; readonly id: number; readonly why: string }
  | { readonly type: "state"; readonly state: Omit<StoreState, "lost"> }
  | { readonly type: "said"; readonly level: LogLevel; readonly message: string; readonly fields: LogFields }
  | { readonly type: "pong" }
  | { readonly type: "closed" };
