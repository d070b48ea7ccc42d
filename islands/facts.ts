/**
 * What the gateway tells its pages, as JSON: the shapes of `/api`. Times are ISO 8601 in UTC with milliseconds, lengths
 * are in ms; a member that ends in `_ms` of a turn counts from the start of its call. What is not known is null.
 */

/** The gateway as a whole: `GET /api/overview`. */
export interface Overview {
  readonly version: string;
  readonly state: GatewayState;
  /** Why it is in that state, as a sentence. */
  readonly why: string;
  readonly now: string;
  readonly started_at: string;
  readonly live_calls: number;
  /** Calls that started since the last midnight of the time zone that was asked for (`?midnight=`), or of UTC. */
  readonly calls_today: number;
  /** Of the calls that ended in the last hour, 0 to 1; null without any. */
  readonly answer_rate: number | null;
  readonly failure_rate: number | null;
  /** From the end of what a caller did to the first of the answer, in the last hour. */
  readonly latency: { readonly p50_ms: number | null; readonly p95_ms: number | null };
  readonly connectors: readonly ConnectorFact[];
  readonly last_errors: readonly ErrorFact[];
  readonly trends: { readonly hour: Trend; readonly day: Trend };
  readonly store: StoreFact;
  readonly alerts: readonly AlertFact[];
  readonly warnings: readonly string[];
}

export type GatewayState = "serving" | "degraded" | "draining" | "not serving";

/** What stands in front of the ports: `GET /api/trust`. */
export interface TrustFact {
  /** Whether calls without a valid token of Webex are turned away, only reported, or not looked at. */
  readonly tokens: "enforced" | "reported" | "off";
  readonly certificates: readonly {
    readonly on: string;
    readonly subject: string;
    readonly not_after: string;
    readonly days_left: number;
  }[];
}

/** Of what `GET /api/status` tells: the agents, and the registration with Webex where the gateway looks after one. */
export interface StatusFact {
  readonly available_agents: readonly string[];
  readonly data_source?: {
    readonly state: "starting" | "unregistered" | "active" | "at_risk" | "lapsed";
    readonly message: string;
    readonly id: string | null;
    readonly expires_at: string | null;
    readonly last_renewal: string | null;
    readonly next_attempt: string | null;
    readonly last_error: { readonly code: string; readonly message: string; readonly at: string } | null;
  };
}

/** How a connector is, and the agents that it offers. */
export interface ConnectorFact {
  readonly id: string;
  readonly kind: string;
  readonly agents: readonly { readonly id: string; readonly name: string; readonly default: boolean }[];
  readonly healthy: boolean;
  /** What failed when its agents were last asked for. */
  readonly failure: string | null;
  readonly live_calls: number;
  /** Of the last hour. */
  readonly calls: number;
  readonly failures: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly last_failure: ErrorFact | null;
  readonly trend: Trend;
  /** Its block of the configuration, secrets masked. */
  readonly configuration: unknown;
}

/** Something that went wrong in a call. */
export interface ErrorFact {
  readonly at: string;
  readonly code: string;
  readonly connector: string;
  readonly org_id: string;
  readonly call_id: string;
}

/** Numbers over time: one of each list for every `step_ms` from `from` on. */
export interface Trend {
  readonly from: string;
  readonly step_ms: number;
  readonly calls: readonly number[];
  readonly failures: readonly number[];
  readonly p50_ms: readonly (number | null)[];
  readonly p95_ms: readonly (number | null)[];
}

/** How well the gateway remembers. */
export interface StoreFact {
  readonly state: "ok" | "degraded" | "off";
  /** What is wrong, as a sentence; "" when nothing is. */
  readonly why: string;
  /** Bytes on disk. */
  readonly bytes: number;
  readonly calls: number;
  /** Events that could not be kept since the start. */
  readonly lost: number;
}

export type CallState = "live" | "ended" | "interrupted";

/** A call as a row of the table: `GET /api/calls`. */
export interface CallRow {
  readonly org_id: string;
  readonly call_id: string;
  readonly agent_id: string;
  readonly connector: string;
  readonly state: CallState;
  /** Null while the call is live and for one that the gateway did not live to see end. */
  readonly outcome: string | null;
  readonly reason: string | null;
  /** The code of what failed last. */
  readonly code: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly duration_ms: number;
  readonly turns: number;
  /** The longest and the median time that the caller waited for an answer. */
  readonly longest_wait_ms: number | null;
  readonly median_wait_ms: number | null;
  readonly language: string;
  readonly tracking_id: string;
  readonly recorded: boolean;
}

/** One page of calls. `total` is exact up to 10,000 and "more than that" as 10,001. */
export interface CallPage {
  readonly calls: readonly CallRow[];
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
}

/** What may be asked of `GET /api/calls`, each as a parameter of the address. */
export interface CallQuery {
  readonly state?: CallState;
  readonly agent?: string;
  readonly connector?: string;
  readonly org?: string;
  readonly outcome?: string;
  /** Started at or after, before: ISO 8601. */
  readonly from?: string;
  readonly to?: string;
  /** Found in call id, tracking id, agent, reason or code. */
  readonly text?: string;
  /** A member of CallRow, "-" before it for the greatest first; "-started_at" unless told. */
  readonly sort?: string;
  readonly offset?: number;
  /** 1 to 500; 50 unless told. */
  readonly limit?: number;
}

/** Everything about one call: `GET /api/calls/<call_id>?org=<org_id>&started=<started_at>`; the newest of that id unless told. */
export interface CallFact {
  readonly call: CallRow;
  /** What the flow handed along; null unless it is kept. */
  readonly handed_along: {
    readonly start_name: string;
    readonly parameters: unknown;
    readonly additional_info: unknown;
  } | null;
  readonly hand_off: HandOff | null;
  readonly turns: readonly TurnFact[];
  readonly events: readonly EventFact[];
  readonly recordings: readonly RecordingFact[];
  /** Whether what is said may be kept at all: why a card may be empty. */
  readonly keeps: { readonly parameters: boolean; readonly transcripts: boolean; readonly recordings: boolean };
}

/** What a human agent sees when the call comes. */
export interface HandOff {
  readonly reason: string;
  readonly data: unknown;
  readonly transcript: string | null;
  readonly summary: string | null;
}

/** One turn, as a line of the waterfall: when each step came, in ms since the call started. */
export interface TurnFact {
  readonly turn: number;
  readonly by: "start" | "voice" | "keys" | "silence" | "custom" | null;
  readonly opened_ms: number;
  readonly first_frame_ms: number | null;
  readonly speech_started_ms: number | null;
  readonly speech_ended_ms: number | null;
  /** When the agent was asked. */
  readonly asked_ms: number | null;
  /** When the first of the answer came from the agent. */
  readonly agent_ms: number | null;
  readonly prompt_ms: number | null;
  readonly final_ms: number | null;
  readonly closed_ms: number | null;
  readonly cut_short: boolean;
  readonly cancelled: boolean;
  readonly frames: number;
  readonly late: number | null;
  readonly longest_gap_ms: number | null;
  readonly level_db: number | null;
  readonly peak_db: number | null;
  readonly clipped: number | null;
  readonly transcript: string | null;
  readonly summary: string | null;
  /** The codes of what failed in it. */
  readonly codes: readonly string[];
}

/** Something that happened in a call, as it was told. */
export interface EventFact {
  readonly at: string;
  readonly at_ms: number;
  readonly type: string;
  readonly [more: string]: unknown;
}

export interface RecordingFact {
  readonly file: string;
  readonly bytes: number;
  readonly duration_ms: number;
  /** Peaks of each channel in 0 to 1, equally spaced over the whole; null before the call is over. */
  readonly peaks: readonly (readonly number[])[] | null;
}

/** A line of the log: `GET /api/logs`. */
export interface LogFact {
  /** Grows by one a line; a link to a line names it. */
  readonly id: number;
  readonly at: string;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly logger: string;
  readonly message: string;
  readonly call_id: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One value of the configuration and where it came from: `GET /api/configuration`. */
export interface SettingFact {
  readonly key: string;
  readonly value: unknown;
  /** "default", "file:line", "environment NAME", "command line". */
  readonly from: string;
  /** Of a list of mappings: where the values of each came from, by their keys; without those that are the default. */
  readonly each?: readonly Readonly<Record<string, string>>[];
}

/** An alert as it stands or stood: `GET /api/alerts`. */
export interface AlertFact {
  readonly id: number;
  readonly rule: string;
  readonly severity: "warning" | "critical";
  readonly state: "firing" | "resolved";
  readonly message: string;
  readonly value: number | null;
  readonly since: string;
  readonly resolved_at: string | null;
  readonly delivery: "none" | "pending" | "delivered" | "failed";
}

/** Something that somebody did: `GET /api/audit`. */
export interface DeedFact {
  readonly at: string;
  readonly who: string;
  readonly via: string;
  readonly action: string;
  readonly about: string;
}

/** Who looks: `GET /api/me`. */
export interface Me {
  readonly login: "on" | "off";
  readonly user: { readonly name: string; readonly role: "viewer" | "operator"; readonly via: string } | null;
  /** To be sent as `X-CSRF-Token` with whatever acts. */
  readonly csrf: string;
}

/**
 * What `GET /api/live?topics=overview,calls` streams, each as the data of a server-sent event of that name. `snapshot`
 * comes first, and again when too much was missed to resume.
 */
export interface LiveEvents {
  readonly snapshot: {
    readonly boot: string;
    readonly now: string;
    readonly live: LiveNumbers;
    readonly calls?: readonly CallRow[];
  };
  /** Once a second, whatever happens: a sign of life. */
  readonly pulse: LiveNumbers & { readonly now: string };
  /** Calls that are new or have changed. */
  readonly calls: readonly CallRow[];
  /** With `?topics=call&org=…&call=…`: what happened in that call. */
  readonly happened: readonly EventFact[];
  /** With `?topics=logs`. */
  readonly logs: readonly LogFact[];
  readonly alerts: readonly AlertFact[];
}

/** What moves all the time. */
export interface LiveNumbers {
  readonly state: GatewayState;
  readonly why: string;
  readonly live_calls: number;
  /** Calls that began, and what went wrong in calls, since the start: who looks at either asks when it grows. */
  readonly calls: number;
  readonly errors: number;
}
