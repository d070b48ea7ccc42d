import { strict as assert } from "node:assert";
import type { Connector } from "../src/call/connector.ts";
import { RoutedHouse } from "../tests/routed_house.ts";

const PATH = "/api/test/create-session";

Deno.test("a trial call hears the agent and leaves no call and no timer behind", async () => {
  using house = await RoutedHouse.open();
  const answer = await house.get(PATH);
  assert.equal(answer.status, 200);
  const { session_id, ...rest } = await answer.json();
  assert.match(session_id, /^test-[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    success: true,
    agent_id: "Test: one",
    message: "the agent answered",
    welcome_ms: 0,
    prompts: 0,
  });
  assert.equal(house.house.switchboard.opened, 1);
  assert.equal(house.house.switchboard.size, 0);
  assert.equal(house.clock.timers, 0);
});

Deno.test("a trial call names the agent it asks for, and says when there is none of that name", async () => {
  using house = await RoutedHouse.open();
  const answer = await house.get(`${PATH}?agent=${encodeURIComponent("<b>nobody</b>")}`);
  assert.equal(answer.status, 503);
  const { success, message, agent_id } = await answer.json();
  assert.deepEqual([success, message, agent_id], [
    false,
    "no agent has the id that was asked for",
    "<b>nobody</b>",
  ]);
  house.clock.advance(1000);
  assert.equal((await house.json(`${PATH}?agent=1`)).agent_id, "Test: one");
});

Deno.test("a second trial call while one is under way gets 429, and so does one right after", async () => {
  const begun = Promise.withResolvers<void>();
  const { promise: heard, resolve: answer } = Promise.withResolvers<void>();
  const converse: Connector["converse"] = async function* () {
    begun.resolve();
    await heard;
    yield { type: "listening" };
  };
  using house = await RoutedHouse.open({ converse });
  const first = house.get(PATH);
  await begun.promise;
  const second = await house.get(PATH);
  assert.equal(second.status, 429);
  assert.equal(second.headers.get("retry-after"), "1");
  assert.equal(house.house.switchboard.opened, 1);
  answer();
  assert.equal((await first).status, 200);
  assert.equal((await house.get(PATH)).status, 429);
  house.clock.advance(1000);
  assert.equal((await house.get(PATH)).status, 200);
});

Deno.test("a trial call of an agent that says nothing is given up after ten seconds", async () => {
  const begun = Promise.withResolvers<void>();
  const converse: Connector["converse"] = async function* (call) {
    begun.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    call.signal.addEventListener("abort", () => resolve());
    await promise;
    yield { type: "listening" };
  };
  using house = await RoutedHouse.open({ converse });
  const answer = house.get(PATH);
  await begun.promise;
  house.clock.advance(9999);
  assert.equal(house.house.switchboard.size, 1);
  house.clock.advance(1);
  const { success, message, welcome_ms } = await (await answer).json();
  assert.deepEqual([success, message, welcome_ms], [false, "the agent did not answer in time", 10_000]);
  assert.equal(house.house.switchboard.size, 0);
  assert.equal(house.clock.timers, 0);
});

Deno.test("a trial call tells an agent that hands over at once from one that listens", async () => {
  const converse: Connector["converse"] = async function* () {
    yield { type: "transfer", reason: "closed" };
  };
  using house = await RoutedHouse.open({ converse });
  const answer = await house.get(PATH);
  assert.equal(answer.status, 503);
  assert.equal((await answer.json()).message, "the agent ended the call instead of listening");
});

Deno.test("a page of another site cannot make a visitor's browser place a trial call", async () => {
  using house = await RoutedHouse.open();
  for (const site of ["cross-site", "same-site"]) {
    assert.equal((await house.get(PATH, { headers: { "Sec-Fetch-Site": site } })).status, 403);
  }
  assert.equal(house.house.switchboard.opened, 0);
  assert.equal((await house.get(PATH, { headers: { "Sec-Fetch-Site": "same-origin" } })).status, 200);
});
