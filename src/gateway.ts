import { openLifecycle } from "./auth/byods/mod.ts";
import type { AuditEntry } from "./auth/login/visitor.ts";
import { TokenValidation } from "./auth/validation.ts";
import { AgentDirectory } from "./call/directory.ts";
import type { CallEvent } from "./call/event.ts";
import type { Config } from "./config.ts";
import { openAlerts } from "./gateway/alerts.ts";
import { logCalls, openConnectors, openStore, openSwitchboard } from "./gateway/calls.ts";
import { certificateStates, openCertificates, ownPort, serverTls } from "./gateway/certificates.ts";
import { openWebPort } from "./gateway/web_port.ts";
import { Successor } from "./grpc/relay.ts";
import { GrpcServer } from "./grpc/server.ts";
import { nameOfError } from "./http2/errors.ts";
import type { Offence } from "./http2/listener.ts";
import { Bus } from "./lib/bus.ts";
import type { Clock } from "./lib/clock.ts";
import { codeOf, type ErrorCode } from "./lib/error_codes.ts";
import { createFile } from "./lib/files.ts";
import { FreshFetch } from "./lib/fresh_fetch.ts";
import type { Log } from "./lib/log.ts";
import type { LogEntry } from "./lib/log_format.ts";
import { burst } from "./lib/log_burst.ts";
import { variable } from "./lib/variable.ts";
import { brief } from "./protocols/brief.ts";
import { byova } from "./protocols/byova.ts";
import { Guard } from "./protocols/guard.ts";
import { HealthBoard } from "./protocols/health.ts";
import { reflection } from "./protocols/reflection.ts";
import { Recordings } from "./recording/recordings.ts";
import { Traces } from "./telemetry/traces.ts";
import type { SettingFact } from "../islands/facts.ts";

/** What the gateway is handed from outside. */
export interface GatewayDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** What the operator should know about the configuration, one line each. */
  readonly warnings: readonly string[];
  /** Log lines that nobody got to read, since the start. */
  readonly lostLogLines?: () => number;
  /** What is logged, for the store to keep. */
  readonly logEntries?: Bus<LogEntry>;
  /** Hears of everything that somebody does on the dashboard; a line in the log unless given. */
  readonly audit?: (entry: AuditEntry) => void;
  /** Each value of the configuration with where it came from, secrets masked. */
  readonly settings?: readonly SettingFact[];
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
  const { clock, log } = deps;
  await using built = new AsyncDisposableStack();
  const startedAt = clock.date();
  const events = new Bus<CallEvent>();
  built.defer(logCalls(events, log.child("call")));
  // Loaded only where it is wanted: it takes 20 ms of the start.
  if (variable("OTEL_DENO") === "true") {
    built.use(new Traces(events, await import("@opentelemetry/api"), deps.version));
  }
  const store = built.use(openStore(config, { clock, log: log.child("store"), events, logs: deps.logEntries }));

  const { fetch: freshFetch } = built.use(new FreshFetch());
  const directory = new AgentDirectory(
    await openConnectors(
      config,
      { clock, log: log.child("connector"), fetch: freshFetch, env: variable, readFile: Deno.readFile, createFile },
      built,
    ),
    log.child("agents"),
    config.gateway.defaultAgent,
  );
  let successor: Successor | undefined;
  const health = new HealthBoard();
  const recordings = built.use(new Recordings(config.recordings, { clock, log: log.child("recordings"), createFile }));
  const switchboard = built.use(
    openSwitchboard(config, directory, { clock, log: log.child("call"), events, record: recordings.record }),
  );
  const refresh = async (afresh = false) => {
    await directory.refresh(afresh);
    health.serving = directory.list().length > 0 && (!switchboard.draining || successor !== undefined);
  };
  await refresh();
  built.defer(every(clock, config.monitoring.healthCheckIntervalMs, () => refresh()));

  const auth = log.child("auth");
  const validation = config.validation &&
    built.use(new TokenValidation(config.validation, { fetch, clock, log: auth }));
  const guard = new Guard(validation?.gate);
  const certificates = await openCertificates(config, { clock, log: auth }, built);

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
    reusePort: config.gateway.reusePort,
    tls: certificates.grpc && serverTls(certificates.grpc.texts, config.gateway),
    clock,
    ...config.gateway.limits,
    maxMessageBytes: config.gateway.maxMessageBytes,
    maxConnections: config.gateway.maxConnections,
    maxConnectionsPerPeer: config.gateway.maxConnectionsPerPeer,
    maxUnused: config.gateway.maxUnusedConnections,
    maxConcurrentStreams: config.gateway.maxStreamsPerConnection,
    maxStreams: config.gateway.maxStreams + SPARE_STREAMS,
    highWaterMessages: config.gateway.responseQueue,
    keepaliveMs: config.gateway.keepaliveMs,
    maxAgeMs: config.gateway.maxConnectionAgeMs,
    onOffence,
    onError,
    methods: new Map([
      ...byova(directory, switchboard, {
        log: log.child("wire"),
        maxStreams: config.gateway.maxStreams,
        expects: config.input,
        welcomeBargeIn: config.gateway.welcomeBargeIn,
        chunkBytes: config.gateway.outputChunkBytes,
        boundaryType: config.gateway.boundaryResponseType || undefined,
        guard,
        successor: () => successor,
      }),
      ...[...health.methods(), ...reflection().map(([path, method]) => [path, guard.method(method)] as const)]
        .map(([path, method]) => [path, brief(method)] as const),
    ]),
  }));
  certificates.grpc?.onRenewal((texts) => server.renewTls(serverTls(texts, config.gateway)));

  const registration = config.dataSource.enabled
    ? built.use(openLifecycle(config.dataSource, { clock, log: log.child("byods"), fetch, random: Math.random }))
    : undefined;

  const alerts = config.alerts.enabled
    ? await openAlerts(config.alerts, {
      store,
      clock,
      log: log.child("alerts"),
      readings: {
        startedAt,
        liveCalls: (connector) =>
          connector === ""
            ? switchboard.size
            : switchboard.calls().filter((call) => call.connector.id === connector).length,
        connectors: () => directory.states(),
        registrationEnds: () => registration?.state().expiresAt,
        certificates: () => certificateStates(certificates),
      },
    }, built)
    : undefined;
  const web = config.monitoring.enabled
    ? openWebPort(config, {
      ...deps,
      startedAt,
      events,
      store,
      recordings: recordings.library,
      directory,
      refreshAgents: () => refresh(true),
      switchboard,
      health,
      server,
      validation,
      certificates,
      registration,
      alerts,
      onOffence,
      onError,
    }, built)
    : undefined;

  await registration?.start(); // with the ports open: Webex may call as soon as it is told where

  const running = built.move();
  return {
    grpcPort: server.port,
    httpPort: web?.port,
    agents: directory.list().map(({ id }) => id),
    events,
    async drain() {
      const { reusePort, drainMs } = config.gateway;
      const until = clock.now() + drainMs;
      if (reusePort) {
        await server.closeDoor();
        web?.closeDoor();
        // Where clients show certificates, the successor would ask for one, of which a gateway has none.
        if (config.gateway.tls?.clients === undefined) {
          successor = await Successor.find({ ...ownPort(config, server.port, certificates.grpc?.texts), clock });
        }
        if (successor) running.use(successor);
        log.info(
          successor ? "another gateway has taken over: new calls are handed on to it" : "nobody takes new calls",
        );
      }
      if (successor === undefined) health.serving = false;
      await switchboard.drain(drainMs);
      health.dismiss();
      server.drain();
      const handedOn = successor === undefined ? 0 : until - clock.now();
      await within(clock, Math.max(LAST_BYTES_MS, handedOn), server.closed);
      await running.disposeAsync();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Streams for health checks and the like, beside those that carry callers. */
const SPARE_STREAMS = 1000;
/** How long the last bytes may take to leave once every call is over, in ms. */
const LAST_BYTES_MS = 5000;

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
