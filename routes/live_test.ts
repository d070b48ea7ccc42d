import { strict as assert } from "node:assert";
import { EventReader } from "../tests/event_stream.ts";
import { MemoryStore } from "../tests/memory_store.ts";
import { RoutedHouse } from "../tests/routed_house.ts";

async function open(house: RoutedHouse, query = "topics=calls", after = ""): Promise<EventReader> {
  const answer = await house.get(`/api/live?${query}`, after === "" ? {} : { headers: { "Last-Event-ID": after } });
  assert.equal(answer.status, 200, await (answer.ok ? "" : answer.text()));
  assert.equal(answer.headers.get("content-type"), "text/event-stream; charset=utf-8");
  return new EventReader(answer);
}

const ids = (rows: readonly { call_id: string }[]) => rows.map(({ call_id }) => call_id);

Deno.test("the stream begins with how things stand, and tells of a new call within a quarter of a second", async () => {
  using house = await RoutedHouse.open();
  await house.call("before");
  await using stream = await open(house);
  const { event, data } = (await stream.next())!;
  assert.equal(event, "snapshot");
  assert.deepEqual([data.boot, data.now], [house.live.boot, "2026-01-02T03:04:05.678Z"]);
  assert.deepEqual(data.live, { state: "serving", why: "calls are taken", live_calls: 1, calls: 1, errors: 0 });
  assert.deepEqual(ids(data.calls), ["before"]);
  assert.equal(stream.retry, 1000);
  const call = await house.call("new");
  house.clock.advance(250);
  const told = (await stream.next())!;
  assert.deepEqual([told.event, ids(told.data), told.data[0].state], ["calls", ["new"], "live"]);
  call.hangUp("test");
  await house.clock.nextTurn();
  house.clock.advance(250);
  const over = (await stream.next())!;
  assert.deepEqual([over.data[0].call_id, over.data[0].state, over.data[0].outcome], [
    "new",
    "ended",
    "caller_hung_up",
  ]);
});

Deno.test("a call that has ended is told anew with the turn that hears of it", async () => {
  using house = await RoutedHouse.open();
  const call = await house.call("c");
  await using stream = await open(house);
  await stream.until("snapshot");
  call.end();
  await house.press(call, "1");
  house.clock.advance(250);
  const { data } = (await stream.next())!;
  assert.deepEqual(data.map(({ state, turns }: { state: string; turns: number }) => [state, turns]), [["ended", 2]]);
});

Deno.test("what else changes in calls is told once a second, and a sign of life whatever happens", async () => {
  using house = await RoutedHouse.open();
  const call = await house.call("c");
  await using stream = await open(house, "topics=calls,overview");
  await stream.until("snapshot");
  await house.press(call, "1");
  await house.press(call, "2");
  for (let round = 0; round < 4; round++) house.clock.advance(250);
  const [changed, pulse] = [(await stream.next())!, (await stream.next())!];
  assert.deepEqual([changed.event, changed.data.length, changed.data[0].turns], ["calls", 1, 3]);
  assert.deepEqual([pulse.event, pulse.data], ["pulse", {
    state: "serving",
    why: "calls are taken",
    live_calls: 1,
    calls: 1,
    errors: 0,
    now: "2026-01-02T03:04:06.678Z",
  }]);
  house.clock.advance(1000);
  assert.equal((await stream.next())!.event, "pulse");
});

Deno.test("who comes back with the last id goes on where it was, and gets a snapshot when too much was missed", async () => {
  using house = await RoutedHouse.open();
  let last: string;
  {
    await using stream = await open(house);
    last = (await stream.next())!.id;
    await house.call("one");
    house.clock.advance(250);
    last = (await stream.next())!.id;
  }
  await house.call("two");
  house.clock.advance(250);
  await house.call("three");
  house.clock.advance(250);
  for (const stream of [await open(house, "topics=calls", last), await open(house, `topics=calls&last=${last}`)]) {
    await using _ = stream;
    const events = [(await stream.next())!, (await stream.next())!];
    assert.deepEqual(events.map(({ event, data }) => [event, ...ids(data)]), [["calls", "two"], ["calls", "three"]]);
  }
  for (const id of ["", "other-7", `${house.live.boot}-99999`, `${house.live.boot}-x`, "x".repeat(5000)]) {
    await using stream = await open(house, "topics=calls", id);
    assert.equal((await stream.next())!.event, "snapshot", id.slice(0, 20));
  }
  // Nobody listens for so long that nothing is told any more.
  house.clock.advance(70_000);
  await using stream = await open(house, "topics=calls", last);
  assert.deepEqual(ids((await stream.next())!.data.calls), ["one", "two", "three"]);
});

Deno.test("more than can be kept is missed: a snapshot comes instead", async () => {
  using house = await RoutedHouse.open();
  await using stream = await open(house);
  const { id } = (await stream.next())!;
  for (let call = 0; call < 50; call++) {
    // A call whose id fills the ring.
    await house.call(`${call}-${"x".repeat(100_000)}`);
    house.clock.advance(250);
  }
  await using late = await open(house, "topics=calls", id);
  assert.equal((await late.next())!.event, "snapshot");
  assert.equal((await stream.next())!.event, "snapshot", "one who reads slowly starts over, too");
});

Deno.test("with a call's ids the stream tells all that happens in that call, and nothing of others", async () => {
  using house = await RoutedHouse.open();
  const call = await house.call("mine");
  await using stream = await open(house, "topics=call&org=org-1&call=mine");
  await stream.until("snapshot");
  await house.press(await house.call("other"), "1");
  await house.press(call, "1");
  house.clock.advance(250);
  const { event, data } = (await stream.next())!;
  assert.equal(event, "happened");
  assert.deepEqual(data.map(({ type }: { type: string }) => type), [
    "turn_opened",
    "caller_turn",
    "agent_turn",
    "turn_closed",
  ]);
  assert.equal(data[0].turn, 2);
  const wrong = await house.get("/api/live?topics=call&call=mine");
  assert.deepEqual([wrong.status, (await wrong.json()).parameter], [400, "org"]);
});

Deno.test("log lines and alerts are told as the store comes to know them", async () => {
  const store = new MemoryStore();
  const line = { at: 0, level: "info", logger: "byova", callId: undefined, fields: {} } as const;
  const alert = { rule: "r", severity: "warning", message: "m", value: 2, since: 0, resolvedAt: undefined } as const;
  store.keepLog({ ...line, message: "old" });
  store.keepAlert({ ...alert, id: 1, state: "firing", delivery: "pending" });
  using house = await RoutedHouse.open({ store });
  await using stream = await open(house, "topics=logs,alerts");
  await stream.until("snapshot");
  store.keepLog({ ...line, message: "new" });
  store.keepAlert({ ...alert, id: 1, state: "resolved", resolvedAt: 9000, delivery: "delivered" });
  house.clock.advance(1000);
  await house.clock.nextTurn();
  house.clock.advance(250);
  const logs = await stream.until("logs");
  assert.deepEqual(logs.data.map(({ id, message }: { id: number; message: string }) => [id, message]), [[2, "new"]]);
  const [told] = (await stream.until("alerts")).data;
  assert.deepEqual([told.id, told.state, told.resolved_at], [1, "resolved", "1970-01-01T00:00:09.000Z"]);
  const asked = { ...store.asked };
  store.trouble = { state: "degraded", why: "full" };
  house.clock.advance(3000);
  await house.clock.nextTurn();
  assert.ok(store.asked.logs! > asked.logs!, "a store that fails is asked again");
});

Deno.test("each change is written once: every dashboard is handed the same bytes", async () => {
  using house = await RoutedHouse.open();
  const streams = await Promise.all(Array.from({ length: 20 }, () => open(house)));
  for (const stream of streams) await stream.until("snapshot");
  await house.call("c");
  house.clock.advance(250);
  for (const stream of streams) await stream.until("calls");
  for (const { pieces } of streams) {
    assert.equal(pieces[0], streams[0]!.pieces[0]);
    assert.equal(pieces[1], streams[0]!.pieces[1]);
  }
  for (const stream of streams) await stream[Symbol.asyncDispose]();
});

Deno.test("one who does not read is cut off after half a minute, and the others hear everything meanwhile", async () => {
  using house = await RoutedHouse.open();
  await using reads = await open(house);
  const stuck = await open(house);
  await reads.until("snapshot");
  await stuck.until("snapshot");
  for (let second = 0; second < 32; second++) {
    house.clock.advance(1000);
    assert.equal((await reads.next())!.event, "pulse");
  }
  const left: string[] = [];
  for (let event = await stuck.next(); event; event = await stuck.next()) left.push(event.event);
  assert.ok(left.length <= 1, "nothing was gathered for it");
});

Deno.test("a thousand streams may be open; one more is told when to try again, and one that ends makes room", async () => {
  using house = await RoutedHouse.open();
  const streams = await Promise.all(Array.from({ length: 1000 }, () => open(house)));
  const refused = await house.get("/api/live");
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "5"]);
  assert.match((await refused.json()).error, /^Cannot open another stream/);
  await streams.pop()![Symbol.asyncDispose]();
  streams.push(await open(house));
  for (const stream of streams) await stream[Symbol.asyncDispose]();
});

Deno.test("while no dashboard is open nothing runs for any", async () => {
  using house = await RoutedHouse.open();
  const timers = house.clock.timers;
  assert.equal((await house.get("/api/live", { method: "HEAD" })).status, 200);
  assert.equal(house.clock.timers, timers);
  const stream = await open(house);
  assert.equal(house.clock.timers, timers + 1);
  await stream[Symbol.asyncDispose]();
  house.clock.advance(62_000);
  assert.equal(house.clock.timers, timers);
});

Deno.test("streams end with the gateway, and none begins after", async () => {
  using house = await RoutedHouse.open();
  await using stream = await open(house);
  await stream.until("snapshot");
  house.live[Symbol.dispose]();
  assert.equal(await stream.next(), undefined);
  assert.equal((await house.get("/api/live")).status, 503);
});

Deno.test("a topic that is none is refused", async () => {
  using house = await RoutedHouse.open();
  const answer = await house.get("/api/live?topics=calls,weather");
  const told = await answer.json();
  assert.deepEqual([answer.status, told.parameter, told.expected], [
    400,
    "topics",
    "some of overview, calls, call, logs, alerts",
  ]);
});
