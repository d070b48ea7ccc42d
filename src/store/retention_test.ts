import { strict as assert } from "node:assert";
import { batch, house, SETTINGS, started, states, told, whole } from "../../tests/database_file.ts";
import { OpenDatabase } from "./open_database.ts";
import type { Alert, Deed, LogLine } from "./store.ts";

Deno.test("what is too old goes with all that belongs to it, and the disk gets its room back", () => {
  const { file, clock } = house();
  using database = OpenDatabase.open(file, undefined, clock);
  for (let at = 0; at < 500; at++) database.write(batch(at + 1, ...whole(`old-${at}`, clock.date())));
  assert.ok(database.index()); // some stay that are not taken up
  const full = database.bytes;
  clock.advance(SETTINGS.keepMs + 60_000);
  database.write(batch(501, ...whole("new", clock.date())));
  while (database.tidy());
  assert.deepEqual(states(database), { new: "ended" });
  const left = (table: string) => database.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n;
  assert.deepEqual(["packed_events", "minutes", "call_texts", "waiting_texts"].map(left), [1, 1, 0, 1]);
  assert.ok(database.bytes < full / 2, `${database.bytes} of ${full}`);
});

Deno.test("a database that grows too big loses its oldest calls", () => {
  const { file, clock } = house({ maxBytes: 400_000 });
  using database = OpenDatabase.open(file, undefined, clock);
  for (let at = 0; at < 1000; at++) database.write(batch(at + 1, ...whole(`call-${at}`, clock.date() + at)));
  assert.ok(database.bytes > 400_000);
  while (database.tidy());
  assert.ok(database.bytes <= 400_000, `${database.bytes}`);
  const kept = Object.keys(states(database));
  assert.ok(kept.includes("call-999") && !kept.includes("call-0"), `${kept.length} are left`);
});

Deno.test("log lines or errors that are most of a database that is too big go first, and calls stay", () => {
  const { file, clock } = house({ maxBytes: 1_000_000, logLines: 100_000 });
  for (const [most, few, lines, errors] of [["logs", "errors", 1000, 10], ["errors", "logs", 10, 2000]] as const) {
    using database = OpenDatabase.open({ ...file, file: `${file.file}-${most}` }, undefined, clock);
    const ids = Array.from({ length: 100 }, (_, at) => `call-${at}`);
    const error = told("troubled", clock.date() + 1, { type: "agent_faltered", code: "lex_timeout" });
    database.write(batch(1, ...ids.flatMap((id) => whole(id, clock.date())), ...started("troubled", clock.date())));
    for (let number = 2; number < 12; number++) {
      const logs = Array.from({ length: lines }, (_, at) => line(clock.date(), number * 1000 + at));
      database.write({ ...batch(number, ...Array(errors).fill(error)), logs });
    }
    database.write(batch(12, whole("troubled", clock.date() + 2).at(-1)!));
    const count = (table: string) => Number(database.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n);
    const all = count(most);
    while (database.tidy());
    assert.ok(database.bytes <= 1_000_000, `${database.bytes} bytes`);
    assert.deepEqual(Object.keys(states(database)).toSorted(), [...ids, "troubled"].toSorted());
    assert.ok(count(most) > all / 10 && count(most) < all, `of ${all} ${most} ${count(most)} are left`);
    assert.equal(count(few), 100);
    assert.equal(database.answers.logs({ limit: 1 })[0]!.fields.n, 11_000 + lines - 1);
  }
});

Deno.test("of alerts the newest ten thousand are kept, however far apart they came, and each that is firing", () => {
  const { file, clock } = house();
  using database = OpenDatabase.open(file, undefined, clock);
  const alert = (at: number): Alert => ({
    id: clock.date() + at * 5000,
    rule: "failures",
    severity: "critical",
    state: at % 10_001 === 0 ? "firing" : "resolved",
    message: "Calls fail",
    value: at,
    since: clock.date() + at * 5000,
    resolvedAt: undefined,
    delivery: "none",
  });
  database.write({ ...batch(1), alerts: Array.from({ length: 10_050 }, (_, at) => alert(at)) });
  while (database.tidy());
  const { alerts } = database.answers;
  const values = (query: { offset: number; state?: Alert["state"] }) =>
    alerts({ limit: 9, ...query }).map(({ value }) => value);
  assert.deepEqual(values({ offset: 9998 }), [51, 0]);
  assert.deepEqual(values({ offset: 0, state: "firing" }), [10_001, 0]);
});

Deno.test("of deeds the newest hundred thousand are kept", () => {
  const { file, clock } = house();
  using database = OpenDatabase.open(file, undefined, clock);
  const deed = (at: number): Deed => ({ at, who: "ann", via: "login", action: "end_call", about: "one" });
  database.write({ ...batch(1), deeds: Array.from({ length: 100_050 }, (_, at) => deed(at)) });
  while (database.tidy());
  assert.deepEqual(database.answers.deeds({ offset: 99_998, limit: 9 }).map(({ at }) => at), [51, 50]);
});

function line(at: number, n: number): Omit<LogLine, "id"> {
  return { at, level: "info", logger: "byova", message: "x".repeat(200), callId: undefined, fields: { n } };
}
