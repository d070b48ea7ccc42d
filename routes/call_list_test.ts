import { strict as assert } from "node:assert";
import type { CallEvent } from "../src/call/event.ts";
import type { CallQuery, CallRecord } from "../src/store/store.ts";
import { ManualClock } from "../tests/manual_clock.ts";
import { type CallSource, everyCall, listCalls } from "./call_list.ts";
import { order } from "./call_order.ts";
import { LiveCall } from "./live_calls.ts";

const NEWEST: Pick<CallQuery, "sort" | "descending"> = { sort: "startedAt", descending: true };

/** A row of the store's; each call starts as many ms after 1970 as is said. */
function row(callId: string, startedAt: number, more: Partial<CallRecord> = {}): CallRecord {
  return {
    orgId: "o1",
    callId,
    agentId: "a1",
    connector: "echo",
    state: "ended",
    outcome: "transferred",
    reason: "",
    code: undefined,
    startedAt,
    endedAt: startedAt + 5,
    turns: 1,
    longestWaitMs: undefined,
    medianWaitMs: undefined,
    language: "",
    trackingId: "",
    recorded: false,
    ...more,
  };
}

const LIVE = { state: "live", outcome: undefined, endedAt: undefined } as const;

/** A call in memory in which so many turns were opened, and which has ended if it is said when. */
function own(callId: string, startedAt: number, { turns = 1, endedAt }: { turns?: number; endedAt?: number } = {}) {
  const call = new LiveCall("o1", callId, "a1", "echo", startedAt, "", "");
  const about = { orgId: "o1", callId, agentId: "a1" };
  const events: CallEvent[] = Array.from(
    { length: turns },
    (_, at) => ({ ...about, type: "turn_opened", turn: at + 1, at: startedAt + 1 }),
  );
  if (endedAt !== undefined) {
    events.push({ ...about, type: "call_ended", outcome: "transferred", reason: "", at: endedAt });
  }
  for (const event of events) call.take(event, 16);
  return call;
}

function source(stored: readonly CallRecord[], calls: readonly LiveCall[]): CallSource {
  const clock = new ManualClock(20_000);
  return {
    clock,
    calls: {
      live: calls.filter(({ state }) => state === "live"),
      over: calls.filter(({ state }) => state === "ended"),
    },
    store: {
      state: () => ({ state: "ok" }),
      calls: (query) => {
        const { from = 0, to = Infinity, offset, limit } = query;
        const found = stored.filter(({ startedAt }) => startedAt >= from && startedAt < to);
        const calls = found.sort(order(query, clock.date())).slice(offset, offset + limit);
        return Promise.resolve({ calls, total: Math.min(found.length, 10_001) });
      },
    },
  };
}

/** The calls of all pages of that size, page by page, and what each page says of how many there are. */
async function pages(house: CallSource, query: Pick<CallQuery, "sort" | "descending">, limit: number) {
  const pages: string[][] = [];
  const totals: number[] = [];
  for (let more = true; more;) {
    const { calls, total } = await listCalls(house, { ...query, offset: pages.length * limit, limit });
    pages.push(calls.map(({ callId, startedAt }) => `${callId} ${startedAt}`));
    totals.push(total);
    more = pages.length * limit < total;
  }
  return { pages, totals };
}

Deno.test("a call stands on one page, where it belongs by what memory knows, however far its row in the store is behind", async () => {
  const stored = [
    row("a", 10, LIVE),
    row("b", 20, { turns: 4 }),
    row("c", 30, { turns: 3 }),
    row("d", 40, { turns: 2 }),
  ];
  const house = source(stored, [own("a", 10, { turns: 9 })]);
  for (const descending of [true, false]) {
    const sorted = ["a 10", "b 20", "c 30", "d 40"];
    if (!descending) sorted.reverse();
    for (const limit of [1, 2, 3, 4]) {
      const told = await pages(house, { sort: "turns", descending }, limit);
      assert.deepEqual(told.pages.flat(), sorted, `pages of ${limit}`);
    }
  }
});

Deno.test("calls that only memory knows push none off the pages, in either order", async () => {
  const stored = Array.from({ length: 950 }, (_, at) => row("old", at));
  const fresh = ["x", "y", "z"].map((id, at) => own(id, 10_000 + at));
  const ids = [...stored, ...fresh].map(({ callId, startedAt }) => `${callId} ${startedAt}`);
  for (const sort of ["startedAt", "turns"] as const) {
    for (const descending of [true, false]) {
      const { pages: told, totals } = await pages(source(stored, fresh), { sort, descending }, 300);
      assert.deepEqual(told.flat(), descending ? ids.toReversed() : ids, `${sort} ${descending}`);
      assert.equal(totals.at(-1), 953);
    }
  }
});

Deno.test("all calls are told in pieces, none twice and none lost, however many they are", async () => {
  const stored = Array.from({ length: 2100 }, (_, at) => row("old", at));
  const fresh = ["x", "y", "z"].map((id, at) => own(id, 10_000 + at));
  const ids = [...stored, ...fresh].map(({ callId, startedAt }) => `${callId} ${startedAt}`);
  for (const sort of ["startedAt", "turns"] as const) {
    const told: string[] = [];
    const query = { sort, descending: false, offset: 0, limit: 0 };
    for await (const piece of everyCall(source(stored, fresh), query, 10_000)) {
      told.push(...piece.map(({ callId, startedAt }) => `${callId} ${startedAt}`));
    }
    assert.deepEqual(told, ids, sort);
  }
});

Deno.test("a full page counts the calls that only memory knows, where they stand behind it", async () => {
  const stored = Array.from({ length: 50 }, (_, at) => row("old", at));
  const fresh = ["x", "y", "z"].map((id, at) => own(id, 10_000 + at));
  const { pages: told, totals } = await pages(source(stored, fresh), { sort: "startedAt", descending: false }, 50);
  assert.deepEqual(told.map(({ length }) => length), [50, 3]);
  assert.deepEqual(totals, [53, 53]);
});

Deno.test("a page that begins after the thousandth call is the store's own, in one question", async () => {
  const stored = Array.from({ length: 10_100 }, (_, at) => row("old", at));
  const house = source(stored, [own("new", 15_000)]);
  const asked: CallQuery[] = [];
  const store: CallSource["store"] = {
    ...house.store,
    calls: (query) => {
      asked.push(query);
      return house.store.calls(query);
    },
  };
  for (const [offset, first] of [[1000, 9099], [10_050, 49]] as const) {
    const query = { ...NEWEST, offset, limit: 9 };
    const { calls, total } = await listCalls({ ...house, store }, query);
    assert.deepEqual([calls.length, calls[0]?.startedAt, total], [9, first, 10_001]);
    assert.deepEqual(asked.splice(0), [query]);
  }
});

Deno.test("a row whose start the store has lost is the call that memory knows to have been going on then", async () => {
  const stump = row("c", 500, { ...LIVE, connector: "" });
  const over = row("over", 500, { connector: "", endedAt: 19_000 });
  const house = source([stump, over], [own("c", 100), own("over", 100, { endedAt: 19_000 })]);
  const { calls, total } = await listCalls(house, { ...NEWEST, offset: 0, limit: 9 });
  assert.deepEqual(calls.map(({ callId, startedAt, connector }) => [callId, startedAt, connector]).sort(), [
    ["c", 100, "echo"],
    ["over", 100, "echo"],
  ]);
  assert.equal(total, 2);
});

Deno.test("a call of another gateway under the same id is a call of its own, also when it begins while ours goes on", async () => {
  const stored = [row("c", 500, LIVE), row("c", 100, LIVE)];
  const { pages: [told] } = await pages(source(stored, [own("c", 100)]), NEWEST, 9);
  assert.deepEqual(told, ["c 500", "c 100"]);
});

Deno.test("calls that began one after the other under one id are calls of their own", async () => {
  const stored = [row("c", 10), row("c", 18_000, { endedAt: 19_000 }), row("c", 19_000, LIVE)];
  const house = source(stored, [own("c", 19_000), own("c", 18_000, { endedAt: 19_000 })]);
  const { pages: [told] } = await pages(house, NEWEST, 9);
  assert.deepEqual(told, ["c 19000", "c 18000", "c 10"]);
});
