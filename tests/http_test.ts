import { strict as assert } from "node:assert";
import { TestGateway } from "./gateway_harness.ts";

/** Asks over a raw socket, so that the Host header can be anything. Returns the status line. */
async function rawStatus(port: number, host: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = `GET /api/config HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const text = await new Response(connection.readable).text();
  return text.slice(0, text.indexOf("\r\n"));
}

// deno-lint-ignore no-explicit-any
async function json(gateway: TestGateway, path: string): Promise<any> {
  const answer = await fetch(`${gateway.url}${path}`);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/, path);
  return await answer.json();
}

Deno.test("the routes tell of a call over the wire while it goes on and after it has ended", async () => {
  await using gateway = await TestGateway.open();
  const call = gateway.call({ conversationId: "c-1", customerOrgId: "org-9", virtualAgentId: "Echo: Echo" });
  await call.start();

  const during = await json(gateway, "/status");
  assert.equal(during.active_sessions, 1);
  assert.equal(during.total_connections, 1);
  assert.deepEqual(during.available_agents, ["Local Audio: Local Playback", "Echo: Echo"]);
  assert.match(during.uptime, /^\d+s$/);
  const [session] = (await json(gateway, "/api/connections")).active_sessions;
  assert.equal(session.session_id, "c-1");
  assert.equal(session.conversation_id, "c-1");
  assert.equal(session.agent_id, "Echo: Echo");
  assert.equal(session.customer_org_id, "org-9");
  assert.equal(session.welcome_sent, true);
  assert.equal((await json(gateway, "/api/debug/sessions")).connections, 1);

  await call.press("0");
  const after = await json(gateway, "/api/connections");
  assert.deepEqual([after.active_sessions, after.total_active, after.total_history], [[], 0, 1]);
  assert.equal(after.history[0].outcome, "transferred");
  const terminals = after.connection_events.filter((event: Record<string, string>) => event.event_type === "terminal");
  assert.deepEqual(terminals.map((event: Record<string, string>) => event.session_id), ["c-1"]);
  assert.equal((await json(gateway, "/status")).active_sessions, 0);
  assert.equal((await json(gateway, "/status")).total_connections, 1);
});

Deno.test("an open stream is listed with its call", async () => {
  await using gateway = await TestGateway.open();
  const call = gateway.call({ virtualAgentId: "Echo: Echo" });
  await call.start();
  const stream = call.open();
  stream.speak({ format: { encoding: "mulaw", sampleRate: 8000 }, data: new Uint8Array(160).fill(0xff) });
  let open: number[] = [];
  while (open.length === 0) open = (await json(gateway, "/api/connections")).active_sessions[0].rpc_sessions;
  assert.deepEqual(open, [2]);
  await stream.finish();
});

Deno.test("/api/config tells the ports that are really open, and no secret", async () => {
  await using gateway = await TestGateway.open(`
authentication: { session: { secret_key: hidden-1 } }
data_source: { auth: { client_secret: hidden-2, refresh_token: hidden-3, access_token: hidden-4 } }
`);
  const config = await json(gateway, "/api/config");
  assert.equal(config.gateway.grpc_port, gateway.gateway.grpcPort);
  assert.equal(config.gateway.web_port, gateway.gateway.httpPort);
  assert.equal(config.gateway.version, "0.0.0-test");
  assert.deepEqual(config.connectors.map(({ agents }: { agents: string[] }) => agents), [
    ["Local Audio: Local Playback"],
    ["Echo: Echo"],
  ]);
  for (const path of ["/api/config", "/api/status", "/api/debug/sessions", "/"]) {
    assert.doesNotMatch(await (await fetch(`${gateway.url}${path}`)).text(), /hidden-/, path);
  }
});

Deno.test("/health is 503 while the gateway drains, and says so", async () => {
  await using gateway = await TestGateway.open();
  const call = gateway.call({ virtualAgentId: "Echo: Echo" });
  await call.start();
  assert.equal((await fetch(`${gateway.url}/health`, { method: "HEAD" })).status, 200);
  const drained = gateway.gateway.drain();
  const health = await fetch(`${gateway.url}/health`);
  assert.equal(health.status, 503);
  const { status, state } = await health.json();
  assert.deepEqual([status, state], ["unhealthy", "draining"]);
  const trial = await fetch(`${gateway.url}/api/test/create-session`);
  assert.equal(trial.status, 503);
  assert.match((await trial.json()).message, /takes no new calls/);
  await call.event("SESSION_END");
  await drained;
});

Deno.test("create-session makes a call with a connector of the house, and none is left", async () => {
  await using gateway = await TestGateway.open();
  const { success, agent_id, prompts, session_id } = await json(gateway, "/api/test/create-session?agent=Echo:%20Echo");
  assert.deepEqual([success, agent_id, prompts], [true, "Echo: Echo", 1]);
  const { active_sessions, history } = await json(gateway, "/api/connections");
  assert.deepEqual(active_sessions, []);
  assert.deepEqual(history.map((call: Record<string, string>) => call.session_id), [session_id]);
});

Deno.test("with the store off, the last log lines are told all the same, on the page and as they come", async () => {
  await using gateway = await TestGateway.open();
  const lines = async () => (await json(gateway, "/api/logs?text=call+ended&call=call-1")).lines;
  assert.deepEqual(await lines(), []);
  const answer = await fetch(`${gateway.url}/api/live?topics=logs`);
  const call = gateway.call();
  await call.start();
  await call.event("SESSION_END");
  let told = "";
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    told += piece;
    if (/^event: logs\n.*"call ended"/m.test(told)) break;
  }
  const [line] = await lines();
  assert.deepEqual([line.level, line.message, line.call_id], ["info", "call ended", "call-1"]);
  const page = await (await fetch(`${gateway.url}/logs?text=call+ended`)).text();
  assert.ok(page.includes("call-1"), "the page shows no lines");
});

Deno.test("a name that points at this machine from elsewhere gets nothing", async () => {
  await using gateway = await TestGateway.open();
  const port = gateway.gateway.httpPort!;
  assert.match(await rawStatus(port, `attacker.example:${port}`), /^HTTP\/1\.1 421 /);
  assert.match(await rawStatus(port, `localhost:${port}`), /^HTTP\/1\.1 200 /);
  assert.match(await rawStatus(port, "a b<>"), /^HTTP\/1\.1 4\d\d /);
});

Deno.test("the protocol files can be fetched from the gateway", async () => {
  await using gateway = await TestGateway.open();
  for (const name of ["byova_common.proto", "voicevirtualagent.proto", "health.proto"]) {
    assert.match(await (await fetch(`${gateway.url}/proto/${name}`)).text(), /syntax = "proto3"/);
  }
});

Deno.test("with monitoring off there is no HTTP port", async () => {
  await using gateway = await TestGateway.open("monitoring: { enabled: false }");
  assert.equal(gateway.gateway.httpPort, undefined);
});

Deno.test("a proxy may ask under a name that the configuration gives", async () => {
  await using house = await TestGateway.open("monitoring:\n  host_names: [gateway.example.org]\n");
  const port = house.gateway.httpPort!;
  assert.match(await rawStatus(port, "gateway.example.org"), /^HTTP\/1\.1 200 /);
  assert.match(await rawStatus(port, "other.example.org"), /^HTTP\/1\.1 421 /);
});
