import { Hono } from "hono";
import type { CallEvent, CallOutcome } from "../src/call/event.ts";
import { coalesced } from "../src/lib/coalesced.ts";
import { FEW_DAYS } from "../src/lib/certificate.ts";
import { humanDuration } from "../src/lib/duration.ts";
import { acts, type Guarded } from "./guard.ts";
import { type House, liveCall, type Registration, stateOf, type Trouble } from "./house.ts";
import { TrialCalls } from "./try_call.ts";

/** Finished calls that are told in the sample's words. */
const MOST_FINISHED = 200;

/** The JSON routes: what the sample and its guides name, with true values. */
export function api(house: House): Hono<Guarded> {
  const app = new Hono<Guarded>();
  const trials = new TrialCalls(house);
  const refresh = coalesced(house.refreshAgents);
  const status = () => statusOf(house);

  app.get("/health", (c) => {
    const { state, why } = stateOf(house);
    const healthy = house.health.serving;
    return c.json({
      status: healthy ? "healthy" : "unhealthy",
      service: "BYOVA Gateway Monitoring",
      state,
      message: why,
      pid: Deno.pid,
      timestamp: iso(house.clock.date()),
    }, healthy ? 200 : 503);
  });
  app.get("/status", (c) => c.json(status()));
  app.get("/api/status", (c) => c.json(status()));
  app.get("/api/config", (c) =>
    c.json({
      gateway: {
        name: "BYOVA Gateway",
        version: house.version,
        host: house.grpc.host,
        grpc_port: house.grpc.port,
        web_port: house.web.port(),
      },
      connectors: house.directory.states().map(({ id, kind, agents }) => ({ name: id, kind, agents })),
      monitoring: { enabled: true, host: house.web.host, port: house.web.port() },
      configuration: house.configuration,
      warnings: house.warnings,
    }));
  app.on(["GET", "POST"], "/api/agents/refresh", acts, async (c) => {
    await refresh();
    return c.json({ available_agents: status().available_agents, connectors: status().connectors });
  });
  app.get("/api/connections", (c) => {
    const active = house.switchboard.calls().map(liveCall);
    const history = house.calls.over.slice(-MOST_FINISHED).toReversed().map((call) => ({
      conversation_id: call.callId,
      session_id: call.callId,
      agent_id: call.agentId,
      customer_org_id: call.orgId,
      start_time: iso(call.startedAt),
      end_time: iso(call.endedAt!),
      duration_ms: call.endedAt! - call.startedAt,
      outcome: call.outcome,
      reason: call.reason,
    }));
    return c.json({
      active_sessions: active,
      active_conversations: active,
      history,
      connection_events: house.calls.milestones.flatMap(connectionEvents),
      total_active: active.length,
      total_history: history.length,
    });
  });
  app.get("/api/trust", (c) => c.json(trustOf(house)));
  app.get("/api/debug/sessions", (c) => {
    const sessions = house.switchboard.calls().map(liveCall);
    return c.json({
      gateway_server_exists: true,
      has_active_sessions_attr: true,
      has_get_active_sessions: true,
      has_get_connection_events: true,
      connection_events_count: house.calls.milestones.length,
      connections: house.grpc.connections(),
      wire: house.grpc.counters,
      total_sessions: sessions.length,
      opened_since_start: house.switchboard.opened,
      sessions,
    });
  });
  app.on(["GET", "POST"], "/api/test/create-session", acts, async (c) => {
    const tried = await trials.make(c.req.query("agent") ?? "");
    if (tried) return c.json(tried, tried.success ? 200 : 503);
    c.header("Retry-After", "1");
    return c.json({ error: "Cannot make a trial call: another is under way or just over" }, 429);
  });
  app.get("/:service/v1/ping", (c) => {
    const { why } = stateOf(house);
    return c.json({
      serviceName: c.req.param("service"),
      serviceType: "REQUIRED",
      serviceState: house.health.serving ? "online" : "offline",
      message: why,
      lastUpdated: iso(house.clock.date()),
    });
  });
  return app;
}

function statusOf(house: House) {
  const { state, why } = stateOf(house);
  const agents = house.directory.list().map(({ id }) => id);
  const states = house.directory.states();
  const { services } = house.health;
  const grpc = house.health.serving ? (state === "degraded" ? "DEGRADED" : "SERVING") : "NOT_SERVING";
  return {
    status: "running",
    state,
    message: why,
    uptime: humanDuration(house.clock.date() - house.startedAt),
    available_agents: agents,
    active_sessions: house.switchboard.size,
    total_sessions: house.switchboard.size,
    total_connections: house.switchboard.opened,
    total_agents: agents.length,
    total_connectors: states.length,
    connectors: states,
    last_updated: iso(house.clock.date()),
    ...(house.registration && { data_source: registrationOf(house.registration(), house.clock.date()) }),
    health: {
      overall_healthy: grpc === "SERVING",
      grpc_status: grpc,
      services: Object.fromEntries(services.map((name) => [name, house.health.serving ? "SERVING" : "NOT_SERVING"])),
      serving_services: house.health.serving ? services.length : 0,
      total_services: services.length,
    },
  };
}

function registrationOf({ state, why, id, expiresAt, renewedAt, nextAttemptAt, lastError }: Registration, now: number) {
  const time = (at: number | undefined) => at === undefined ? null : iso(at);
  return {
    state,
    message: why,
    id: id ?? null,
    expires_at: time(expiresAt),
    seconds_left: expiresAt === undefined ? null : Math.round((expiresAt - now) / 1000),
    last_renewal: time(renewedAt),
    next_attempt: time(nextAttemptAt),
    last_error: troubleOf(lastError),
  };
}

function trustOf({ trust, registration, clock }: House) {
  return {
    tokens: trust.tokens,
    callers: trust.callers,
    issuers: trust.issuers().map(({ lastError, ...issuer }) => ({ ...issuer, last_error: troubleOf(lastError) })),
    client_certificates: trust.clientCertificates,
    certificates: trust.certificates().map(({ on, subject, until, daysLeft, lastError }) => ({
      on,
      subject,
      state: daysLeft < 0 ? "ended" : daysLeft < FEW_DAYS ? "ends_soon" : "good",
      not_after: iso(until),
      days_left: daysLeft,
      last_error: troubleOf(lastError),
    })),
    registration: registration ? registrationOf(registration(), clock.date()) : null,
  };
}

function troubleOf(trouble: Trouble | undefined) {
  return trouble ? { code: trouble.code, message: trouble.message, at: iso(trouble.at) } : null;
}

/** What the sample says of an end that came from the agent. */
const TERMINAL: { readonly [O in CallOutcome]: { readonly outcome: string; readonly name: string } | undefined } = {
  transferred: { outcome: "transfer", name: "transfer_requested" },
  agent_failed: { outcome: "transfer", name: "transfer_requested" },
  ended_by_agent: { outcome: "session_end", name: "session_ended" },
  caller_hung_up: undefined,
  timed_out: undefined,
  gateway_stopped: undefined,
  ended_by_operator: { outcome: "session_end", name: "session_ended" },
  transferred_by_operator: { outcome: "transfer", name: "transfer_requested" },
};

/** The sample's names for what happens in a call: start, message, at most one terminal, end. */
function connectionEvents(event: CallEvent) {
  const about = {
    session_id: event.callId,
    conversation_id: event.callId,
    agent_id: event.agentId,
    customer_org_id: event.orgId,
    timestamp: event.at / 1000,
  };
  switch (event.type) {
    case "call_started":
      return [{ event_type: "start", ...about }];
    case "caller_turn":
      return [{ event_type: "message", by: event.by, ...about }];
    case "agent_faltered":
    case "call_failed":
      return [{ event_type: "failure", code: event.code, ...about }];
    case "call_ended": {
      const end = { event_type: "end", outcome: event.outcome, reason: event.reason, ...about };
      const terminal = TERMINAL[event.outcome];
      return terminal ? [{ event_type: "terminal", ...about, ...terminal }, end] : [end];
    }
    default:
      return [];
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
