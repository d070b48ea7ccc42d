import { openLifecycle } from "./auth/byods/mod.ts";
import { connectors as carried } from "./connectors/mod.ts";
import type { Config, TlsFiles } from "./config.ts";
import { maskedConfig } from "./config.ts";
import { CertificateFiles, type CertificateTexts } from "./auth/certificate_files.ts";
import { Login } from "./auth/login/login.ts";
import type { AuditEntry } from "./auth/login/visitor.ts";
import { TokenValidation } from "./auth/validation.ts";
import { readPrompt } from "./audio/convert.ts";
import type { AudioFormat } from "./audio/format.ts";
import { PROMPTS } from "./audio/prompts.ts";
import type { Connector, ConnectorDeps } from "./call/connector.ts";
import { AgentDirectory, type NamedConnector } from "./call/directory.ts";
import type { CallEvent } from "./call/event.ts";
import { Switchboard } from "./call/switchboard.ts";
import { GrpcServer } from "./grpc/server.ts";
import { Bus } from "./lib/bus.ts";
import type { Clock } from "./lib/clock.ts";
import { nameOfError } from "./http2/errors.ts";
import { FetchServer } from "./http2/fetch_server.ts";
import type { Offence } from "./http2/listener.ts";
import type { ServerTls } from "./http2/tls.ts";
import { nameMatches } from "./lib/certificate.ts";
import { codeOf, type ErrorCode } from "./lib/error_codes.ts";
import { createFile } from "./lib/files.ts";
import { Redactor } from "./lib/redaction.ts";
import { isLoopback } from "./lib/loopback.ts";
import { variable } from "./lib/variable.ts";
import type { Log } from "./lib/log.ts";
import { burst } from "./lib/log_burst.ts";
import { WebServer } from "./lib/web_server.ts";
import { byova } from "./protocols/byova.ts";
import { Guard } from "./protocols/guard.ts";
import { HealthBoard } from "./protocols/health.ts";
import { PROTO_FILES } from "./protocols/proto_files.ts";
import { reflection } from "./protocols/reflection.ts";
import { History } from "./telemetry/history.ts";
import { Metrics } from "./telemetry/metrics.ts";
import { processReadings } from "./telemetry/process_readings.ts";
import { trustReadings } from "./telemetry/trust_readings.ts";
import { wireReadings } from "./telemetry/wire_readings.ts";
import { routes } from "../routes/mod.ts";

/** What the gateway is handed from outside. */
export interface GatewayDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** What the operator should know about the configuration, one line each. */
  readonly warnings: readonly string[];
  /** Log lines that nobody got to read, since the start. */
  readonly lostLogLines?: () => number;
  /** Hears of everything that somebody does on the dashboard; a line in the log unless given. */
  readonly audit?: (entry: AuditEntry) => void;
}

/** A gateway that runs. Dispose it to stop at once. */
export interface Gateway extends AsyncDisposable {
  readonly grpcPort: number;
  /** The port of the pages, if they are on. */
  readonly httpPort: number | undefined;
  /** The ids of the agents on offer. */
  readonly agents: readonly string[];
  /** What happens in the calls, for whoever watches. */
  readonly events: Bus<CallEvent>;
  /** Takes no new calls, lets the open ones finish within the drain time, and stops. */
  drain(): Promise<void>;
}

/** Builds the house and opens its ports. Throws when a port cannot be opened; then nothing is left open. */
export async function startGateway(config: Config, deps: GatewayDeps): Promise<Gateway> {
  const { clock, log, version, warnings, lostLogLines = () => 0 } = deps;
  await using built = new AsyncDisposableStack();
  const startedAt = clock.date();
  const events = new Bus<CallEvent>();
  const history = built.use(new History(events));
  logCalls(events, log.child("call"), built);

  const directory = new AgentDirectory(
    await openConnectors(
      config,
      { clock, log: log.child("connector"), fetch, env: variable, readFile: Deno.readFile, createFile },
      built,
    ),
    log.child("agents"),
    config.gateway.defaultAgent,
  );
  const health = new HealthBoard();
  const switchboard = built.use(openSwitchboard(config, directory, { clock, log: log.child("call"), events }));
  const refresh = async (afresh = false) => {
    await directory.refresh(afresh);
    health.serving = directory.list().length > 0 && !switchboard.draining;
  };
  await refresh();
  built.defer(every(clock, config.monitoring.healthCheckIntervalMs, () => refresh()));

  const auth = log.child("auth");
  const validation = config.validation &&
    built.use(new TokenValidation(config.validation, { fetch, clock, log: auth }));
  const guard = new Guard(validation?.gate);
  const certificates = await openCertificates(config, { clock, log: auth }, built);

  const certificateStates = () =>
    Object.entries(certificates).flatMap(([on, files]) => files ? [{ on, ...files.state }] : []);

  const offend = built.use(burst(log.child("wire"), clock));
  const onError = (error: unknown, where = "a page") =>
    log.error("stream failed", {
      code: "GATEWAY-DEFECT" satisfies ErrorCode,
      where,
      error: error instanceof Error ? error.name : "unknown",
    });
  const onOffence = ({ peer, code, reason }: Offence) =>
    offend("connection cut off", { peer, code: codeOf(`h2_${nameOfError(code)}`), reason });
  const server = built.use(GrpcServer.listen({
    hostname: config.gateway.host,
    port: config.gateway.port,
    tls: certificates.grpc && serverTls(certificates.grpc.texts, config.gateway),
    clock,
    maxMessageBytes: config.gateway.maxMessageBytes,
    maxConnections: config.gateway.maxConnections,
    maxConnectionsPerPeer: config.gateway.maxConnectionsPerPeer,
    maxConcurrentStreams: config.gateway.maxStreamsPerConnection,
    maxStreams: config.gateway.maxStreams + SPARE_STREAMS,
    highWaterMessages: config.gateway.responseQueue,
    keepaliveMs: config.gateway.keepaliveMs,
    maxAgeMs: config.gateway.maxConnectionAgeMs,
    onOffence,
    onError,
    methods: new Map([
      ...byova(directory, switchboard, {
        clock,
        log: log.child("wire"),
        maxStreams: config.gateway.maxStreams,
        expects: config.input,
        welcomeBargeIn: config.gateway.welcomeBargeIn,
        chunkBytes: config.gateway.outputChunkBytes,
        boundaryType: config.gateway.boundaryResponseType || undefined,
        guard,
      }),
      ...health.methods(),
      ...reflection().map(([path, method]) => [path, guard.method(method)] as const),
    ]),
  }));
  certificates.grpc?.onRenewal((texts) => server.renewTls(serverTls(texts, config.gateway)));

  const registration = config.dataSource.enabled
    ? built.use(openLifecycle(config.dataSource, { clock, log: log.child("byods"), fetch, random: Math.random }))
    : undefined;

  const { host, port, enabled } = config.monitoring;
  let web: WebServer | FetchServer | undefined;
  if (enabled) {
    const metrics = built.use(
      new Metrics({
        clock,
        events,
        readings: [
          ...processReadings({
            version,
            startedAt,
            memory: Deno.memoryUsage,
            liveCalls: () => switchboard.size,
            droppedEvents: () => events.dropped,
            lostLogLines,
          }),
          ...wireReadings(server),
          ...trustReadings({
            callers: validation?.gate.counters,
            certificates: certificateStates,
            registration: () => registration?.state(),
            now: () => clock.date(),
          }),
        ],
      }),
    );
    const { audit = auditLog(log.child("audit")) } = deps;
    const login = config.login && built.use(new Login(config.login, { clock, log: log.child("login"), fetch, audit }));
    const app = routes({
      version,
      clock,
      startedAt,
      directory,
      refreshAgents: () => refresh(true),
      switchboard,
      health,
      history,
      metrics,
      grpc: {
        host: config.gateway.host,
        port: server.port,
        connections: () => server.connections,
        counters: server.counters,
      },
      web: { host, port: () => web!.port },
      trust: {
        tokens: validation === undefined ? "off" : config.validation!.enforced ? "enforced" : "reported",
        callers: validation?.gate.counters,
        issuers: () => validation?.issuers() ?? [],
        certificates: certificateStates,
        clientCertificates: {
          grpc: config.gateway.tls?.clients !== undefined,
          http: config.monitoring.tls?.clients !== undefined,
        },
      },
      configuration: maskedConfig(config),
      warnings,
      ...(registration && { registration: () => registration.state() }),
    }, {
      log: log.child("web"),
      hosts: hostNames(config.monitoring),
      protos: PROTO_FILES,
      login,
      plainCookies: config.insecure,
      healthToken: config.monitoring.healthToken,
      metricsToken: config.monitoring.metricsToken,
      requestsPerMinute: config.monitoring.requestsPerMinute,
      audit,
    });
    const tlsOf = (texts: CertificateTexts) => serverTls(texts, config.monitoring);
    const tls = certificates.http && tlsOf(certificates.http.texts);
    // Deno.serve asks no client for a certificate.
    web = built.use(
      tls?.clients
        ? new FetchServer({ hostname: host, port, tls, clock, onOffence, onError }, app.fetch)
        : new WebServer({ hostname: host, port, tls }, app.fetch),
    );
    certificates.http?.onRenewal((texts) => web!.renewTls(tlsOf(texts)));
  }

  await registration?.start(); // with the ports open: Webex may call as soon as it is told where

  const running = built.move();
  return {
    grpcPort: server.port,
    httpPort: web?.port,
    agents: directory.list().map(({ id }) => id),
    events,
    async drain() {
      health.serving = false;
      await switchboard.drain(config.gateway.drainMs);
      health.dismiss();
      server.drain();
      await within(clock, LAST_BYTES_MS, server.closed);
      await running.disposeAsync();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Streams for health checks and the like, beside those that carry callers. */
const SPARE_STREAMS = 1000;
/** How long the last bytes may take to leave once every call is over, in ms. */
const LAST_BYTES_MS = 1000;

/** The certificate of each port that speaks TLS. */
async function openCertificates(
  { gateway, monitoring }: Config,
  { clock, log }: { clock: Clock; log: Log },
  built: AsyncDisposableStack,
) {
  const open = async (on: string, files: TlsFiles | undefined) =>
    files && built.use(
      await CertificateFiles.open({
        paths: { cert: files.cert, key: files.key, authorities: files.clients?.authorities },
        pollMs: files.pollMs,
        readTextFile: Deno.readTextFile,
        clock,
        log: log.child("certificate", { on }),
      }),
    );
  return {
    grpc: await open("grpc", gateway.tls),
    http: monitoring.enabled ? await open("http", monitoring.tls) : undefined,
  };
}

/** What a port shows, and whom it lets in. */
function serverTls({ cert, key, authorities }: CertificateTexts, { tls }: Pick<Config["gateway"], "tls">): ServerTls {
  const { clients } = tls!;
  if (clients === undefined) return { cert, key };
  const accepts = (name: string) => nameMatches(clients.subject, name);
  return { cert, key, clients: { authorities: authorities!, accepts } };
}

async function openConnectors(
  config: Config,
  deps: ConnectorDeps,
  built: AsyncDisposableStack,
): Promise<readonly NamedConnector[]> {
  const opened: NamedConnector[] = [];
  for (const { id, kind, config: own, delivery } of config.connectors) {
    const definition = carried.find((each) => each.kind === kind)!;
    const connector: Connector = await definition.create(own, { ...deps, log: deps.log.child(id) }, id);
    built.defer(() => connector[Symbol.asyncDispose]?.());
    const speaks = delivery === undefined ? connector.speaks : delivery === "wav" ? "prompts" : "pieces";
    opened.push({ id, kind, connector, speaks });
  }
  return opened;
}

function openSwitchboard(
  { sessions, gateway, input, privacy, voiceActivityDetection: speech }: Config,
  directory: AgentDirectory,
  { clock, log, events }: { clock: Clock; log: Log; events: Bus<CallEvent> },
): Switchboard {
  const format: AudioFormat = { encoding: "mulaw", sampleRate: speech.fallbackSampleRateHz };
  return new Switchboard(directory, {
    maxCalls: sessions.maxSessions,
    idleMs: sessions.timeoutMs,
    maxCallMs: sessions.maxSessionDurationMs,
    sweepMs: sessions.autoCleanup ? sessions.cleanupIntervalMs : 0,
  }, {
    clock,
    log,
    publish: (event) => events.publish(event),
    speech: { threshold: speech.threshold, startMs: speech.startDebounceMs, endMs: speech.endSilenceMs },
    maxUtteranceMs: speech.maxUtteranceMs,
    format,
    answerMs: sessions.answerTimeoutMs,
    inboxSize: gateway.requestQueue,
    apology: readPrompt(PROMPTS.error),
    redactor: new Redactor(privacy.patterns),
    sensitive: input.sensitive,
  });
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

function logCalls(events: Bus<CallEvent>, log: Log, built: AsyncDisposableStack): void {
  const subscription = events.subscribe(10_000);
  const reading = (async () => {
    for await (const event of subscription) {
      const { type, callId: call, orgId: org, agentId: agent, at: _at, ...rest } = event;
      const level = type === "call_started" || type === "call_ended"
        ? "info"
        : type === "call_failed" || type === "agent_faltered"
        ? "warn"
        : "debug";
      log[level](type.replaceAll("_", " "), { call, org, agent, ...rest });
    }
  })();
  built.defer(async () => {
    subscription[Symbol.dispose]();
    await reading;
  });
}

/** Does something again and again, each time `ms` after the last has finished. Returns what stops it. */
function every(clock: Clock, ms: number, act: () => Promise<void>): () => void {
  let callOff = () => {};
  let stopped = false;
  const schedule = () => {
    if (!stopped) callOff = clock.setTimer(ms, () => act().then(schedule));
  };
  schedule();
  return () => {
    stopped = true;
    callOff();
  };
}

async function within(clock: Clock, ms: number, promise: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const callOff = clock.setTimer(ms, resolve);
  await Promise.race([promise, late]);
  callOff();
}
