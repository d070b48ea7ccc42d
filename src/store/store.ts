import type { AudioQuality, CallerTurn, CallEvent, CallOutcome, HandedAlong } from "../call/event.ts";
import type { Data } from "../call/input.ts";

/** How calls are exported. */
export const EXPORT_FORMATS = ["csv", "json", "jsonl"] as const;
export type ExportFormat = typeof EXPORT_FORMATS[number];

/**
 * What the house remembers: calls, turns, events, errors, log lines, alerts, and who did what. Whoever tells it never
 * waits, and whoever asks waits for another thread. Times in ms since 1970. Questions reject with StoreError while it
 * cannot answer.
 */
export interface Store extends AsyncDisposable {
  state(): StoreState;
  calls(query: CallQuery): Promise<CallList>;
  /** The newest call of that id, or the one that started then. */
  call(key: CallKey): Promise<RememberedCall | undefined>;
  /** The last of what went wrong, the newest first. */
  errors(query: { readonly connector?: string; readonly limit: number }): Promise<readonly CallError[]>;
  /** How calls went in a span of time. */
  numbers(query: { readonly from: number; readonly to: number; readonly connector?: string }): Promise<CallNumbers>;
  /** The same for each of `steps` spans of `stepMs` from `from` on. */
  trend(
    query: { readonly from: number; readonly stepMs: number; readonly steps: number; readonly connector?: string },
  ): Promise<readonly CallNumbers[]>;
  logs(query: LogQuery): Promise<readonly LogLine[]>;
  keepLog(line: Omit<LogLine, "id">): void;
  /** Writes an alert anew, or what has changed of it. */
  keepAlert(alert: Alert): void;
  /** The newest first. */
  alerts(
    query: { readonly state?: Alert["state"]; readonly offset: number; readonly limit: number },
  ): Promise<readonly Alert[]>;
  keepDeed(deed: Deed): void;
  deeds(query: { readonly offset: number; readonly limit: number }): Promise<readonly Deed[]>;
}

/** Why a question has no answer. */
export class StoreError extends Error {
  override name = "StoreError";
}

export interface StoreState {
  readonly state: "ok" | "degraded" | "off";
  /** What is wrong, as a sentence; "" when nothing is. */
  readonly why: string;
  readonly bytes: number;
  readonly calls: number;
  /** Events that could not be kept since the start. */
  readonly lost: number;
}

export interface CallKey {
  /** Any organization's unless given. */
  readonly orgId?: string;
  readonly callId: string;
  readonly startedAt?: number;
}

/** The states of a call, from the least to the greatest where calls are sorted. The database has the place of each. */
export const STATES = ["ended", "interrupted", "live"] as const;

/** A text of fewer letters is not looked for within the ids of calls, where it would stand nearly everywhere. */
export const SHORTEST_PART_OF_ID = 3;

/** A call in a list. */
export interface CallRecord {
  readonly orgId: string;
  readonly callId: string;
  readonly agentId: string;
  readonly connector: string;
  /** "interrupted": the gateway did not live to see its end. */
  readonly state: typeof STATES[number];
  readonly outcome: CallOutcome | undefined;
  readonly reason: string | undefined;
  /** The code of what failed last. */
  readonly code: string | undefined;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly turns: number;
  readonly longestWaitMs: number | undefined;
  readonly medianWaitMs: number | undefined;
  readonly language: string;
  readonly trackingId: string;
  readonly recorded: boolean;
}

/** What may be asked of the list. A member that is left out asks for nothing. */
export interface CallQuery {
  readonly state?: CallRecord["state"];
  readonly agent?: string;
  readonly connector?: string;
  readonly org?: string;
  readonly outcome?: string;
  /** Started at or after, and before. */
  readonly from?: number;
  readonly to?: number;
  /** Found in call id, tracking id, agent, reason or code; no letter of it is a wildcard. */
  readonly text?: string;
  readonly sort: keyof CallRecord | "durationMs";
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
}

export interface CallList {
  readonly calls: readonly CallRecord[];
  /** Exact up to 10,000; 10,001 says "more". */
  readonly total: number;
}

/** A call with everything about it. */
export interface RememberedCall {
  readonly call: CallRecord;
  readonly handedAlong: HandedAlong | undefined;
  readonly handOff:
    | { readonly reason: string; readonly data?: Data; readonly transcript?: string; readonly summary?: string }
    | undefined;
  readonly turns: readonly TurnRecord[];
  readonly events: readonly CallEvent[];
  /** File names in the recordings' folder. */
  readonly recordings: readonly string[];
}

/** When each step of a turn came, as far as it did. */
export interface TurnRecord {
  readonly turn: number;
  readonly by: CallerTurn | undefined;
  readonly openedAt: number;
  readonly audioStartedAt: number | undefined;
  readonly speechStartedAt: number | undefined;
  readonly speechEndedAt: number | undefined;
  readonly askedAt: number | undefined;
  readonly agentAt: number | undefined;
  readonly promptAt: number | undefined;
  readonly answeredAt: number | undefined;
  readonly closedAt: number | undefined;
  readonly cutShort: boolean;
  readonly cancelled: boolean;
  readonly frames: number;
  readonly audio: AudioQuality | undefined;
  readonly transcript: string | undefined;
  readonly summary: string | undefined;
  readonly codes: readonly string[];
}

export interface CallError {
  readonly at: number;
  readonly code: string;
  readonly connector: string;
  readonly orgId: string;
  readonly callId: string;
}

/** How calls went: those that started, and of those that ended how many failed. */
export interface CallNumbers {
  readonly started: number;
  readonly ended: number;
  readonly failed: number;
  /** From the end of what a caller did to the first of the answer. */
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
}

export interface LogQuery {
  /** From this level up. */
  readonly level?: "debug" | "info" | "warn" | "error";
  /** This logger and those below it. */
  readonly logger?: string;
  readonly callId?: string;
  readonly text?: string;
  readonly from?: number;
  readonly to?: number;
  /** Lines before or after this one; the newest unless given. */
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

export interface LogLine {
  readonly id: number;
  readonly at: number;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly logger: string;
  readonly message: string;
  readonly callId: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Alert {
  readonly id: number;
  readonly rule: string;
  readonly severity: "warning" | "critical";
  readonly state: "firing" | "resolved";
  readonly message: string;
  readonly value: number | undefined;
  readonly since: number;
  readonly resolvedAt: number | undefined;
  readonly delivery: "none" | "pending" | "delivered" | "failed";
}

/** Something that somebody did: the audit trail. */
export interface Deed {
  readonly at: number;
  readonly who: string;
  readonly via: string;
  readonly action: string;
  readonly about: string;
}
