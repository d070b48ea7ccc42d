import * as z from "zod";
import { alertsConfig } from "../alerts/config.ts";
import { dataSourceConfig } from "../auth/byods/config.ts";
import { loginConfig } from "../auth/login/config.ts";
import { validationConfig } from "../auth/validation_config.ts";
import { expectationConfig } from "../call/expectation.ts";
import { secret } from "../lib/secret.ts";
import { recordingsConfig } from "../recording/config.ts";
import { byteSize, clamped, either, flag, number, oneOf, someText, text, whole } from "../lib/scalars.ts";
import { storeConfig } from "../store/config.ts";
import { wireLimits } from "./wire_limits.ts";

/** The sample's spelling of levels beside ours: `warn` is `warning`, `critical` is `error`. */
const LEVELS = ["debug", "info", "warn", "warning", "error", "critical"] as const;
const HOST = "expected a host name or address";

const host = () => z.string(HOST).regex(/^\S+$/, HOST);

/** Where a port's certificate is, and whose certificates it asks for. */
const tls = (subject: string) =>
  z.strictObject({
    enabled: flag().default(false),
    server_cert_chain_file: text().default(""),
    server_private_key_file: text().default(""),
    reload_seconds: number(1, 86_400).default(30),
    root_ca_cert_file: text().default(""),
    require_client_cert: flag().default(false),
    client_subject: someText().default(subject),
  }).superRefine((section, context) => {
    needFiles(section, context, "server_cert_chain_file", "server_private_key_file");
    if (section.require_client_cert) needFiles(section, context, "root_ca_cert_file");
  });

/** Reports the paths of `names` that are "" although TLS is asked for. */
function needFiles(tls: { readonly enabled: boolean }, context: z.core.$RefinementCtx, ...names: readonly string[]) {
  for (const name of names) {
    if (!tls.enabled || (tls as Readonly<Record<string, unknown>>)[name] !== "") continue;
    context.addIssue({ code: "custom", path: [name], message: "expected the path of a PEM file" });
  }
}

const gateway = z.strictObject({
  host: host().default("127.0.0.1"),
  port: whole(0, 65535).default(50051),
  streaming_max_workers: whole(1, 1_000_000).default(20_000),
  request_queue_maxsize: whole(1, 100_000).default(100),
  response_queue_maxsize: whole(1, 100_000).default(100),
  max_terminal_playback_seconds: number(0, 3600).default(30),
  max_message_bytes: whole(1024, 67_108_864).default(1_048_576),
  max_connections: whole(1, 1_000_000).default(12_000),
  max_connections_per_peer: whole(1, 1_000_000).default(12_000),
  max_unused_connections: whole(1, 1_000_000).default(2000),
  max_streams_per_connection: whole(1, 1_000_000).default(1000),
  max_connection_age_seconds: number(0, 31_536_000).default(0),
  keepalive_seconds: number(0, 86_400).default(30),
  drain_seconds: number(0, 3600).default(30),
  reuse_port: flag().default(false),
  welcome_barge_in: flag().default(true),
  default_agent: text().default(""),
  boundary_response_type: oneOf(["", "final", "chunk"]).default(""),
  output_chunk_bytes: whole(100, 65_536).default(16_000),
  level: oneOf(LEVELS).default("info"),
  version: text().default(""),
  tls: tls("insight-orchestrator.*.ciscoccservice.com").prefault({}),
  limits: wireLimits.prefault({}),
});

const voiceActivityDetection = z.strictObject({
  threshold: number(0, 1).default(0.5),
  start_debounce_ms: whole(0, 10_000).default(96),
  end_silence_ms: whole(20, 10_000).default(800),
  speech_end_grace_ms: clamped(0, 2000).default(1000),
  fallback_sample_rate_hertz: either(8000, 16_000).default(8000),
  recognition_assisted_endpointing_enabled: flag().default(false),
  recognition_assisted_grace_ms: whole(0, 10_000).default(200),
  max_utterance_ms: whole(1000, 600_000).default(60_000),
});

const sessions = z.strictObject({
  timeout: number(1, 86_400).default(600),
  max_sessions: whole(1, 1_000_000).default(5000),
  cleanup_interval: number(1, 86_400).default(60),
  enable_auto_cleanup: flag().default(true),
  max_session_duration: number(1, 86_400).default(3600),
  answer_timeout: number(1, 3600).default(30),
});

/** A regular expression of JavaScript, as text. */
const pattern = () =>
  z.string("expected text").min(1).max(500).refine(isPattern, "expected a regular expression, such as \\d{13,19}");

const privacy = z.strictObject({
  patterns: z.array(pattern()).max(50).default([]),
  keep: z.strictObject({
    parameters: flag().default(false),
    transcripts: flag().default(false),
  }).prefault({}),
});

const monitoring = z.strictObject({
  enabled: flag().default(true),
  host: host().default("127.0.0.1"),
  port: whole(0, 65535).default(8080),
  debug: flag().default(false),
  metrics_enabled: flag().default(true),
  health_check_interval: number(1, 86_400).default(30),
  host_names: z.array(host()).default([]),
  health_token: secret().prefault(""),
  metrics_token: secret().prefault(""),
  api_requests_per_minute: whole(1, 1_000_000).default(6000),
  tls: tls("*").prefault({}),
});

const logFile = (level: typeof LEVELS[number] | "", maxSize: string, backups: number) =>
  z.strictObject({
    level: oneOf(["", ...LEVELS]).default(level),
    format: text().default(""),
    file: text().default(""),
    max_size: byteSize().prefault(maxSize),
    backup_count: whole(0, 1000).default(backups),
  }).prefault({});

const logging = z.strictObject({
  level: oneOf(LEVELS).default("info"),
  format: oneOf(["auto", "text", "json"]).default("auto"),
  gateway: logFile("", "10MB", 5),
  web: logFile("", "5MB", 3),
});

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, "u").unicode;
  } catch {
    return false;
  }
}

/** An entry under `connectors:`, `config` being what the connector's own schema takes. */
const connector = (config: z.ZodType) =>
  z.strictObject({
    type: text().default(""),
    class: text().default(""),
    module: text().default(""),
    delivery: oneOf(["", "wav", "chunk"]).default(""),
    config,
  });

/**
 * The schema of the whole file, as it is written: snake_case, the sample's units for the sample's keys. `connectors`
 * holds, by id, the schemas of the connectors that the file in hand names, so that one pass checks everything.
 */
export function fileSchema(connectors: Readonly<Record<string, z.ZodType>>) {
  return z.strictObject({
    insecure: flag().default(false),
    gateway: gateway.prefault({}),
    input: expectationConfig.prefault({}),
    voice_activity_detection: voiceActivityDetection.prefault({}),
    connectors: z.strictObject(
      Object.fromEntries(Object.entries(connectors).map(([id, config]) => [id, connector(config)])),
    ),
    sessions: sessions.prefault({}),
    privacy: privacy.prefault({}),
    recordings: recordingsConfig.prefault({}),
    monitoring: monitoring.prefault({}),
    alerts: alertsConfig.prefault({}),
    store: storeConfig.prefault({}),
    authentication: loginConfig.prefault({}),
    jwt_validation: validationConfig.prefault({}),
    data_source: dataSourceConfig.prefault({}),
    logging: logging.prefault({}),
    audio: z.strictObject({ supported_formats: z.array(text()).default(["wav"]) }).prefault({}),
    transports: z.looseObject({ mode: oneOf(["grpc", "websocket", "both"]).default("grpc") }).prefault({}),
  });
}

/** The file's values after validation, defaults filled in. */
export type FileValues = z.output<ReturnType<typeof fileSchema>>;
