import { strict as assert } from "node:assert";
import { Secret } from "../src/lib/secret.ts";
import { RoutedHouse } from "../tests/routed_house.ts";

const HOSTILE = [
  `<img src=x onerror="alert(1)">'`,
  "__proto__",
  "a\u0000b\u202e\r\nSet-Cookie: x=1",
  "x".repeat(10_240),
];

Deno.test("/status and /api/status tell the same true numbers in the sample's words", async () => {
  using house = await RoutedHouse.open();
  await house.call("one");
  (await house.call("two")).hangUp("test");
  house.clock.advance(((2 * 60 + 15) * 60 + 30) * 1000);
  const status = await house.json("/status");
  assert.deepEqual(status, await house.json("/api/status"));
  assert.deepEqual(status, {
    status: "running",
    state: "serving",
    message: "calls are taken",
    uptime: "2h 15m 30s",
    available_agents: ["Test: one"],
    active_sessions: 1,
    total_sessions: 1,
    total_connections: 2,
    total_agents: 1,
    total_connectors: 1,
    connectors: [{ id: "test", kind: "test", agents: ["Test: one"] }],
    last_updated: "2026-01-02T05:19:35.678Z",
    health: {
      overall_healthy: true,
      grpc_status: "SERVING",
      services: { "": "SERVING" },
      serving_services: 1,
      total_services: 1,
    },
  });
});

Deno.test("/api/connections lists live calls in both spellings, finished ones, and what happened", async () => {
  using house = await RoutedHouse.open();
  await house.call("live");
  const over = await house.call("over");
  house.clock.advance(1500);
  await house.press(over, "0");
  await house.finished(1);
  const told = await house.json("/api/connections");
  assert.deepEqual(told.active_sessions, [{
    session_id: "live",
    conversation_id: "live",
    agent_id: "Test: one",
    customer_org_id: "org-1",
    start_time: "2026-01-02T03:04:05.678Z",
    status: "Active",
    turns: 1,
    rpc_sessions: [],
    welcome_sent: false,
  }]);
  assert.deepEqual(told.active_conversations, told.active_sessions);
  assert.deepEqual(told.history, [{
    conversation_id: "over",
    session_id: "over",
    agent_id: "Test: one",
    customer_org_id: "org-1",
    start_time: "2026-01-02T03:04:05.678Z",
    end_time: "2026-01-02T03:04:07.178Z",
    duration_ms: 1500,
    outcome: "transferred",
    reason: "caller_asked",
  }]);
  assert.equal(told.total_active, 1);
  assert.equal(told.total_history, 1);
  assert.deepEqual(
    told.connection_events.map((event: Record<string, string>) => `${event.session_id} ${event.event_type}`),
    ["live start", "live message", "over start", "over message", "over message", "over terminal", "over end"],
  );
  assert.deepEqual(told.connection_events[5], {
    event_type: "terminal",
    session_id: "over",
    conversation_id: "over",
    agent_id: "Test: one",
    customer_org_id: "org-1",
    timestamp: 1767323047.178,
    outcome: "transfer",
    name: "transfer_requested",
  });
});

Deno.test("a call has at most one terminal event, whatever ends it, and each call that is started again has its own", async () => {
  using house = await RoutedHouse.open();
  await house.press(await house.call("asks"), "0");
  await house.press(await house.call("breaks"), "*");
  (await house.call("leaves")).hangUp("test");
  (await house.call("waits")).timeOut("idle_too_long");
  await house.call("again");
  await house.press(await house.call("again"), "0");
  await house.finished(6);
  const { connection_events, history } = await house.json("/api/connections");
  const count = (id: string, type: string) =>
    connection_events.filter((e: Record<string, string>) => e.session_id === id && e.event_type === type).length;
  assert.deepEqual(
    ["asks", "breaks", "leaves", "waits", "again"].map((id) => [id, count(id, "terminal"), count(id, "end")]),
    [["asks", 1, 1], ["breaks", 1, 1], ["leaves", 0, 1], ["waits", 0, 1], ["again", 1, 2]],
  );
  assert.equal(count("breaks", "failure"), 1);
  assert.equal(history.length, 6);
  assert.doesNotMatch(JSON.stringify(connection_events), /vendor is down/);
});

Deno.test("/api/debug/sessions counts connections, calls and events", async () => {
  using house = await RoutedHouse.open();
  await house.call("live");
  await house.press(await house.call("over"), "0");
  await house.finished(1);
  const { sessions, ...rest } = await house.json("/api/debug/sessions");
  assert.deepEqual(sessions.map((session: Record<string, string>) => session.session_id), ["live"]);
  assert.deepEqual(rest, {
    gateway_server_exists: true,
    has_active_sessions_attr: true,
    has_get_active_sessions: true,
    has_get_connection_events: true,
    connection_events_count: 6,
    connections: 2,
    wire: { floods: 3 },
    total_sessions: 1,
    opened_since_start: 2,
  });
});

Deno.test("/api/trust tells who was turned away, how keys, certificates and the registration stand, and what went wrong last", async () => {
  const until = Date.UTC(2026, 5, 1);
  const trouble = { code: "TLS-FILE", message: "why", at: until };
  const told = { code: "TLS-FILE", message: "why", at: "2026-06-01T00:00:00.000Z" };
  using house = await RoutedHouse.open({
    house: {
      trust: {
        tokens: "reported",
        callers: { admitted: 1, refused: {}, tolerated: { missing: 2 } },
        issuers: () => [{ issuer: "https://issuer.example", keys: 1, fetches: 2, failures: 1, lastError: trouble }],
        certificates: () => [{ on: "grpc", subject: "gateway.example", until, daysLeft: 13, lastError: trouble }],
        clientCertificates: { grpc: true, http: false },
      },
      registration: () => ({
        state: "at_risk",
        why: "it ends soon",
        id: "source-1",
        expiresAt: until,
        renewedAt: undefined,
        nextAttemptAt: until,
        lastError: trouble,
      }),
    },
  });
  assert.deepEqual(await house.json("/api/trust"), {
    tokens: "reported",
    callers: { admitted: 1, refused: {}, tolerated: { missing: 2 } },
    issuers: [{ issuer: "https://issuer.example", keys: 1, fetches: 2, failures: 1, last_error: told }],
    client_certificates: { grpc: true, http: false },
    certificates: [{
      on: "grpc",
      subject: "gateway.example",
      state: "ends_soon",
      not_after: "2026-06-01T00:00:00.000Z",
      days_left: 13,
      last_error: told,
    }],
    registration: {
      state: "at_risk",
      message: "it ends soon",
      id: "source-1",
      expires_at: "2026-06-01T00:00:00.000Z",
      seconds_left: Math.round((until - house.clock.date()) / 1000),
      last_renewal: null,
      next_attempt: "2026-06-01T00:00:00.000Z",
      last_error: told,
    },
  });
});

Deno.test("/api/config tells what is configured, secrets as dots", async () => {
  using house = await RoutedHouse.open({
    house: { configuration: { port: 50051, token: new Secret("hidden") }, warnings: ["mind the gap"] },
  });
  assert.deepEqual(await house.json("/api/config"), {
    gateway: { name: "BYOVA Gateway", version: "1.2.3", host: "127.0.0.1", grpc_port: 50051, web_port: 8080 },
    connectors: [{ name: "test", kind: "test", agents: ["Test: one"] }],
    monitoring: { enabled: true, host: "127.0.0.1", port: 8080 },
    configuration: { port: 50051, token: "••••" },
    warnings: ["mind the gap"],
  });
});

Deno.test("/health and /status say why no call is taken", async () => {
  using house = await RoutedHouse.open({ agents: () => Promise.reject(new TypeError("https://user:pw@vendor")) });
  const health = await house.get("/health");
  assert.equal(health.status, 503);
  assert.deepEqual(await health.json(), {
    status: "unhealthy",
    service: "BYOVA Gateway Monitoring",
    state: "not serving",
    pid: Deno.pid,
    message: "no agent is on offer",
    timestamp: "2026-01-02T03:04:05.678Z",
  });
  const status = await house.json("/status");
  assert.equal(status.health.grpc_status, "NOT_SERVING");
  assert.deepEqual(status.connectors, [{ id: "test", kind: "test", agents: [], failure: "TypeError" }]);
  assert.doesNotMatch(JSON.stringify(status), /vendor/);
  assert.equal((await house.json("/any/v1/ping")).serviceState, "offline");
});

Deno.test("a connector that fails while its agents are still known makes the house degraded, not down", async () => {
  let down = false;
  using house = await RoutedHouse.open({
    agents: () => down ? Promise.reject(new Error("x")) : Promise.resolve([{ id: "a", name: "a" }]),
  });
  down = true;
  await house.house.directory.refresh();
  assert.equal((await house.get("/health")).status, 200);
  const { state, health } = await house.json("/status");
  assert.equal(state, "degraded");
  assert.equal(health.grpc_status, "DEGRADED");
  assert.equal(health.overall_healthy, false);
});

Deno.test("/<service>/v1/ping answers in the words of Webex's services", async () => {
  using house = await RoutedHouse.open();
  assert.deepEqual(await house.json("/byova/v1/ping"), {
    serviceName: "byova",
    serviceType: "REQUIRED",
    serviceState: "online",
    message: "calls are taken",
    lastUpdated: "2026-01-02T03:04:05.678Z",
  });
});

Deno.test("JSON carries hostile ids unchanged, as text", async () => {
  using house = await RoutedHouse.open();
  for (const id of HOSTILE) await house.press(await house.call(id, id), "0");
  for (const id of HOSTILE) await house.call(id, id);
  await house.finished(HOSTILE.length);
  for (const path of ["/api/connections", "/api/debug/sessions"]) {
    const answer = await house.get(path);
    assert.match(answer.headers.get("content-type")!, /^application\/json/);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    const told = await answer.json();
    const live = told.active_sessions ?? told.sessions;
    assert.deepEqual(live.map((session: Record<string, string>) => session.session_id), HOSTILE);
    assert.deepEqual(live.map((session: Record<string, string>) => session.customer_org_id), HOSTILE);
  }
  assert.equal(({} as Record<string, unknown>).session_id, undefined);
});
