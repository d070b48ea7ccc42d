import type { Conversation } from "../src/call/conversation.ts";
import type { AgentDirectory } from "../src/call/directory.ts";
import type { CallEvent, CallOutcome, FinishedCall } from "../src/call/event.ts";
import type { Switchboard } from "../src/call/switchboard.ts";
import type { Clock } from "../src/lib/clock.ts";

/** What the pages are told about the house. */
export interface House {
  readonly version: string;
  readonly clock: Clock;
  /** When the gateway started, in ms since 1970. */
  readonly startedAt: number;
  readonly directory: AgentDirectory;
  /** Asks every vendor again which agents there are. */
  readonly refreshAgents: () => Promise<void>;
  readonly switchboard: Switchboard;
  readonly health: { readonly serving: boolean; readonly services: readonly string[] };
  readonly history: {
    readonly events: readonly CallEvent[];
    readonly calls: readonly FinishedCall[];
    /** Calls finished since the start, by outcome. */
    readonly outcomes: ReadonlyMap<CallOutcome, number>;
  };
  readonly grpc: {
    readonly host: string;
    readonly port: number;
    readonly connections: () => number;
    /** What happened on the port since the start, as plain numbers. */
    readonly counters: object;
  };
  readonly web: { readonly host: string; readonly port: () => number };
  /** The effective configuration, secrets masked. */
  readonly configuration: unknown;
  readonly warnings: readonly string[];
}

/** What the gateway is doing, in one word, and why. */
export function stateOf({ health, switchboard, directory }: House): { state: string; why: string } {
  if (switchboard.draining) return { state: "draining", why: "the gateway is stopping: no new calls are taken" };
  if (!health.serving) return { state: "not serving", why: "no agent is on offer" };
  const failing = directory.states().filter(({ failure }) => failure !== undefined);
  if (failing.length === 0) return { state: "serving", why: "calls are taken" };
  return { state: "degraded", why: `connectors that fail: ${failing.map(({ id }) => id).join(", ")}` };
}

/** A live call as the API tells it. */
export function liveCall(conversation: Conversation) {
  const { call, startedAt, turns } = conversation;
  return {
    session_id: call.id,
    conversation_id: call.id,
    agent_id: call.agentId,
    customer_org_id: call.orgId,
    start_time: new Date(startedAt).toISOString(),
    status: "Active",
    turns,
    rpc_sessions: conversation.openTurnNumbers(),
    welcome_sent: conversation.welcomed,
  };
}
