import { readPrompt } from "../audio/convert.ts";
import type { AudioFormat } from "../audio/format.ts";
import { PROMPTS } from "../audio/prompts.ts";
import type { Connector, ConnectorDeps } from "../call/connector.ts";
import type { AgentDirectory, NamedConnector } from "../call/directory.ts";
import { type CallEvent, TELLING } from "../call/event.ts";
import type { StartRecorder } from "../call/recorder.ts";
import { Switchboard } from "../call/switchboard.ts";
import type { Config } from "../config.ts";
import { connectors as carried } from "../connectors/mod.ts";
import type { Bus } from "../lib/bus.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { Redactor } from "../lib/redaction.ts";
import { OffStore } from "../store/off_store.ts";
import { SqliteStore, type SqliteStoreDeps } from "../store/sqlite_store.ts";
import type { Store } from "../store/store.ts";

/** Opens the connectors that the configuration names, in its order. */
export async function openConnectors(
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

/** What remembers the calls. */
export function openStore({ store, sessions }: Config, deps: SqliteStoreDeps): Store {
  return store ? new SqliteStore({ ...store, maxCallMs: sessions.maxSessionDurationMs }, deps) : new OffStore(deps);
}

/** What puts streams through to their calls. */
export function openSwitchboard(
  { sessions, gateway, input, privacy, voiceActivityDetection: speech }: Config,
  directory: AgentDirectory,
  { clock, log, events, record }: {
    clock: Clock;
    log: Log;
    events: Bus<CallEvent>;
    record: StartRecorder | undefined;
  },
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
    keep: privacy.keep,
    record,
  });
}

/** Writes what happens in calls into the log, without what tells of anything said. Returns what ends that. */
export function logCalls(events: Bus<CallEvent>, log: Log): () => void {
  return events.subscribe((event) => {
    const level = levelOf(event);
    if (level === "debug" && !log.hearsDebug) return;
    const { type, callId: call, orgId: org, agentId: agent, at: _at, ...rest } = event;
    const facts: Record<string, unknown> = { call, org, agent };
    for (const [name, fact] of Object.entries(rest)) if (!TELLING.has(name)) facts[name] = fact;
    log[level](type.replaceAll("_", " "), facts);
  });
}

function levelOf({ type }: CallEvent): "info" | "warn" | "debug" {
  if (type === "call_started" || type === "call_ended") return "info";
  return type === "call_failed" || type === "agent_faltered" ? "warn" : "debug";
}
