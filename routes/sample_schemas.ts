import * as z from "zod";
import { time } from "./schemas.ts";

/** The answers that the sample and its guides name, as schemas: what is there may grow. */

const text = z.string();

const connectorState = z.looseObject({ id: text, kind: text, agents: z.array(text), failure: text.optional() });

export const health = z.looseObject({
  status: z.enum(["healthy", "unhealthy"]),
  service: text,
  state: text,
  message: text,
  timestamp: time,
});

export const status = z.looseObject({
  status: text,
  state: text,
  message: text,
  uptime: text.describe("Such as 2h 15m 30s."),
  available_agents: z.array(text),
  active_sessions: z.int(),
  total_sessions: z.int(),
  total_connections: z.int(),
  total_agents: z.int(),
  total_connectors: z.int(),
  connectors: z.array(connectorState),
  last_updated: time,
  health: z.looseObject({ overall_healthy: z.boolean(), grpc_status: text, services: z.record(text, text) }),
});

export const config = z.looseObject({
  gateway: z.looseObject({ name: text, version: text, host: text, grpc_port: z.int(), web_port: z.int() }),
  connectors: z.array(z.looseObject({ name: text, kind: text, agents: z.array(text) })),
  monitoring: z.looseObject({ enabled: z.boolean(), host: text, port: z.int() }),
  configuration: z.unknown(),
  warnings: z.array(text),
});

const session = z.looseObject({
  session_id: text,
  conversation_id: text,
  agent_id: text,
  customer_org_id: text,
  start_time: time,
  status: text,
  turns: z.int(),
  rpc_sessions: z.array(z.int()),
  welcome_sent: z.boolean(),
});

export const connections = z.looseObject({
  active_sessions: z.array(session),
  active_conversations: z.array(session),
  history: z.array(z.looseObject({ session_id: text, agent_id: text, start_time: time, end_time: time })),
  connection_events: z.array(z.looseObject({ event_type: text, session_id: text, timestamp: z.number() })),
  total_active: z.int(),
  total_history: z.int(),
});

export const debugSessions = z.looseObject({
  connections: z.int(),
  total_sessions: z.int(),
  opened_since_start: z.int(),
  sessions: z.array(session),
});

export const trust = z.looseObject({
  tokens: z.enum(["enforced", "reported", "off"]),
  issuers: z.array(z.unknown()),
  certificates: z.array(z.looseObject({ on: text, subject: text, not_after: time, days_left: z.number() })),
});

export const refreshed = z.looseObject({ available_agents: z.array(text), connectors: z.array(connectorState) });

export const trial = z.looseObject({ success: z.boolean(), message: text });

export const ping = z.looseObject({
  serviceName: text,
  serviceType: text,
  serviceState: z.enum(["online", "offline"]),
  message: text,
  lastUpdated: time,
});
