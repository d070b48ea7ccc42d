import { strict as assert } from "node:assert";
import { batch, house, started, told, whole } from "../../tests/database_file.ts";
import { OpenDatabase } from "./open_database.ts";

const END = { type: "call_ended", outcome: "ended_by_operator", reason: "asked" } as const;
const OLDEST = { sort: "startedAt", descending: false, offset: 0, limit: 9 } as const;

/** What the next stream brings of a call that has ended while none was open. */
function late(callId: string, at: number): string[] {
  return [
    told(callId, at, { type: "turn_opened", turn: 2 }),
    told(callId, at + 1, { type: "recording_started", file: "one.wav" }),
    told(callId, at + 2, { type: "turn_closed", turn: 2, cancelled: false, frames: 0 }),
  ];
}

Deno.test("what is heard of a call after its end is kept with it, in whatever batch it comes", () => {
  for (const cut of [[], [3], [2], [2, 3], [2, 3, 4, 5]]) {
    const { file, clock } = house();
    using database = OpenDatabase.open(file, undefined, clock);
    const at = clock.date();
    const events = [...started("one", at), told("one", at + 10, END), ...late("one", at + 5000)];
    [0, ...cut].forEach((from, index) => {
      database.write(batch(index + 1, ...events.slice(from, cut[index])));
    });
    const { calls: [call], total } = database.answers.calls({ ...OLDEST, text: "one" });
    assert.deepEqual([total, call!.state, call!.outcome, call!.endedAt], [1, "ended", "ended_by_operator", at + 10]);
    assert.deepEqual([call!.connector, call!.turns, call!.recorded], ["echo", 2, true]);
    const { events: kept, turns, recordings } = database.answers.call({ callId: "one" })!;
    assert.deepEqual(kept, events.map((event) => JSON.parse(event)));
    assert.deepEqual([turns.length, recordings], [2, ["one.wav"]]);
    const { started: begun, ended } = database.answers.numbers({ from: at, to: at + 60_000 });
    assert.deepEqual([begun, ended], [1, 1]);
  }
});

Deno.test("a call that begins again under its id is one of its own, and what comes then belongs to it", () => {
  const { file, clock } = house();
  using database = OpenDatabase.open(file, undefined, clock);
  const at = clock.date();
  database.write(batch(1, ...whole("one", at), ...whole("one", at + 9), ...late("one", at + 20)));
  database.write(batch(2, ...started("one", at + 30)));
  const { calls } = database.answers.calls(OLDEST);
  assert.deepEqual(calls.map(({ state, turns }) => [state, turns]), [["ended", 1], ["ended", 2], ["live", 1]]);
});

Deno.test("a call whose start was lost begins with what comes next of it", () => {
  const { file, clock } = house();
  using database = OpenDatabase.open(file, undefined, clock);
  const at = clock.date();
  database.write(batch(1, ...started("one", at).slice(1), told("one", at + 5, END)));
  const { calls } = database.answers.calls(OLDEST);
  assert.deepEqual(calls.map(({ connector, state, turns }) => [connector, state, turns]), [["", "ended", 1]]);
});
