import type { Caller, CallerOptions } from "../src/caller/caller.ts";
import type { Conversation } from "../src/call/conversation.ts";
import type { AgentDirectory } from "../src/call/directory.ts";
import type { Switchboard } from "../src/call/switchboard.ts";
import type { GatewayState, LiveNumbers, RecordingFact, SettingFact } from "../islands/facts.ts";
import type { Clock } from "../src/lib/clock.ts";
import type { Alert, Store } from "../src/store/store.ts";
import type { LiveCalls } from "./live_calls.ts";

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
  /** The calls that go on, and the last that have ended, as their events tell of them. */
  readonly calls: LiveCalls;
  readonly store: Store;
  readonly recordings: Recordings | undefined;
  /** What of calls the operator has kept. */
  readonly keeps: { readonly parameters: boolean; readonly transcripts: boolean; readonly recordings: boolean };
  readonly health: { readonly serving: boolean; readonly services: readonly string[] };
  /** The alerts that are firing. */
  readonly alerts: () => readonly Alert[];
  readonly grpc: {
    readonly host: string;
    readonly port: number;
    readonly connections: () => number;
    /** What happened on the port since the start, as plain numbers. */
    readonly counters: object;
  };
  /** Makes a call to the gateway's own gRPC port. Throws what `Caller.dial` throws. */
  readonly dial: (options: CallerOptions) => Promise<Caller>;
  /** The metrics as text, in two formats. */
  readonly metrics: { openMetrics(): Promise<string>; prometheus(): Promise<string> };
  readonly web: { readonly host: string; readonly port: () => number };
  readonly trust: Trust;
  /** The effective configuration, secrets masked. */
  readonly configuration: unknown;
  /** Each value of the configuration and where it came from, secrets masked. */
  readonly settings: readonly SettingFact[];
  readonly warnings: readonly string[];
  /** How the registration with Webex stands, if the gateway looks after one. Times in ms since 1970. */
  readonly registration?: () => Registration;
}

/** What is recorded of calls. */
export interface Recordings {
  /** What is known of a file; undefined for none of that name. */
  describe(file: string): Promise<RecordingFact | undefined>;
  /** A file's bytes from `from` up to `to`, both included; undefined for none of that name. */
  read(file: string, from: number, to: number): Promise<ReadableStream<Uint8Array> | undefined>;
}

/** The registration with Webex, as far as pages tell of it. */
export interface Registration {
  readonly state: "starting" | "unregistered" | "active" | "at_risk" | "lapsed";
  readonly why: string;
  readonly id: string | undefined;
  readonly expiresAt: number | undefined;
  readonly renewedAt: number | undefined;
  readonly nextAttemptAt: number | undefined;
  readonly lastError: Trouble | undefined;
}

/** The last thing that went wrong, though all may be well since; `at` in ms since 1970. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly at: number;
}

/** What stands in front of the ports. */
export interface Trust {
  /** Whether calls without a valid token of Webex are turned away, only reported, or not looked at. */
  readonly tokens: "enforced" | "reported" | "off";
  /** Callers since the start, as plain numbers; undefined when nobody looks. */
  readonly callers: object | undefined;
  /** The issuers whose keys were asked for: how many are known, and how the fetches went. */
  readonly issuers: () => readonly {
    readonly issuer: string;
    readonly keys: number;
    readonly fetches: number;
    readonly failures: number;
    readonly lastError: Trouble | undefined;
  }[];
  /** The certificates of the ports that speak TLS; `until` in ms since 1970. */
  readonly certificates: () => readonly {
    readonly on: string;
    readonly subject: string;
    readonly until: number;
    readonly daysLeft: number;
    readonly lastError: Trouble | undefined;
  }[];
  /** Which ports ask their clients for a certificate. */
  readonly clientCertificates: { readonly grpc: boolean; readonly http: boolean };
}

/** What the gateway is doing, in one word, and why. */
export function stateOf({ health, switchboard, directory, registration }: House): { state: GatewayState; why: string } {
  if (switchboard.draining) return { state: "draining", why: "the gateway is stopping: no new calls are taken" };
  if (!health.serving) return { state: "not serving", why: "no agent is on offer" };
  const failing = directory.states().filter(({ failure }) => failure !== undefined);
  const reasons = failing.length === 0 ? [] : [`connectors that fail: ${failing.map(({ id }) => id).join(", ")}`];
  const registered = registration?.();
  if (registered && registered.state !== "active" && registered.state !== "starting") reasons.push(registered.why);
  return reasons.length === 0
    ? { state: "serving", why: "calls are taken" }
    : { state: "degraded", why: reasons.join("; ") };
}

/** What moves all the time. */
export function numbersOf(house: House): LiveNumbers {
  const { switchboard, calls } = house;
  return { ...stateOf(house), live_calls: switchboard.size, calls: switchboard.opened, errors: calls.errors };
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
