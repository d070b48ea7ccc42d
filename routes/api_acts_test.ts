import { strict as assert } from "node:assert";
import { MemoryStore } from "../tests/memory_store.ts";
import { RoutedHouse } from "../tests/routed_house.ts";

const POST = { method: "POST" };

Deno.test("a call is ended or handed over from outside, once, and it is told who tried", async () => {
  const store = new MemoryStore();
  using house = await RoutedHouse.open({ store });
  for (const [action, outcome] of [["end", "ended_by_operator"], ["transfer", "transferred_by_operator"]]) {
    const id = `call/${action}`;
    await house.call(id);
    const path = `/api/calls/${encodeURIComponent(id)}/${action}?org=org-1`;
    const done = await house.get(path, POST);
    assert.deepEqual([done.status, await done.json()], [200, { org_id: "org-1", call_id: id, action }]);
    await house.clock.nextTurn();
    assert.equal((await house.json(`/api/calls/${encodeURIComponent(id)}`)).call.outcome, outcome);
    const again = await house.get(path, POST);
    assert.equal(again.status, 404);
    assert.match((await again.json()).error, new RegExp(`^Cannot ${action} the call`));
  }
  assert.deepEqual(house.audit.map(({ action, about }) => `${action} ${about}`), [
    ...Array(2).fill("POST /api/calls/:call_id/end /api/calls/call%2Fend/end"),
    ...Array(2).fill("POST /api/calls/:call_id/transfer /api/calls/call%2Ftransfer/transfer"),
  ]);
});

Deno.test("nothing is done for a page of another site, without an organization, or by a GET", async () => {
  using house = await RoutedHouse.open({ store: new MemoryStore() });
  await house.call("c");
  const ask = (headers: Record<string, string>, path = "/api/calls/c/end?org=org-1") =>
    house.get(`http://localhost:8080${path}`, { ...POST, headers });
  for (
    const headers of [{ "Sec-Fetch-Site": "cross-site" }, { "Sec-Fetch-Site": "same-site" }, {
      Origin: "http://attacker.example",
    }, { Origin: "null" }]
  ) assert.equal((await ask(headers as unknown as Record<string, string>)).status, 403);
  const unnamed = await ask({}, "/api/calls/c/end");
  assert.deepEqual([unnamed.status, (await unnamed.json()).parameter], [400, "org"]);
  assert.equal((await ask({}, "/api/calls/c/end?org=other")).status, 404);
  assert.equal((await house.get("/api/calls/c/end?org=org-1")).status, 404);
  assert.equal(house.house.switchboard.size, 1);
  for (const headers of [{ Origin: "http://localhost:8080" }, { "Sec-Fetch-Site": "same-origin" }]) {
    await house.call("d");
    assert.equal((await ask(headers as unknown as Record<string, string>, "/api/calls/d/end?org=org-1")).status, 200);
  }
});

Deno.test("agents are looked for once for all who ask at a time", async () => {
  let asked = 0;
  using house = await RoutedHouse.open({
    agents: () => {
      asked++;
      return Promise.resolve([{ id: "Test: one", name: "one" }]);
    },
  });
  asked = 0;
  const answers = await Promise.all([1, 2, 3].map(() => house.get("/api/agents/refresh", POST)));
  assert.equal(asked, 1);
  assert.deepEqual(await answers[2]!.json(), {
    available_agents: ["Test: one"],
    connectors: [{ id: "test", kind: "test", agents: ["Test: one"] }],
  });
});
