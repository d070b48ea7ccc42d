import { strict as assert } from "node:assert";
import { OpenDatabase } from "../src/store/open_database.ts";
import type { CallQuery } from "../src/store/store.ts";
import { batch, house, started, told, whole } from "../tests/database_file.ts";
import { fitting, order } from "./call_order.ts";

const ANY: CallQuery = { sort: "startedAt", descending: false, offset: 0, limit: 100 };

/** A database of calls in each state, and what it answers. */
function remembering() {
  const { file, clock } = house();
  const at = clock.date();
  const database = OpenDatabase.open(file, undefined, clock);
  {
    using gone = OpenDatabase.open(file, undefined, clock);
    gone.write(batch(1, ...started("lost-1", at), ...started("lost-2", at + 1)));
  }
  clock.advance(20_000);
  database.beat(0);
  database.write(batch(
    1,
    ...["lexington", "beyond", "by-and-by"].flatMap((callId, late) => whole(callId, at + 10 + late)),
    ...["on-1", "on-2"].flatMap((callId, late) => started(callId, at + 20 + late)),
    told("on-1", at + 30, { type: "turn_opened", turn: 2 }),
    told("on-1", at + 31, { type: "call_failed", code: "lex_down" }),
    told("on-1", at + 32, { type: "call_ended", outcome: "agent_failed", reason: "lex_down" }),
  ));
  const ids = (query: Partial<CallQuery>) =>
    database.answers.calls({ ...ANY, ...query }).calls.map(({ callId }) => callId);
  const { calls } = database.answers.calls(ANY);
  return { ids, calls, now: clock.date(), [Symbol.dispose]: () => database[Symbol.dispose]() };
}

Deno.test("calls in memory are in the order in which the store would have them", () => {
  using store = remembering();
  assert.deepEqual(new Set(store.calls.map(({ state }) => state)), new Set(["ended", "interrupted", "live"]));
  for (const sort of ["startedAt", "state", "turns", "code", "outcome", "callId", "durationMs"] as const) {
    for (const descending of [false, true]) {
      const own = store.calls.toSorted(order({ ...ANY, sort, descending }, store.now)).map(({ callId }) => callId);
      assert.deepEqual(own, store.ids({ sort, descending }), `${sort} ${descending}`);
    }
  }
});

Deno.test("a text finds the calls in memory that it would find in the store", () => {
  using store = remembering();
  assert.deepEqual(store.ids({ text: "lex" }), ["lexington", "on-1"]);
  for (const text of ["lex", "le", "l", "by", "by-", "BY-", "ag", "agent", "down", "n"]) {
    const own = store.calls.filter(fitting({ ...ANY, text })).map(({ callId }) => callId);
    assert.deepEqual(own, store.ids({ text }), text);
  }
});
