import * as z from "zod";
import type {
  AlertFact,
  CallFact,
  CallPage,
  CallRow,
  ConnectorFact,
  ErrorFact,
  EventFact,
  HandOff,
  LogFact,
  Me,
  Overview,
  RecordingFact,
  SettingFact,
  StoreFact,
  Trend,
  TurnFact,
} from "../islands/facts.ts";

/**
 * The answers of the API as schemas, for its description: each is held to its type in islands/facts.ts by the compiler, and
 * to what a gateway really answers by the tests.
 */

/** ISO 8601 in UTC with milliseconds. */
export const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/).meta({ format: "date-time" });
const ms = z.number();
const text = z.string();
const maybe = <S extends z.ZodType>(schema: S) => schema.nullable();
const share = z.number().min(0).max(1);
const named = <T>(id: string, schema: z.ZodType<T>): z.ZodType<T> => schema.meta({ id });

const gatewayState = z.enum(["serving", "degraded", "draining", "not serving"]);

const trend = named<Trend>(
  "Trend",
  z.strictObject({
    from: time,
    step_ms: ms,
    calls: z.array(z.number()),
    failures: z.array(z.number()),
    p50_ms: z.array(maybe(ms)),
    p95_ms: z.array(maybe(ms)),
  }),
);

const errorFact = named<ErrorFact>(
  "Error",
  z.strictObject({ at: time, code: text, connector: text, org_id: text, call_id: text }),
);

const connector = named<ConnectorFact>(
  "Connector",
  z.strictObject({
    id: text,
    kind: text,
    agents: z.array(z.strictObject({ id: text, name: text, default: z.boolean() })),
    healthy: z.boolean(),
    failure: maybe(text),
    live_calls: z.int(),
    calls: z.int(),
    failures: z.int(),
    p50_ms: maybe(ms),
    p95_ms: maybe(ms),
    last_failure: maybe(errorFact),
    trend,
    configuration: z.unknown(),
  }),
);

const store = named<StoreFact>(
  "Store",
  z.strictObject({
    state: z.enum(["ok", "degraded", "off"]),
    why: text,
    bytes: z.number(),
    calls: z.int(),
    lost: z.int(),
  }),
);

const alert = named<AlertFact>(
  "Alert",
  z.strictObject({
    id: z.int(),
    rule: text,
    severity: z.enum(["warning", "critical"]),
    state: z.enum(["firing", "resolved"]),
    message: text,
    value: maybe(z.number()),
    since: time,
    resolved_at: maybe(time),
    delivery: z.enum(["none", "pending", "delivered", "failed"]),
  }),
);

export const overview = named<Overview>(
  "Overview",
  z.strictObject({
    version: text,
    state: gatewayState,
    why: text,
    now: time,
    started_at: time,
    live_calls: z.int(),
    calls_today: z.int(),
    answer_rate: maybe(share),
    failure_rate: maybe(share),
    latency: z.strictObject({ p50_ms: maybe(ms), p95_ms: maybe(ms) }),
    connectors: z.array(connector),
    last_errors: z.array(errorFact),
    trends: z.strictObject({ hour: trend, day: trend }),
    store,
    alerts: z.array(alert),
    warnings: z.array(text),
  }),
);

export const agents = z.strictObject({ connectors: z.array(connector) });

const callRow = named<CallRow>(
  "Call",
  z.strictObject({
    org_id: text,
    call_id: text,
    agent_id: text,
    connector: text,
    state: z.enum(["live", "ended", "interrupted"]),
    outcome: maybe(text),
    reason: maybe(text),
    code: maybe(text),
    started_at: time,
    ended_at: maybe(time),
    duration_ms: ms,
    turns: z.int(),
    longest_wait_ms: maybe(ms),
    median_wait_ms: maybe(ms),
    language: text,
    tracking_id: text,
    recorded: z.boolean(),
  }),
);

export const callPage = named<CallPage>(
  "CallPage",
  z.strictObject({ calls: z.array(callRow), total: z.int(), offset: z.int(), limit: z.int() }),
);

const turn = named<TurnFact>(
  "Turn",
  z.strictObject({
    turn: z.int(),
    by: maybe(z.enum(["start", "voice", "keys", "silence", "custom"])),
    opened_ms: ms,
    first_frame_ms: maybe(ms),
    speech_started_ms: maybe(ms),
    speech_ended_ms: maybe(ms),
    asked_ms: maybe(ms),
    agent_ms: maybe(ms),
    prompt_ms: maybe(ms),
    final_ms: maybe(ms),
    closed_ms: maybe(ms),
    cut_short: z.boolean(),
    cancelled: z.boolean(),
    frames: z.int(),
    late: maybe(z.int()),
    longest_gap_ms: maybe(ms),
    level_db: maybe(z.number()),
    peak_db: maybe(z.number()),
    clipped: maybe(share),
    transcript: maybe(text),
    summary: maybe(text),
    codes: z.array(text),
  }),
);

const event = named<EventFact>("Event", z.looseObject({ at: time, at_ms: ms, type: text }));

const handOff = named<HandOff>(
  "HandOff",
  z.strictObject({ reason: text, data: z.unknown(), transcript: maybe(text), summary: maybe(text) }),
);

const recording = named<RecordingFact>(
  "Recording",
  z.strictObject({ file: text, bytes: z.number(), duration_ms: ms, peaks: maybe(z.array(z.array(z.number()))) }),
);

const callMembers = {
  call: callRow,
  handed_along: maybe(z.strictObject({ start_name: text, parameters: z.unknown(), additional_info: z.unknown() })),
  hand_off: maybe(handOff),
  turns: z.array(turn),
  events: z.array(event),
  recordings: z.array(recording),
  keeps: z.strictObject({ parameters: z.boolean(), transcripts: z.boolean(), recordings: z.boolean() }),
};

export const call = named<CallFact>("CallFact", z.strictObject(callMembers));

const logLine = named<LogFact>(
  "LogLine",
  z.strictObject({
    id: z.int(),
    at: time,
    level: z.enum(["debug", "info", "warn", "error"]),
    logger: text,
    message: text,
    call_id: maybe(text),
    fields: z.record(text, z.unknown()),
  }),
);

export const callDownload = z.strictObject({ ...callMembers, log: z.array(logLine) });

export const callExport = z.strictObject({
  exported_at: time,
  calls: z.array(z.record(text, z.unknown())),
  notice: maybe(text),
});

export const logs = z.strictObject({ lines: z.array(logLine) });

export const alerts = z.strictObject({ alerts: z.array(alert) });

export const audit = z.strictObject({
  deeds: z.array(z.strictObject({ at: time, who: text, via: text, action: text, about: text })),
});

const setting = named<SettingFact>(
  "Setting",
  z.strictObject({
    key: text,
    value: z.unknown(),
    from: text,
    each: z.array(z.record(z.string(), text)).exactOptional(),
  }),
);

export const configuration = z.strictObject({ settings: z.array(setting), warnings: z.array(text) });

export const act = z.strictObject({ org_id: text, call_id: text, action: z.enum(["end", "transfer"]) });

/** What is answered when a question cannot be. */
export const problem = named(
  "Problem",
  z.strictObject({ error: text, parameter: text.optional(), expected: text.optional(), code: text.optional() }),
);

export const me: z.ZodType<Me> = z.strictObject({
  user: maybe(z.strictObject({ name: text, role: z.enum(["viewer", "operator"]), via: text })),
  login: z.enum(["on", "off"]),
  csrf: text,
});
