import { type AlertOptions, readAlerts } from "../alerts/config.ts";
import { type DataSourceOptions, readDataSource } from "../auth/byods/config.ts";
import { type LoginOptions, toLogin } from "../auth/login/config.ts";
import { toValidation, type Validation } from "../auth/validation_config.ts";
import { readExpectation } from "../call/expectation.ts";
import { ANY_INPUT, type InputExpectation } from "../call/output.ts";
import { readStore, type StoreOptions } from "../store/config.ts";
import type { LoggingOptions } from "../lib/log.ts";
import type { LogLevel } from "../lib/log_format.ts";
import type { Secret } from "../lib/secret.ts";
import { readRecordings, type RecordingOptions } from "../recording/config.ts";
import { type WireLimitSettings, wireLimitSettings } from "./wire_limits.ts";
import type { FileValues } from "./schema.ts";

/** One connector to run. */
export interface ConnectorConfig {
  /** Its key under `connectors:`. */
  readonly id: string;
  /** Which connector it is, such as `local_audio`. */
  readonly kind: string;
  /** Its options, as its own schema returned them. */
  readonly config: unknown;
  /** How its answers travel: whole WAV files, chunks, or, when absent, the way it says itself. */
  readonly delivery?: "wav" | "chunk";
}

/** Where a port's certificate is. */
export interface TlsFiles {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
  /** Who may connect, where not everybody may. */
  readonly clients: { readonly authorities: string; readonly subject: string } | undefined;
  /** How often the files are looked at. */
  readonly pollMs: number;
}

/** What the gateway goes by, out of all that the file may say: durations in milliseconds, sizes in bytes. */
export interface Config {
  readonly gateway: {
    readonly host: string;
    readonly port: number;
    /** ProcessCallerInput RPCs at one time. */
    readonly maxStreams: number;
    /** Messages that may wait in one RPC, each way. */
    readonly requestQueue: number;
    readonly responseQueue: number;
    readonly maxMessageBytes: number;
    readonly maxConnections: number;
    readonly maxConnectionsPerPeer: number;
    readonly maxUnusedConnections: number;
    readonly maxStreamsPerConnection: number;
    /** Infinity for no limit. */
    readonly maxConnectionAgeMs: number;
    /** Silence on a connection before it is asked for a sign of life; Infinity for never. */
    readonly keepaliveMs: number;
    readonly limits: WireLimitSettings;
    /** How long calls may go on after the gateway was asked to stop. */
    readonly drainMs: number;
    readonly reusePort: boolean;
    readonly welcomeBargeIn: boolean;
    /** The agent for calls that name none; "" is the first on offer. */
    readonly defaultAgent: string;
    /** The type of START_OF_INPUT and END_OF_INPUT responses; "" is the one that suits the call. */
    readonly boundaryResponseType: "" | "final" | "chunk";
    readonly outputChunkBytes: number;
    /** The version to announce; "" is the program's own. */
    readonly version: string;
    /** Plaintext without. */
    readonly tls: TlsFiles | undefined;
  };
  /** What calls have to prove; undefined when nothing. */
  readonly validation: Validation | undefined;
  /** What Webex is told about the caller's next input when an agent does not say. */
  readonly input: InputExpectation;
  readonly voiceActivityDetection: {
    /** Probability of speech, 0 to 1. */
    readonly threshold: number;
    readonly startDebounceMs: number;
    readonly endSilenceMs: number;
    readonly fallbackSampleRateHz: 8000 | 16000;
    readonly maxUtteranceMs: number;
  };
  readonly connectors: readonly ConnectorConfig[];
  readonly sessions: {
    readonly timeoutMs: number;
    readonly maxSessions: number;
    readonly cleanupIntervalMs: number;
    readonly autoCleanup: boolean;
    readonly maxSessionDurationMs: number;
    /** How long an agent may take to begin its answer. */
    readonly answerTimeoutMs: number;
  };
  readonly privacy: {
    /** Regular expressions of what is masked in transcripts, summaries, reasons and metadata. */
    readonly patterns: readonly string[];
    /** What of calls is kept in their events. */
    readonly keep: { readonly parameters: boolean; readonly transcripts: boolean };
  };
  readonly recordings: RecordingOptions;
  readonly monitoring: {
    readonly enabled: boolean;
    readonly host: string;
    readonly port: number;
    readonly healthCheckIntervalMs: number;
    /** Names under which a proxy may ask for the pages, beside this machine's own. */
    readonly hostNames: readonly string[];
    /** What /health and /metrics ask for; empty for nothing. */
    readonly healthToken: Secret;
    readonly metricsToken: Secret;
    /** Requests below /api that one visitor may make. */
    readonly requestsPerMinute: number;
    /** Plaintext without. */
    readonly tls: TlsFiles | undefined;
  };
  readonly alerts: AlertOptions;
  /** What is remembered; undefined when nothing is. */
  readonly store: StoreOptions | undefined;
  /** How visitors of the dashboard log in; undefined when nobody has to. */
  readonly login: LoginOptions | undefined;
  /** Whether ports may be open to everybody. */
  readonly insecure: boolean;
  readonly dataSource: DataSourceOptions;
  readonly logging: Pick<LoggingOptions, "format" | "gateway" | "web">;
}

/** Turns the file's values into the program's: camelCase, milliseconds. `kinds` gives each connector's kind by id. */
export function toConfig(file: FileValues, kinds: ReadonlyMap<string, string>): Config {
  const { gateway, voice_activity_detection: speech, sessions, monitoring, logging } = file;
  return {
    gateway: {
      host: bare(gateway.host),
      port: gateway.port,
      maxStreams: gateway.streaming_max_workers,
      requestQueue: gateway.request_queue_maxsize,
      responseQueue: gateway.response_queue_maxsize,
      maxMessageBytes: gateway.max_message_bytes,
      maxConnections: gateway.max_connections,
      maxConnectionsPerPeer: gateway.max_connections_per_peer,
      maxUnusedConnections: gateway.max_unused_connections,
      maxStreamsPerConnection: gateway.max_streams_per_connection,
      maxConnectionAgeMs: seconds(gateway.max_connection_age_seconds) || Infinity,
      keepaliveMs: seconds(gateway.keepalive_seconds) || Infinity,
      limits: wireLimitSettings(gateway.limits),
      drainMs: seconds(gateway.drain_seconds),
      reusePort: gateway.reuse_port,
      welcomeBargeIn: gateway.welcome_barge_in,
      defaultAgent: gateway.default_agent,
      boundaryResponseType: gateway.boundary_response_type,
      outputChunkBytes: gateway.output_chunk_bytes,
      version: gateway.version,
      tls: tlsFiles(gateway.tls),
    },
    validation: toValidation(file.jwt_validation),
    input: { ...ANY_INPUT, ...readExpectation(file.input) },
    voiceActivityDetection: {
      threshold: speech.threshold,
      startDebounceMs: speech.start_debounce_ms,
      endSilenceMs: speech.end_silence_ms,
      fallbackSampleRateHz: speech.fallback_sample_rate_hertz,
      maxUtteranceMs: speech.max_utterance_ms,
    },
    connectors: Object.entries(file.connectors).map(([id, { config, delivery }]): ConnectorConfig => {
      const chosen = { id, kind: kinds.get(id)!, config };
      return delivery === "" ? chosen : { ...chosen, delivery };
    }),
    sessions: {
      timeoutMs: seconds(sessions.timeout),
      maxSessions: sessions.max_sessions,
      cleanupIntervalMs: seconds(sessions.cleanup_interval),
      autoCleanup: sessions.enable_auto_cleanup,
      maxSessionDurationMs: seconds(sessions.max_session_duration),
      answerTimeoutMs: seconds(sessions.answer_timeout),
    },
    privacy: file.privacy,
    recordings: readRecordings(file.recordings),
    monitoring: {
      enabled: monitoring.enabled,
      host: bare(monitoring.host),
      port: monitoring.port,
      healthCheckIntervalMs: seconds(monitoring.health_check_interval),
      hostNames: monitoring.host_names,
      healthToken: monitoring.health_token,
      metricsToken: monitoring.metrics_token,
      requestsPerMinute: monitoring.api_requests_per_minute,
      tls: tlsFiles(monitoring.tls),
    },
    alerts: readAlerts(file.alerts),
    store: readStore(file.store),
    login: toLogin(file.authentication),
    insecure: file.insecure,
    dataSource: readDataSource(file.data_source, file.jwt_validation),
    logging: {
      format: logging.format,
      gateway: logOutput(logging.gateway, logging.level),
      web: logOutput(logging.web, logging.level),
    },
  };
}

function tlsFiles(tls: FileValues["gateway"]["tls"]): TlsFiles | undefined {
  if (!tls.enabled) return undefined;
  return {
    cert: tls.server_cert_chain_file,
    key: tls.server_private_key_file,
    clients: tls.require_client_cert ? { authorities: tls.root_ca_cert_file, subject: tls.client_subject } : undefined,
    pollMs: seconds(tls.reload_seconds),
  };
}

/** The formats that are ours; a pattern of the sample's names fields for Python and means nothing here. */
export const LOG_FORMATS = ["auto", "text", "json"] as const;

function logOutput(
  output: FileValues["logging"]["gateway"],
  common: FileValues["logging"]["level"],
): Config["logging"]["gateway"] {
  const loudness = { level: level(output.level === "" ? common : output.level) };
  if (output.file === "") return loudness;
  const format = LOG_FORMATS.find((name) => name === output.format) ?? "auto";
  return {
    ...loudness,
    file: { path: output.file, maxBytes: output.max_size, backups: output.backup_count, format },
  };
}

function level(name: FileValues["logging"]["level"]): LogLevel {
  return name === "warning" ? "warn" : name === "critical" ? "error" : name;
}

/** An IPv6 address without the brackets of a URL (RFC 3986 3.2.2). */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

function seconds(value: number): number {
  return Math.round(value * 1000);
}
