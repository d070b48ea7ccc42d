import { strict as assert } from "node:assert";
import {
  exportPath,
  isAskedFor,
  listPath,
  readQuery,
  SHORTEST_PART_OF_ID,
  STATES,
  withChanges,
  withParams,
} from "./call_query.ts";
import type { CallPage, CallRow } from "./facts.ts";
import * as store from "../src/store/store.ts";

Deno.test("the browser orders states and looks into ids as the store does", () => {
  assert.deepEqual(STATES, store.STATES);
  assert.equal(SHORTEST_PART_OF_ID, store.SHORTEST_PART_OF_ID);
  const call = row("abcdef");
  assert.deepEqual(["ab", "abc"].map((text) => isAskedFor(call, { text })), [false, true]);
});

const NOW = Date.parse("2026-03-04T05:06:07.890Z");

function row(call_id: string, more: Partial<CallRow> = {}): CallRow {
  return {
    org_id: "org",
    call_id,
    agent_id: "Echo: Echo",
    connector: "echo",
    state: "live",
    outcome: null,
    reason: null,
    code: null,
    started_at: "2026-03-04T05:00:00.000Z",
    ended_at: null,
    duration_ms: 0,
    turns: 0,
    longest_wait_ms: null,
    median_wait_ms: null,
    language: "",
    tracking_id: "",
    recorded: false,
    ...more,
  };
}

const at = (minute: number) => `2026-03-04T05:0${minute}:00.000Z`;
const page = (calls: readonly CallRow[], more: Partial<CallPage> = {}): CallPage => (
  { calls, total: calls.length, offset: 0, limit: 3, ...more }
);
const ids = ({ calls }: CallPage) => calls.map(({ call_id }) => call_id).join(" ");

Deno.test("the address says which calls are asked for, and an empty one asks for the newest", () => {
  assert.equal(listPath(readQuery("", NOW)), "/api/calls?sort=-started_at&offset=0&limit=50");
  const query = readQuery("?state=live&text=+a%26b+&sort=turns&offset=50&limit=100&columns=turns,code&unknown=1", NOW);
  assert.equal(listPath(query), "/api/calls?state=live&text=a%26b&sort=turns&offset=50&limit=100");
  assert.equal(
    exportPath("csv", query, query.columns),
    "/api/calls.csv?state=live&text=a%26b&sort=turns&columns=turns%2Ccode",
  );
});

Deno.test("a period begins at a full minute, so that the question stays the same for a minute", () => {
  assert.equal(readQuery("?period=15m&to=2026-01-01T00:00:00Z", NOW).filters.from, "2026-03-04T04:51:00.000Z");
  assert.equal(readQuery("?period=15m&to=2026-01-01T00:00:00Z", NOW).filters.to, undefined);
  assert.deepEqual(readQuery("?period=__proto__", NOW).filters, {});
});

Deno.test("what changes but the page itself leads to the first page", () => {
  assert.equal(withParams("?offset=50&state=live", { agent: "x" }), "?state=live&agent=x");
  assert.equal(withParams("?state=live", { offset: "50" }), "?state=live&offset=50");
  assert.equal(withParams("?state=live", { state: "" }), "");
});

Deno.test("a row that the gateway tells of is held against every filter", () => {
  const call = row("C-1", { reason: "caller_asked", outcome: "transferred", state: "ended", started_at: at(3) });
  const fits = (search: string) => isAskedFor(call, readQuery(search, NOW).filters);
  for (
    const search of [
      "",
      "?state=ended",
      "?agent=Echo:+Echo",
      "?connector=echo",
      "?org=org",
      "?outcome=transferred",
      `?from=${at(3)}&to=${at(4)}`,
      "?text=c-1",
      "?text=ASKED",
      "?period=15m",
    ]
  ) assert.ok(fits(search), search);
  for (
    const search of [
      "?state=live",
      "?agent=Echo",
      "?connector=x",
      "?org=x",
      "?outcome=timed_out",
      `?from=${at(4)}`,
      `?to=${at(3)}`,
      "?text=%25",
    ]
  ) assert.ok(!fits(search), search);
});

Deno.test("a new call takes its place, one that no longer fits goes, and the page stays as long as it may be", () => {
  const shown = page([
    row("c", { started_at: at(3) }),
    row("b", { started_at: at(2) }),
    row("a", { started_at: at(1) }),
  ]);
  const live = readQuery("?state=live", NOW);
  const more = withChanges(shown, [row("d", { started_at: at(4) })], live);
  assert.deepEqual([ids(more), more.total], ["d c b", 4]);
  const fewer = withChanges(shown, [row("b", { started_at: at(2), state: "ended", ended_at: at(5) })], live);
  assert.deepEqual([ids(fewer), fewer.total], ["c a", 2]);
  const changed = withChanges(shown, [row("b", { started_at: at(2), turns: 7 })], live);
  assert.deepEqual([ids(changed), changed.calls[1]!.turns], ["c b a", 7]);
});

Deno.test("an id that is used again is another call, and a later page takes no new ones", () => {
  const shown = page([row("a", { started_at: at(1) })]);
  assert.equal(ids(withChanges(shown, [row("a", { started_at: at(2) })], readQuery("", NOW))), "a a");
  const later = page([row("a", { started_at: at(1) })], { offset: 3, total: 4 });
  assert.equal(ids(withChanges(later, [row("b", { started_at: at(2) })], readQuery("?offset=3", NOW))), "a");
});

Deno.test("rows are in the order that is asked for; what is not known counts as least", () => {
  const calls = [row("a", { median_wait_ms: 5 }), row("b"), row("c", { median_wait_ms: 9 })];
  const sorted = (sort: string) => ids(withChanges(page(calls), [calls[0]!], readQuery(`?sort=${sort}`, NOW)));
  assert.equal(sorted("median_wait_ms"), "b a c");
  assert.equal(sorted("-median_wait_ms"), "c a b");
});
