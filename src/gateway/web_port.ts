import type { AlertBoard } from "../alerts/alert_board.ts";
import type { openLifecycle } from "../auth/byods/mod.ts";
import type { CertificateTexts } from "../auth/certificate_files.ts";
import { Login } from "../auth/login/login.ts";
import type { AuditEntry } from "../auth/login/visitor.ts";
import type { TokenValidation } from "../auth/validation.ts";
import type { AgentDirectory } from "../call/directory.ts";
import type { CallEvent } from "../call/event.ts";
import type { Switchboard } from "../call/switchboard.ts";
import { Caller } from "../caller/caller.ts";
import { type Config, maskedConfig } from "../config.ts";
import type { GrpcServer } from "../grpc/server.ts";
import { FetchServer } from "../http2/fetch_server.ts";
import type { Offence } from "../http2/listener.ts";
import type { Bus } from "../lib/bus.ts";
import type { Clock } from "../lib/clock.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import type { Log } from "../lib/log.ts";
import { isLoopback } from "../lib/loopback.ts";
import { WebServer } from "../lib/web_server.ts";
import type { HealthBoard } from "../protocols/health.ts";
import { PROTO_FILES } from "../protocols/proto_files.ts";
import type { RecordingLibrary } from "../recording/library.ts";
import type { Store } from "../store/store.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { processReadings } from "../telemetry/process_readings.ts";
import { trustReadings } from "../telemetry/trust_readings.ts";
import { wireReadings } from "../telemetry/wire_readings.ts";
import type { SettingFact } from "../../islands/facts.ts";
import type { House, Recordings } from "../../routes/house.ts";
import { EVENTS_KEPT, LiveCalls } from "../../routes/live_calls.ts";
import { LiveStream } from "../../routes/live_stream.ts";
import { routes } from "../../routes/mod.ts";
import { type Certificates, certificateStates, ownPort, serverTls } from "./certificates.ts";

/** Everything that the pages and their API show or act on. */
export interface WebParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly warnings: readonly string[];
  readonly lostLogLines?: () => number;
  readonly audit?: (entry: AuditEntry) => void;
  readonly settings?: readonly SettingFact[];
  readonly startedAt: number;
  readonly events: Bus<CallEvent>;
  readonly store: Store;
  readonly recordings: RecordingLibrary;
  readonly directory: AgentDirectory;
  readonly refreshAgents: () => Promise<void>;
  readonly switchboard: Switchboard;
  readonly health: HealthBoard;
  readonly server: GrpcServer;
  readonly validation: TokenValidation | undefined;
  readonly certificates: Certificates;
  readonly registration: ReturnType<typeof openLifecycle> | undefined;
  readonly alerts: AlertBoard | undefined;
  readonly onOffence: (offence: Offence) => void;
  readonly onError: (error: unknown) => void;
}

/** Opens the port of the pages, the API and the metrics. Throws when it cannot be opened. */
export function openWebPort(config: Config, parts: WebParts, built: AsyncDisposableStack): WebServer | FetchServer {
  const { clock, log, startedAt, events, store, switchboard, server, validation, certificates, registration } = parts;
  const { host, port } = config.monitoring;
  const audit = (entry: AuditEntry) => {
    (parts.audit ?? auditLog(log.child("audit")))(entry);
    store.keepDeed(entry);
  };
  const login = config.login && built.use(new Login(config.login, { clock, log: log.child("login"), fetch, audit }));
  const house: House = {
    version: parts.version,
    clock,
    startedAt,
    directory: parts.directory,
    refreshAgents: parts.refreshAgents,
    switchboard,
    calls: built.use(new LiveCalls(events, config.store ? EVENTS_KEPT.besideStore : EVENTS_KEPT.alone)),
    store,
    recordings: recordingsIn(parts.recordings),
    keeps: { ...config.privacy.keep, recordings: config.recordings.enabled },
    health: parts.health,
    alerts: () => parts.alerts?.firing() ?? [],
    metrics: built.use(openMetrics(parts)),
    grpc: {
      host: config.gateway.host,
      port: server.port,
      connections: () => server.connections,
      counters: server.counters,
    },
    web: { host, port: () => web.port },
    dial: (options) => Caller.dial(ownPort(config, server.port, certificates.grpc?.texts), options),
    trust: {
      tokens: validation === undefined ? "off" : config.validation!.enforced ? "enforced" : "reported",
      callers: validation?.gate.counters,
      issuers: () => validation?.issuers() ?? [],
      certificates: () => certificateStates(certificates),
      clientCertificates: {
        grpc: config.gateway.tls?.clients !== undefined,
        http: config.monitoring.tls?.clients !== undefined,
      },
    },
    configuration: maskedConfig(config),
    settings: parts.settings ?? [],
    warnings: parts.warnings,
    ...(registration && { registration: () => registration.state() }),
  };
  const live = new LiveStream(house);
  const app = routes(house, {
    log: log.child("web"),
    hosts: hostNames(config.monitoring),
    protos: PROTO_FILES,
    live,
    login,
    plainCookies: config.insecure,
    healthToken: config.monitoring.healthToken,
    metricsToken: config.monitoring.metricsToken,
    requestsPerMinute: config.monitoring.requestsPerMinute,
    audit,
  });
  const tlsOf = (texts: CertificateTexts) => serverTls(texts, config.monitoring);
  const tls = certificates.http && tlsOf(certificates.http.texts);
  const { onOffence, onError } = parts;
  const { reusePort } = config.gateway;
  // Deno.serve asks no client for a certificate.
  const web: WebServer | FetchServer = built.use(
    tls?.clients
      ? new FetchServer({ hostname: host, port, reusePort, tls, clock, onOffence, onError }, app.fetch)
      : new WebServer({ hostname: host, port, reusePort, tls }, app.fetch),
  );
  built.use(live); // ends its streams before the port waits for them
  certificates.http?.onRenewal((texts) => web.renewTls(tlsOf(texts)));
  return web;
}

function openMetrics(
  { clock, events, version, startedAt, switchboard, server, validation, certificates, registration, ...parts }:
    WebParts,
): Metrics {
  return new Metrics({
    clock,
    events,
    readings: [
      ...processReadings({
        version,
        startedAt,
        memory: Deno.memoryUsage,
        liveCalls: () => switchboard.size,
        droppedEvents: () => events.dropped,
        lostLogLines: parts.lostLogLines ?? (() => 0),
      }),
      ...wireReadings(server),
      ...trustReadings({
        callers: validation?.gate.counters,
        certificates: () => certificateStates(certificates),
        registration: () => registration?.state(),
        now: () => clock.date(),
      }),
    ],
  });
}

/** The recordings as the pages ask for them. */
function recordingsIn(library: RecordingLibrary): Recordings {
  return {
    async describe(file) {
      const found = await library.find(file);
      if (!found) return undefined;
      const { bytes, durationMs } = found;
      return { file, bytes, duration_ms: durationMs, peaks: await library.waveform(found) ?? null };
    },
    async read(file, from, to) {
      return (await library.find(file))?.read(from, to + 1);
    },
  };
}

/** Who did what, as lines of the log. */
function auditLog(log: Log): (entry: AuditEntry) => void {
  return ({ at: _at, ...entry }) => log.info("somebody acted", { code: "AUDIT-ENTRY" satisfies ErrorCode, ...entry });
}

/** Where only this machine can ask, a page elsewhere on the web must not ask through a name of its own (DNS rebinding). */
function hostNames({ host, hostNames }: Config["monitoring"]): readonly string[] | undefined {
  if (!isLoopback(host)) return undefined;
  return [...new Set(["localhost", "127.0.0.1", "[::1]", host.includes(":") ? `[${host}]` : host, ...hostNames])];
}
