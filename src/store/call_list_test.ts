import { strict as assert } from "node:assert";
import { AGENTS, CONNECTORS, DAYS, eventsOf, ORGS, UNTIL } from "../../bench/store_calls.ts";
import { CallLister } from "./call_list.ts";
import { CallTexts } from "./call_texts.ts";
import { CallWriter } from "./call_writer.ts";
import { migrate } from "./migrations.ts";
import { MinuteWriter } from "./minutes.ts";
import { openFile } from "./open_database.ts";
import type { CallQuery, CallRecord } from "./store.ts";
import { Words } from "./words.ts";

const DAY_MS = 86_400_000;
const SORTS: readonly CallQuery["sort"][] = [
  ...["startedAt", "endedAt", "durationMs", "turns", "longestWaitMs", "medianWaitMs", "agentId", "connector"] as const,
  ...["orgId", "state", "outcome", "reason", "code", "language", "trackingId", "callId", "recorded"] as const,
];

Deno.test("the list of calls is filtered and sorted as it is asked for, whether calls are gathered or walked through", () => {
  using house = smallHouse();
  for (const filter of filtersFor(house.calls)) {
    const expected = house.calls.filter((call) => fits(call, filter));
    for (const sort of SORTS) {
      for (const descending of [true, false]) {
        const asked = `${sort} ${descending} ${JSON.stringify(filter)}`;
        const told = house.listers.map((lister) => pages(lister, { ...filter, sort, descending }));
        for (const { calls, totals } of told) {
          assert.deepEqual(calls.map(idOf).sort(), expected.map(idOf).sort(), asked);
          assert.ok(isSorted(calls, sort, descending), asked);
          assert.ok(totals.every((total) => total === expected.length || total === 10_001), `${asked}: ${totals}`);
        }
        // Live calls last up to now only where they are gathered.
        if (sort === "durationMs") continue;
        for (const other of told) assert.deepEqual(other.calls.map(idOf), told[0]!.calls.map(idOf), asked);
      }
    }
  }
});

Deno.test("a text is found whatever letters it has, and none of them is a wildcard", () => {
  using house = smallHouse();
  const found = (text: string) => house.listers[0]!.calls({ ...ALL, text }).calls.map(idOf);
  const { callId, trackingId } = house.calls[7]!;
  assert.deepEqual([found(callId), found(callId.toUpperCase()), found(trackingId.slice(-9))], [[callId], [callId], [
    callId,
  ]]);
  for (const text of ["%%%", "___x", '"', '""" OR "', "'--", "* *", "-%bc", "abc\0", "\\%\\", "é€𝄞", "NEAR(a b)"]) {
    assert.deepEqual(found(text), [], text);
  }
});

const ALL: CallQuery = { sort: "startedAt", descending: true, offset: 0, limit: 1000 };
const COUNT = 300;

/** A few hundred calls, with three listers over them: one that sorts all, one that walks where it can, and one between. */
function smallHouse() {
  const folder = Deno.makeTempDirSync();
  const database = openFile(`${folder}/gateway.db`);
  migrate(database);
  const words = new Words(database);
  const minutes = new MinuteWriter(database, 1);
  const texts = new CallTexts(database);
  const writer = new CallWriter(database, words, minutes, texts, 1);
  database.exec("BEGIN");
  for (let index = 0; index < COUNT; index++) {
    for (const event of eventsOf(index, COUNT)) {
      if (event.type !== "call_ended" || index % 40 !== 0) writer.write(event); // every fortieth is live
      if (event.type === "call_started" && index % 9 === 0) {
        writer.write({ ...event, type: "recording_started", file: "a.wav" });
      }
    }
  }
  writer.settle();
  assert.ok(texts.step(), "some of the calls wait to be taken up");
  database.exec("COMMIT");
  const options = { now: () => UNTIL + DAY_MS };
  const listers = [1_000_000, 5, 60].map((mostSorted) => new CallLister(database, words, { ...options, mostSorted }));
  const close = () => {
    database.close();
    Deno.removeSync(folder, { recursive: true });
  };
  const { calls } = listers[0]!.calls(ALL);
  assert.equal(calls.length, COUNT);
  return { database, listers, calls, [Symbol.dispose]: close };
}

function filtersFor(calls: readonly CallRecord[]): readonly Partial<CallQuery>[] {
  return [
    {},
    { state: "live" },
    { state: "ended", connector: CONNECTORS[0]! },
    { agent: AGENTS[0]! },
    { agent: AGENTS[1]!, org: ORGS[0]!, from: UNTIL - DAYS * DAY_MS / 2 },
    { outcome: "transferred", to: UNTIL - 20 * DAY_MS },
    { from: UNTIL - 30 * DAY_MS, to: UNTIL - 5 * DAY_MS },
    { org: "nobody" },
    { text: "front" },
    { text: "BOOK" },
    { text: "a1", org: ORGS[0]! },
    { text: calls[3]!.callId.slice(2, 8) },
    { text: "byova_", agent: AGENTS[2]! },
    { text: "e0" },
    { text: "agent_" },
  ];
}

/** All pages of a list, one after the other. */
function pages(lister: CallLister, query: Omit<CallQuery, "offset" | "limit">) {
  const calls: CallRecord[] = [];
  const totals: number[] = [];
  for (let offset = 0;; offset += 199) {
    const page = lister.calls({ ...query, offset, limit: 199 });
    calls.push(...page.calls);
    totals.push(page.total);
    if (page.calls.length < 199) return { calls, totals };
  }
}

/** The meaning of the filters, in other words than SQL. */
function fits(
  call: CallRecord,
  { state, agent, connector, org, outcome, from, to, text }: Partial<CallQuery>,
): boolean {
  const has = (value: string | undefined) => value !== undefined && value.toLowerCase().includes(text!.toLowerCase());
  const shared = [call.agentId, call.code, call.reason];
  return (state ?? call.state) === call.state && (agent ?? call.agentId) === call.agentId &&
    (connector ?? call.connector) === call.connector && (org ?? call.orgId) === call.orgId &&
    (outcome ?? call.outcome) === call.outcome && call.startedAt >= (from ?? 0) && call.startedAt < (to ?? Infinity) &&
    (text === undefined || shared.some(has) || (text.length >= 3 && [call.callId, call.trackingId].some(has)));
}

/** What has no value comes before all that has one. */
function isSorted(calls: readonly CallRecord[], sort: CallQuery["sort"], descending: boolean): boolean {
  // Where live calls stand by how long they last is the listers' own affair.
  const judged = sort === "durationMs" ? calls.filter(({ endedAt }) => endedAt !== undefined) : calls;
  const values = judged.map((call) => sort === "durationMs" ? call.endedAt! - call.startedAt : call[sort]);
  if (descending) values.reverse();
  return values.every((value, at) => {
    const before = at === 0 ? undefined : values[at - 1];
    return before === undefined || (value !== undefined && before <= value);
  });
}

function idOf({ callId }: CallRecord): string {
  return callId;
}
