import { strict as assert } from "node:assert";
import type { CallPage, CallRow } from "../islands/facts.ts";
import type { CallEvent, CallHappening } from "../src/call/event.ts";
import { MemoryStore } from "../tests/memory_store.ts";
import { RoutedHouse } from "../tests/routed_house.ts";

const START = Date.UTC(2026, 0, 1);

/** What a call of the past leaves behind. */
function past(callId: string, more: Partial<CallEvent & { type: "call_ended" }> & { minute?: number } = {}) {
  const { minute = 0, outcome = "ended_by_agent", reason = "done", agentId = "Test: one" } = more;
  const at = START + minute * 60_000;
  const tell = (happening: CallHappening, ms: number): CallEvent => ({
    ...happening,
    callId,
    orgId: more.orgId ?? "org-1",
    agentId,
    at: at + ms,
  });
  return [
    tell({ type: "call_started", connector: "test", trackingId: `t-${callId}`, language: "en-US" }, 0),
    tell({ type: "turn_opened", turn: 1 }, 1),
    tell({ type: "caller_turn", turn: 1, by: "start" }, 2),
    tell({ type: "agent_turn", turn: 1, waitedMs: 40 }, 42),
    tell({ type: "turn_closed", turn: 1, cancelled: false, frames: 0 }, 50),
    tell({ type: "call_ended", outcome, reason }, 5000),
  ];
}

function remembering(...calls: readonly CallEvent[][]): MemoryStore {
  const store = new MemoryStore();
  for (const event of calls.flat()) store.take(event);
  return store;
}

const ids = ({ calls }: CallPage) => calls.map(({ call_id }) => call_id);

Deno.test("/api/calls tells live and past calls in one list, the newest first", async () => {
  const store = remembering(past("a"), past("b", { minute: 1, outcome: "transferred", reason: "asked" }));
  using house = await RoutedHouse.open({ store });
  await house.call("c");
  house.clock.advance(1500);
  const page: CallPage = await house.json("/api/calls");
  assert.deepEqual([ids(page), page.total, page.offset, page.limit], [["c", "b", "a"], 3, 0, 50]);
  assert.deepEqual(page.calls[0], {
    org_id: "org-1",
    call_id: "c",
    agent_id: "Test: one",
    connector: "test",
    state: "live",
    outcome: null,
    reason: null,
    code: null,
    started_at: "2026-01-02T03:04:05.678Z",
    ended_at: null,
    duration_ms: 1500,
    turns: 1,
    longest_wait_ms: 0,
    median_wait_ms: 0,
    language: "",
    tracking_id: "",
    recorded: false,
  });
  const { outcome, reason, duration_ms, longest_wait_ms, tracking_id } = page.calls[1]!;
  assert.deepEqual([outcome, reason, duration_ms, longest_wait_ms, tracking_id], [
    "transferred",
    "asked",
    5000,
    40,
    "t-b",
  ]);
});

Deno.test("filters, order and pages are those of the address", async () => {
  const store = remembering(
    ...Array.from({ length: 12 }, (_, minute) =>
      past(`call-${minute}`, {
        minute,
        orgId: minute % 2 ? "odd" : "even",
        outcome: minute % 3 ? "ended_by_agent" : "agent_failed",
        reason: minute === 7 ? "lucky" : "done",
      })),
  );
  using house = await RoutedHouse.open({ store });
  await house.call("live", "odd");
  const found = async (query: string) => ids(await house.json(`/api/calls?${query}`));
  assert.deepEqual(await found("state=live"), ["live"]);
  assert.deepEqual(await found("org=odd&limit=3"), ["live", "call-11", "call-9"]);
  assert.deepEqual(await found("org=odd&limit=3&offset=3"), ["call-7", "call-5", "call-3"]);
  assert.deepEqual(await found("outcome=agent_failed&sort=started_at"), ["call-0", "call-3", "call-6", "call-9"]);
  assert.deepEqual(await found("text=LUCKY".toLowerCase()), ["call-7"]);
  assert.deepEqual(await found("from=2026-01-01T00:10:00Z&to=2026-01-01T02:12:00%2B02:00&sort=call_id"), [
    "call-10",
    "call-11",
  ]);
  assert.deepEqual(await found("agent=nobody"), []);
  assert.deepEqual(await found("connector=test&state=ended&sort=-call_id&limit=2"), ["call-9", "call-8"]);
  assert.deepEqual(await found("org=&text=lucky"), ["call-7"], "an empty field of a form asks for nothing");
});

Deno.test("a parameter that cannot be read is 400 with its name and what was expected", async () => {
  using house = await RoutedHouse.open({ store: remembering() });
  for (
    const [query, parameter, expected] of [
      ["limit=0", "limit", "a whole number from 1 to 500"],
      ["limit=501", "limit", "a whole number from 1 to 500"],
      ["limit=1e2", "limit", "a whole number from 1 to 500"],
      ["offset=-1", "offset", "a whole number from 0 to 1000000000"],
      ["state=dead", "state", "one of live, ended, interrupted"],
      ["sort=-nothing", "sort", 'a member of a row, "-" before it for the greatest first'],
      ["from=yesterday", "from", "a time in ISO 8601 with its offset, such as 2026-01-31T08:00:00Z"],
      ["to=2026-01-31T08:00:00", "to", "a time in ISO 8601 with its offset, such as 2026-01-31T08:00:00Z"],
      [`text=${"x".repeat(501)}`, "text", "at most 500 characters"],
      ["agent=a&agent=b", "agent", "it once"],
      ["__proto__=x", "__proto__", /^one of state, agent/],
      ["colour=red", "colour", /^one of state, agent/],
    ] as const
  ) {
    const answer = await house.get(`/api/calls?${query}`);
    const told = await answer.json();
    assert.deepEqual([answer.status, told.parameter], [400, parameter], query);
    if (typeof expected === "string") assert.equal(told.expected, expected);
    else assert.match(told.expected, expected);
    assert.match(told.error, new RegExp(`^Cannot read the parameter "${parameter}": expected `));
    assert.ok(told.error.length < 400);
  }
  assert.equal(house.log.length, 0);
});

Deno.test("a call that has just ended stays in the list while the store does not know it yet", async () => {
  const store = remembering(past("old"));
  using house = await RoutedHouse.open({ house: { store } });
  const call = await house.call("new");
  assert.deepEqual(ids(await house.json("/api/calls")), ["new", "old"]);
  call.hangUp("test");
  await house.finished(1);
  const page: CallPage = await house.json("/api/calls");
  assert.deepEqual(page.calls.map(({ call_id, state }) => [call_id, state]), [["new", "ended"], ["old", "ended"]]);
  assert.equal(page.total, 2);
  assert.deepEqual(ids(await house.json("/api/calls?state=live")), []);
  assert.deepEqual(ids(await house.json("/api/calls?state=ended&sort=started_at")), ["old", "new"]);
  assert.deepEqual(ids(await house.json("/api/calls?limit=1&offset=1")), ["old"]);
  const told = await house.json("/api/calls/new");
  assert.deepEqual([told.call.outcome, told.events.at(-1).type], ["caller_hung_up", "call_ended"]);
});

Deno.test("a row is as new as its call, although the store lags behind", async () => {
  const store = new MemoryStore();
  using house = await RoutedHouse.open({ house: { store } });
  const call = await house.call("c");
  for (const event of house.house.calls.find({ callId: "c" })!.events) store.take(event);
  await house.press(call, "1");
  const [row] = (await house.json("/api/calls")).calls;
  assert.equal(row.turns, 2);
  const told = await house.json("/api/calls/c?org=org-1");
  assert.equal(told.call.turns, 2);
  assert.deepEqual(told.turns.map(({ turn, by }: { turn: number; by: string }) => [turn, by]), [[1, "start"], [
    2,
    "keys",
  ]]);
  assert.deepEqual(
    told.events.map(({ type }: { type: string }) => type).filter((type: string) => type === "call_started"),
    [
      "call_started",
    ],
  );
});

Deno.test("the last of what happened in a call is told, however far behind the store is", async () => {
  const store = new MemoryStore();
  using house = await RoutedHouse.open({ house: { store } });
  const call = await house.call("c");
  for (const event of house.house.calls.find({ callId: "c" })!.events) store.take(event);
  for (let turn = 2; turn <= 60; turn++) await house.press(call, "1");
  const [first] = house.house.calls.find({ callId: "c" })!.events;
  assert.ok("turn" in first! && first.turn > 3, "not all that happened is kept");
  const told = await house.json("/api/calls/c");
  const turns = told.turns.map(({ turn }: { turn: number }) => turn);
  assert.deepEqual([turns[0], turns.at(-1)], [1, 60]);
  assert.ok(!turns.includes(2), "nobody has what lies between");
});

Deno.test("no event is told twice when the store has lost some that came before", async () => {
  const store = new MemoryStore();
  using house = await RoutedHouse.open({ house: { store } });
  const call = await house.call("c");
  for (let turn = 2; turn <= 5; turn++) await house.press(call, "1");
  const { events } = house.house.calls.find({ callId: "c" })!;
  for (const event of [...events.slice(0, 4), ...events.slice(9, -3)]) store.take(event);
  const told = await house.json("/api/calls/c");
  const types = [...events.slice(0, 4), ...events.slice(9)].map(({ type }) => type);
  assert.deepEqual(told.events.map(({ type }: { type: string }) => type), types);
});

Deno.test("a call whose start the store has lost is one call, with all that memory and the store know of it", async () => {
  const store = new MemoryStore();
  using house = await RoutedHouse.open({ house: { store } });
  const call = await house.call("c");
  const { events, startedAt } = house.house.calls.find({ callId: "c" })!;
  house.clock.advance(1000);
  for (let turn = 2; turn <= 5; turn++) await house.press(call, "1");
  store.events.set("c", events.filter((event) => "turn" in event && event.turn >= 3));
  for (let turn = 6; turn <= 60; turn++) await house.press(call, "1");
  assert.deepEqual(ids(await house.json("/api/calls")), ["c"]);
  for (const query of ["", `?started=${new Date(startedAt).toISOString()}`]) {
    const { call: told, turns } = await house.json(`/api/calls/c${query}`);
    assert.deepEqual([Date.parse(told.started_at), told.connector, told.turns], [startedAt, "test", 60]);
    assert.deepEqual([turns[0].turn, turns.at(-1).turn], [3, 60]);
  }
});

Deno.test("live calls are told without a store, and while it is out of order", async () => {
  for (const store of [undefined, new MemoryStore()]) {
    using house = await RoutedHouse.open(store ? { store } : {});
    await house.call("c");
    if (store) store.trouble = { state: "degraded", why: "the disk is full" };
    assert.deepEqual(ids(await house.json("/api/calls?state=live")), ["c"]);
    const told = await house.json("/api/calls/c");
    assert.deepEqual([told.call.state, told.turns.length], ["live", 1]);
    const overview = await house.json("/api/overview");
    assert.deepEqual([overview.live_calls, overview.store.state], [1, store ? "degraded" : "off"]);
    const list = await house.get("/api/calls");
    assert.equal(list.status, store ? 503 : 200);
    const answer = await list.json();
    if (store) assert.equal(answer.error, "Cannot ask the store: the disk is full");
    else assert.deepEqual(ids(answer), ["c"]);
  }
});

Deno.test("/api/calls/<id> tells a call's turns in ms since its start, and 404 for none", async () => {
  const store = remembering(past("again"), past("again", { minute: 5, outcome: "transferred", reason: "asked" }));
  using house = await RoutedHouse.open({ store });
  const newest = await house.json("/api/calls/again");
  assert.equal(newest.call.started_at, "2026-01-01T00:05:00.000Z");
  assert.deepEqual(newest.hand_off, { reason: "asked", data: null, transcript: null, summary: null });
  const first = await house.json("/api/calls/again?org=org-1&started=2026-01-01T00:00:00.000Z");
  assert.equal(first.hand_off, null);
  const { opened_ms, asked_ms, agent_ms, closed_ms, by } = first.turns[0];
  assert.deepEqual([opened_ms, asked_ms, agent_ms, closed_ms, by], [1, 2, 42, 50, "start"]);
  assert.deepEqual(first.events[3], {
    at: "2026-01-01T00:00:00.042Z",
    at_ms: 42,
    type: "agent_turn",
    turn: 1,
    waited_ms: 40,
  });
  assert.deepEqual(first.keeps, { parameters: false, transcripts: false, recordings: false });
  for (const path of ["nobody", "again?org=other", "again?started=2026-01-01T00:01:00Z"]) {
    const answer = await house.get(`/api/calls/${path}`);
    assert.equal(answer.status, 404, path);
    assert.match((await answer.json()).error, /^Cannot find the call/);
  }
});

Deno.test("a call's download holds its log lines too, more than the store tells at a time", async () => {
  const store = remembering(past("c"));
  for (let line = 0; line < 1500; line++) {
    store.keepLog({
      at: START,
      level: "info",
      logger: "byova.call",
      message: `${line}`,
      callId: "c",
      fields: { n: 1 },
    });
  }
  store.keepLog({ at: START, level: "info", logger: "byova.call", message: "other", callId: "d", fields: {} });
  using house = await RoutedHouse.open({ store });
  const answer = await house.get("/api/calls/c/download");
  assert.match(answer.headers.get("content-disposition")!, /^attachment; filename="/);
  const told = await answer.json();
  assert.deepEqual([told.call.call_id, told.turns.length, told.log.length], ["c", 1, 1500]);
  assert.deepEqual(told.log[1499], {
    id: 1500,
    at: "2026-01-01T00:00:00.000Z",
    level: "info",
    logger: "byova.call",
    message: "1499",
    call_id: "c",
    fields: { n: 1 },
  });
});

Deno.test("the list as CSV and as JSON is what the table shows, in full", async () => {
  const store = remembering(...Array.from({ length: 1234 }, (_, minute) => past(`call-${minute}`, { minute })));
  using house = await RoutedHouse.open({ store });
  await house.call("live");
  const query = "sort=-started_at&org=org-1";
  const shown: CallRow[] = [];
  for (let offset = 0; offset < 1235; offset += 500) {
    shown.push(...(await house.json(`/api/calls?${query}&limit=500&offset=${offset}`)).calls);
  }
  const { calls, notice } = await house.json(`/api/calls.json?${query}`);
  assert.deepEqual(calls, shown);
  assert.equal(notice, null);
  const csv = await house.get(`/api/calls.csv?${query}&columns=call_id,turns,outcome`);
  assert.match(csv.headers.get("content-type")!, /^text\/csv/);
  assert.match(csv.headers.get("content-disposition")!, /^attachment; filename="calls\.csv"$/);
  const lines = (await csv.text()).split("\r\n");
  assert.equal(lines.length, 1237);
  assert.deepEqual([lines[0], lines[1], lines[1235], lines[1236]], [
    "call_id,turns,outcome",
    "live,1,",
    "call-0,1,ended_by_agent",
    "",
  ]);
  const wrong = await house.get("/api/calls.csv?columns=call_id,secret");
  assert.deepEqual([wrong.status, (await wrong.json()).parameter], [400, "columns"]);
});

Deno.test("an export has each call once, however many started within one millisecond", async () => {
  const ids = Array.from({ length: 1700 }, (_, at) => `call-${at}`);
  using house = await RoutedHouse.open({
    store: remembering(...ids.map((id, at) => past(id, { minute: (at > 100 && at < 1300 ? 101 : at) - 2000 }))),
  });
  for (const sort of ["-started_at", "started_at", "turns"]) {
    const text = await (await house.get(`/api/calls.jsonl?sort=${sort}&columns=call_id`)).text();
    const told = text.trim().split("\n").map((line) => JSON.parse(line).call_id);
    assert.deepEqual(told.toSorted(), ids.toSorted(), sort);
  }
});

Deno.test("an export ends at 100,000 calls and says so", async () => {
  const store = new MemoryStore();
  const [call] =
    (await remembering(past("c")).calls({ sort: "startedAt", descending: true, offset: 0, limit: 1 })).calls;
  store.calls = ({ to = START + 1, offset, limit }) =>
    Promise.resolve({
      calls: Array.from({ length: limit }, (_, at) => ({ ...call!, startedAt: to - 1 - offset - at })),
      total: 10_001,
    });
  using house = await RoutedHouse.open({ store });
  const lines = (await (await house.get("/api/calls.csv?columns=call_id,turns")).text()).split("\r\n");
  assert.equal(lines.length, 100_003);
  assert.match(lines[100_001]!, /^Only the first 100000 calls are in this file: [^,]+,$/);
});

Deno.test("an export that cannot begin is an error of its own, and one that nobody reads costs nothing", async () => {
  const store = remembering(past("c"));
  using house = await RoutedHouse.open({ store });
  await (await house.get("/api/calls.csv")).body!.cancel();
  store.trouble = { state: "degraded", why: "the disk is gone" };
  assert.equal((await house.get("/api/calls.csv")).status, 503);
});
