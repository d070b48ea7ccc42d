import { strict as assert } from "node:assert";
import * as z from "zod";
import { pages } from "../islands/mod.ts";
import { openApi, ROUTES } from "../routes/openapi.ts";
import type { Recordings } from "../routes/house.ts";
import { TestGateway } from "./gateway_harness.ts";
import { MemoryStore } from "./memory_store.ts";
import { RoutedHouse } from "./routed_house.ts";

type Json = Record<string, unknown>;
// deno-lint-ignore no-explicit-any
const document: any = JSON.parse(JSON.stringify(openApi("1.2.3")));

/** Routes that are for people and their browsers. */
const PAGES = [
  ...Object.values(pages).map(({ path }) => path),
  ...["/assets/:hash/:name", "/favicon.ico", "/login", "/logout", "/auth/status"],
];

const recordings: Recordings = {
  describe: (file) => Promise.resolve({ file, bytes: 3, duration_ms: 1000, peaks: [[0, 1], [0.5, 0]] }),
  read: () => Promise.resolve(ReadableStream.from([new Uint8Array(3)])),
};

/** What a response has to look like by the document, as a check. */
function checkOf(response: { content: Record<string, { schema?: Json }> }, type: string): z.ZodType {
  assert.ok(type in response.content, `${type} is not described`);
  const text = JSON.stringify({ ...response.content[type]!.schema, $defs: document.components.schemas });
  return z.fromJSONSchema(JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")));
}

/** Asks for every route that is described, and holds what comes to the description. Returns the statuses by route. */
async function askEverything(ask: (path: string, init: RequestInit) => Promise<Response>, callId: string) {
  const statuses: Record<string, number> = {};
  for (const { method, path } of ROUTES) {
    const asked = path
      .replace("{call_id}", callId)
      .replace("{file}", "call.wav")
      .replace("{service}", "byova")
      .replace("{name}", "byova_common.proto");
    const query = method === "post" && path.includes("call_id") ? "?org=org-1" : "";
    const answer = await ask(asked + query, { method: method.toUpperCase() });
    const type = answer.headers.get("content-type")!.split(";")[0]!;
    const { responses } = document.paths[path][method];
    if (type === "application/json") {
      const told = await answer.json();
      const read = checkOf(answer.ok ? responses[200] : responses.default, type).safeParse(told);
      assert.ok(read.success, `${method} ${path}: ${read.error && z.prettifyError(read.error)}`);
    } else {
      assert.ok(type in responses[200].content, `${path} answers with ${type}`);
      await answer.body?.cancel();
    }
    statuses[`${method} ${path}`] = answer.status;
  }
  return statuses;
}

Deno.test("every route is described, and every route that is described is there", async () => {
  using house = await RoutedHouse.open();
  const there = new Set(
    house.app.routes
      .filter(({ method, path }) => method !== "ALL" && !PAGES.includes(path))
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`),
  );
  const described = new Set(ROUTES.map(({ method, path }) => `${method} ${path}`));
  assert.deepEqual([...described].sort(), [...there].sort());
});

Deno.test("what a house with a past answers is what the description says", async () => {
  const store = new MemoryStore();
  using house = await RoutedHouse.open({
    store,
    house: { recordings, settings: [{ key: "gateway.port", value: 50051, from: "default" }] },
  });
  store.keepLog({ at: 0, level: "warn", logger: "byova", message: "m", callId: "c", fields: { a: 1 } });
  store.keepAlert({
    ...{ id: 1, rule: "failures", severity: "critical", state: "firing", message: "m", value: undefined },
    ...{ since: 0, resolvedAt: undefined, delivery: "none" },
  });
  store.keepDeed({ at: 0, who: "a", via: "b", action: "c", about: "d" });
  await house.press(await house.call("failed"), "*");
  const call = await house.call("c");
  const { callId, orgId, agentId, at } = house.house.calls.find({ callId: "c" })!.events.at(-1)!;
  const about = { callId, orgId, agentId, at };
  house.events.publish({ ...about, type: "recording_started", file: "c.wav" });
  const audio = { late: 1, longestGapMs: 61.5, levelDb: -30.2, peakDb: -3, clipped: 0.01 };
  house.events.publish({ ...about, type: "turn_closed", turn: 1, cancelled: false, frames: 10, audio });
  await house.press(call, "1");
  const statuses = await askEverything((path, init) => house.get(`http://localhost${path}`, init), "c");
  const refused = Object.entries(statuses).filter(([, status]) => status !== 200);
  // The call has been ended when somebody wants to hand it over.
  // Nor may one trial call follow another at once, and a telephone wants a WebSocket.
  assert.deepEqual(refused, [
    ["post /api/calls/{call_id}/transfer", 404],
    ["post /api/test/create-session", 429],
    ["get /api/phone", 426],
  ]);
});

Deno.test("what a gateway answers over its port is what the description says", async () => {
  await using gateway = await TestGateway.open();
  await gateway.call({ conversationId: "c", customerOrgId: "org-1", virtualAgentId: "Echo: Echo" }).start();
  const statuses = await askEverything((path, init) => fetch(`${gateway.url}${path}`, init), "c");
  for (const path of ["/api/overview", "/api/calls", "/api/calls/{call_id}", "/api/agents", "/api/openapi.json"]) {
    assert.equal(statuses[`get ${path}`], 200, path);
  }
  const served = await (await fetch(`${gateway.url}/api/openapi.json`)).json();
  assert.deepEqual(served.paths, document.paths);
});

Deno.test("a question that is refused is refused as the description says", async () => {
  using house = await RoutedHouse.open({ store: new MemoryStore() });
  for (const { method, path, parameters } of ROUTES) {
    if (parameters === undefined || path.includes("test")) continue;
    const answer = await house.get(`${path.replaceAll(/[{}]/g, "")}?colour=red`, { method: method.toUpperCase() });
    assert.equal(answer.status, 400, path);
    const { responses } = document.paths[path][method];
    assert.equal(checkOf(responses.default, "application/json").safeParse(await answer.json()).success, true, path);
  }
});

Deno.test("an answer that is not as described does not pass", async () => {
  using house = await RoutedHouse.open();
  await house.call("c");
  const page = await house.json("/api/calls");
  const check = checkOf(document.paths["/api/calls"].get.responses[200], "application/json");
  assert.equal(check.safeParse(page).success, true);
  const [row] = page.calls;
  for (const wrong of [{ ...row, colour: "red" }, { ...row, turns: "1" }, { ...row, started_at: "now" }, {}]) {
    assert.equal(check.safeParse({ ...page, calls: [wrong] }).success, false);
  }
});
