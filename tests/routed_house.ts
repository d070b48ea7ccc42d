import type { Hono } from "hono";
import type { Guarded } from "../routes/guard.ts";
import type { House } from "../routes/house.ts";
import { routes, type RoutesOptions } from "../routes/mod.ts";
import type { AuditEntry } from "../src/auth/login/visitor.ts";
import { TELEPHONY } from "../src/audio/format.ts";
import type { Connector } from "../src/call/connector.ts";
import type { Conversation } from "../src/call/conversation.ts";
import { AgentDirectory } from "../src/call/directory.ts";
import type { CallEvent } from "../src/call/event.ts";
import { Switchboard } from "../src/call/switchboard.ts";
import type { Turn } from "../src/call/turn.ts";
import { Bus } from "../src/lib/bus.ts";
import { OffStore } from "../src/store/off_store.ts";
import { Secret } from "../src/lib/secret.ts";
import { EVENTS_KEPT, LiveCalls } from "../routes/live_calls.ts";
import { LiveStream } from "../routes/live_stream.ts";
import { conversationOptions } from "./conversation_options.ts";
import { keepingLog, type Line } from "./logs.ts";
import { ManualClock } from "./manual_clock.ts";
import type { MemoryStore } from "./memory_store.ts";

/** An agent that listens after its greeting, hands over on "0", and breaks on "*". */
const patient: Connector["converse"] = async function* (_call, caller) {
  for await (const input of caller) {
    if (input.type === "keys" && input.digits === "0") return yield { type: "transfer", reason: "caller_asked" };
    if (input.type === "keys" && input.digits === "*") throw new Error("the vendor is down");
    if (input.type !== "hung_up") yield { type: "listening" };
  }
};

export interface RoutedHouseOptions {
  readonly converse?: Connector["converse"];
  readonly agents?: Connector["agents"];
  readonly maxCalls?: number;
  readonly house?: Partial<House>;
  /** Is told of the calls; nothing is remembered without. */
  readonly store?: MemoryStore;
  readonly hosts?: RoutesOptions["hosts"];
  /** Who has to be known, and how; nobody unless told. */
  readonly door?: Partial<RoutesOptions>;
  readonly clock?: ManualClock;
}

/** The pages over real calls and a clock of the test's own, without a port. */
export class RoutedHouse implements Disposable {
  private constructor(
    readonly clock: ManualClock,
    readonly house: House & { health: { serving: boolean; services: readonly string[] } },
    readonly app: Hono<Guarded>,
    readonly log: readonly Line[],
    /** What was done, as the trail is told. */
    readonly audit: readonly AuditEntry[],
    readonly live: LiveStream,
    readonly events: Bus<CallEvent>,
  ) {}

  static async open(
    { converse = patient, agents, maxCalls = 100, house: more, hosts, store, door = {}, clock = new ManualClock() }:
      RoutedHouseOptions = {},
  ): Promise<RoutedHouse> {
    const lines: Line[] = [];
    const log = keepingLog(lines);
    const events = new Bus<CallEvent>();
    const connector: Connector = {
      hears: { as: "utterances", format: TELEPHONY },
      speaks: "prompts",
      agents: agents ?? (() => Promise.resolve([{ id: "Test: one", name: "one" }])),
      converse,
    };
    const directory = new AgentDirectory([{ id: "test", kind: "test", connector, speaks: "prompts" }], log);
    await directory.refresh();
    const limits = { maxCalls, idleMs: 600_000, maxCallMs: 3_600_000, sweepMs: 0 };
    const switchboard = new Switchboard(
      directory,
      limits,
      conversationOptions({ clock, log, publish: (event) => events.publish(event) }),
    );
    const house: House & { health: { serving: boolean; services: readonly string[] } } = {
      version: "1.2.3",
      clock,
      startedAt: clock.date(),
      directory,
      refreshAgents: () => directory.refresh(true),
      switchboard,
      calls: new LiveCalls(events, EVENTS_KEPT.alone),
      store: store ?? new OffStore({ clock }),
      recordings: undefined,
      keeps: { parameters: false, transcripts: false, recordings: false },
      health: { serving: directory.list().length > 0, services: [""] },
      alerts: () => [],
      metrics: { openMetrics: () => Promise.resolve("# EOF\n"), prometheus: () => Promise.resolve("\n") },
      grpc: { host: "127.0.0.1", port: 50051, connections: () => 2, counters: { floods: 3 } },
      web: { host: "127.0.0.1", port: () => 8080 },
      dial: () => Promise.reject(new Error("nobody to call")),
      trust: {
        tokens: "off" as const,
        callers: undefined,
        issuers: () => [],
        certificates: () => [],
        clientCertificates: { grpc: false, http: false },
      },
      configuration: {},
      settings: [],
      warnings: [],
    };
    // Assigned rather than spread, so that what a test hands in may be a getter.
    Object.defineProperties(house, Object.getOwnPropertyDescriptors(more ?? {}));
    const protos = { "byova_common.proto": `syntax = "proto3";` };
    if (store) house.calls.watch((event) => store.take(event));
    const live = new LiveStream(house);
    const audit: AuditEntry[] = [];
    const app = routes(house, {
      log,
      hosts,
      protos,
      live,
      login: undefined,
      plainCookies: false,
      healthToken: new Secret(""),
      metricsToken: new Secret(""),
      requestsPerMinute: 6000,
      audit: (entry) => void audit.push(entry),
      ...door,
    });
    return new RoutedHouse(clock, house, app, lines, audit, live, events);
  }

  /** Begins a call and waits until its agent listens and everybody knows. */
  async call(id: string, orgId = "org-1"): Promise<Conversation> {
    const call = this.house.switchboard.join({
      id,
      orgId,
      agentId: "",
      language: "",
      vendorConfig: "",
      startName: "",
      parameters: {},
      additionalInfo: {},
      trackingId: "",
    }, true)!;
    await turnOf(call, (turn) => turn.hear({ type: "started" }));
    await this.clock.nextTurn();
    return call;
  }

  /** Presses keys in a call and waits until it has been answered and everybody knows. */
  async press(call: Conversation, digits: string): Promise<void> {
    await turnOf(call, (turn) => turn.hear({ type: "keys", digits }));
    await this.clock.nextTurn();
  }

  /** Resolves once that many calls are known to be over. */
  async finished(calls: number): Promise<void> {
    for (let turn = 0; this.house.calls.over.length < calls && turn < 100; turn++) await Promise.resolve();
  }

  async get(path: string, init: RequestInit = {}): Promise<Response> {
    return await this.app.request(path, init, { remoteAddr: { hostname: "127.0.0.1" } });
  }

  // deno-lint-ignore no-explicit-any
  async json(path: string): Promise<any> {
    return await (await this.get(path)).json();
  }

  /** The page at a path, as text. */
  async page(path = "/"): Promise<string> {
    return await (await this.get(path)).text();
  }

  [Symbol.dispose](): void {
    this.live[Symbol.dispose]();
    this.house.switchboard[Symbol.dispose]();
    this.house.calls[Symbol.dispose]();
  }
}

/** Opens a turn and resolves when it is closed. */
async function turnOf(call: Conversation, act: (turn: Turn) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  act(call.openTurn({ put: () => true, close: resolve, resume: () => {} }));
  await promise;
}
