import { strict as assert } from "node:assert";
import { MemoryStore } from "../tests/memory_store.ts";
import { RoutedHouse } from "../tests/routed_house.ts";

Deno.test("the overview tells state, rates, waits, connectors and what went wrong", async () => {
  using house = await RoutedHouse.open({
    store: new MemoryStore(),
    house: {
      settings: [{ key: "connectors.test.config.token", value: "••••", from: "house.yaml:3" }],
      warnings: ["mind the gap"],
    },
  });
  await house.call("live");
  await house.press(await house.call("fails"), "*");
  await house.press(await house.call("works"), "0");
  house.clock.advance(500);
  const overview = await house.json("/api/overview");
  assert.deepEqual([overview.state, overview.live_calls, overview.calls_today], ["serving", 1, 3]);
  assert.deepEqual([overview.answer_rate, overview.failure_rate], [0.5, 0.5]);
  assert.deepEqual(overview.latency, { p50_ms: 0, p95_ms: 0 });
  assert.deepEqual(overview.last_errors.map(({ code, call_id }: Record<string, string>) => [code, call_id]), [
    ["agent_error", "fails"],
  ]);
  assert.deepEqual(overview.warnings, ["mind the gap"]);
  const { hour, day } = overview.trends;
  assert.deepEqual([hour.calls.length, hour.from, hour.step_ms], [60, "2026-01-02T02:05:00.000Z", 60_000]);
  assert.deepEqual([hour.calls[59], hour.failures[59], hour.calls[58]], [3, 1, 0]);
  assert.deepEqual([day.calls.length, day.calls[95], day.step_ms], [96, 3, 900_000]);
  const [connector] = (await house.json("/api/agents")).connectors;
  assert.deepEqual(connector, overview.connectors[0]);
  assert.deepEqual([connector.id, connector.live_calls, connector.calls, connector.failures], ["test", 1, 3, 1]);
  assert.deepEqual(connector.agents, [{ id: "Test: one", name: "one", default: true }]);
  assert.deepEqual(connector.configuration, { "config.token": "••••" });
  assert.equal(connector.last_failure.code, "agent_error");
});

Deno.test("calls of today are those since the midnight of the reader", async () => {
  using house = await RoutedHouse.open({ store: new MemoryStore() });
  await house.call("c");
  for (const [midnight, calls] of [["2026-01-02T00:00:00Z", 1], ["2026-01-02T03:00:00Z", 1]] as const) {
    assert.equal((await house.json(`/api/overview?midnight=${midnight}`)).calls_today, calls);
  }
  house.clock.advance(3_600_000);
  assert.equal((await house.json("/api/overview?midnight=2026-01-02T04:00:00Z")).calls_today, 0);
  for (const wrong of ["2026-01-01T00:00:00Z", "2026-01-02T05:00:00Z", "2026-01-02T03:01:00Z"]) {
    const answer = await house.get(`/api/overview?midnight=${wrong}`);
    assert.deepEqual([answer.status, (await answer.json()).parameter], [400, "midnight"], wrong);
  }
});

Deno.test("however many dashboards ask, the store is asked once in two seconds", async () => {
  const store = new MemoryStore();
  using house = await RoutedHouse.open({ store });
  await Promise.all(Array.from({ length: 50 }, () => house.json("/api/overview")));
  const asked = { ...store.asked };
  assert.equal(asked.errors, 2, "of all and of the one connector");
  house.clock.advance(1999);
  await house.json("/api/overview");
  assert.deepEqual(store.asked, asked);
  house.clock.advance(1);
  await house.json("/api/overview");
  assert.equal(store.asked.errors, 4);
});
