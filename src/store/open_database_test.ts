import { strict as assert } from "node:assert";
import { batch, house, SETTINGS, started, states, told, whole } from "../../tests/database_file.ts";
import { MIGRATIONS } from "./migrations.ts";
import { OpenDatabase, openFile } from "./open_database.ts";
import type { CallQuery } from "./store.ts";
import { troubleOf } from "./trouble.ts";

Deno.test("calls of a process that is gone are interrupted; those of one that lives beside it are not", () => {
  const { file, clock } = house();
  using gone = OpenDatabase.open(file, undefined, clock);
  using beside = OpenDatabase.open(file, undefined, clock);
  gone.write(batch(1, ...started("lost", clock.date())));
  beside.write(batch(1, ...started("kept", clock.date())));
  clock.advance(1500);
  const heard = clock.date();
  gone.write(batch(
    2,
    told("lost", heard, { type: "turn_opened", turn: 2 }),
    told("lost", heard, { type: "agent_turn", turn: 2, waitedMs: 120 }),
    told("lost", heard, { type: "agent_faltered", code: "lex_timeout" }),
  ));
  clock.advance(20_000);
  assert.equal(beside.beat(1), 1);
  assert.deepEqual(states(beside), { lost: "interrupted", kept: "live" });
  const { endedAt, turns, longestWaitMs, medianWaitMs, code } = beside.answers.call({ callId: "lost" })!.call;
  assert.deepEqual([endedAt, turns, longestWaitMs, medianWaitMs, code], [heard, 2, 120, 120, "lex_timeout"]);
});

Deno.test("the row of a live call is behind its events by ten seconds at the most", () => {
  const { file, clock } = house();
  using database = OpenDatabase.open(file, undefined, clock);
  database.write(batch(1, ...started("one", clock.date())));
  const turns = () => database.answers.call({ callId: "one" })!.call.turns;
  for (let second = 1; second <= 30; second++) {
    clock.advance(1000);
    database.write(batch(1 + second, told("one", clock.date(), { type: "turn_opened", turn: 1 + second })));
    assert.ok(turns() > 1 + second - 10, `${turns()} turns after ${second} s`);
  }
});

Deno.test("a process that was taken for dead takes its calls up again, and nothing of them is missing", () => {
  const { file, clock } = house();
  using slow = OpenDatabase.open(file, undefined, clock);
  slow.write(batch(1, ...started("one", clock.date())));
  clock.advance(20_000);
  using other = OpenDatabase.open(file, undefined, clock);
  assert.equal(other.beat(0), 1);
  slow.beat(1);
  slow.write(batch(2, told("one", clock.date(), { type: "turn_opened", turn: 2 })));
  assert.deepEqual(states(other), { one: "live" });
  slow.write(batch(3, told("one", clock.date(), { type: "call_ended", outcome: "transferred", reason: "asked" })));
  const call = other.answers.call({ callId: "one" })!;
  assert.deepEqual(call.events.map(({ type }) => type), ["call_started", "turn_opened", "turn_opened", "call_ended"]);
  assert.deepEqual([call.call.state, call.call.turns], ["ended", 2]);
});

Deno.test("a process that was taken for dead and writes before it beats loses nothing, and does not go on forever", () => {
  const { file, clock } = house();
  using other = OpenDatabase.open(file, undefined, clock);
  const end = { type: "call_ended", outcome: "transferred", reason: "asked" } as const;
  const turn = (turn: number) => ({ type: "turn_opened", turn }) as const;
  const types = (callId: string) => other.answers.call({ callId })!.events.map(({ type }) => type);
  {
    using slow = OpenDatabase.open(file, undefined, clock);
    const now = () => clock.date();
    slow.write(batch(1, ...started("one", now()), ...started("two", now())));
    slow.write(batch(2, told("two", now(), turn(2))));
    clock.advance(20_000);
    assert.equal(other.beat(0), 2);
    slow.write(batch(3, told("one", now(), end), told("two", now(), turn(3)), ...started("three", now())));
    assert.deepEqual(states(other), { one: "ended", two: "live", three: "live" });
    for (let number = 4; number < 8; number++) slow.write(batch(number, told("two", now(), turn(number))));
    assert.deepEqual(types("one"), ["call_started", "turn_opened", "call_ended"]);
    assert.deepEqual(types("two"), ["call_started", ...Array(7).fill("turn_opened")]);
  }
  {
    using again = OpenDatabase.open(file, other.session + 1, clock);
    again.write(batch(7, told("two", clock.date(), turn(7))));
    assert.equal(types("two").length, 8);
  }
  clock.advance(20_000);
  assert.equal(other.beat(0), 2);
  assert.deepEqual(states(other), { one: "ended", two: "interrupted", three: "interrupted" });
});

Deno.test("the calls of a process that is gone are marked some at a time; those of one that comes back go on", () => {
  const { file, clock } = house();
  using gone = OpenDatabase.open(file, undefined, clock);
  using beside = OpenDatabase.open(file, undefined, clock);
  const live = () => beside.answers.calls({ ...ANY, state: "live" }).total;
  gone.write(batch(1, ...Array.from({ length: 1700 }, (_, at) => started(`call-${at}`, clock.date())).flat()));
  clock.advance(20_000);
  assert.deepEqual([beside.beat(0), live()], [500, 1200]);
  assert.deepEqual([beside.beat(0), live()], [500, 700]);
  gone.beat(1);
  assert.deepEqual([beside.beat(0), live()], [0, 700]);
  gone.leave();
  assert.equal(live(), 0);
});

Deno.test("a call is found by a part of its id while it is live, when it is over, and once it is taken up", () => {
  const { file, clock } = house();
  using database = OpenDatabase.open(file, undefined, clock);
  const found = (text: string) =>
    database.answers.calls({ text, sort: "callId", descending: false, offset: 0, limit: 1000 })
      .calls.map(({ callId }) => callId);
  const ids = Array.from({ length: 250 }, (_, at) => `call-${at + 100}-of-many`);
  database.write(batch(1, ...ids.flatMap((id) => started(id, clock.date()))));
  assert.deepEqual(found("all-177-"), ["call-177-of-many"]);
  const end = { type: "call_ended", outcome: "caller_hung_up", reason: "" } as const;
  database.write(batch(2, ...ids.slice(1).toReversed().map((id) => told(id, clock.date(), end))));
  assert.deepEqual([found("all-177-"), found("of-many")], [["call-177-of-many"], ids]);
  assert.ok(database.index());
  assert.deepEqual([found("all-177-"), found("of-many")], [["call-177-of-many"], ids]);
  while (database.index());
  assert.deepEqual([found("all-177-"), found("of-many")], [["call-177-of-many"], ids]);
});

Deno.test("a batch that is sent twice is written once", () => {
  const { file, clock } = house();
  using first = OpenDatabase.open(file, undefined, clock);
  first.write(batch(1, ...started("one", clock.date())));
  using again = OpenDatabase.open(file, first.session, clock);
  again.write(batch(1, ...started("one", clock.date())));
  assert.equal(again.countCalls(), 1);
});

Deno.test("a call whose end was lost is interrupted once it is silent for longer than a call can last", () => {
  const { file, clock } = house();
  using database = OpenDatabase.open(file, undefined, clock);
  database.write(batch(1, ...started("one", clock.date())));
  clock.advance(SETTINGS.maxCallMs - 1);
  assert.equal(database.beat(1), 0);
  database.write(batch(2, told("one", clock.date(), { type: "turn_opened", turn: 2 })));
  clock.advance(SETTINGS.maxCallMs - 1);
  assert.equal(database.beat(2), 0);
  clock.advance(2);
  assert.equal(database.beat(2), 1);
  assert.deepEqual(states(database), { one: "interrupted" });
  const end = { type: "call_ended", outcome: "caller_hung_up", reason: "" } as const;
  database.write(batch(3, told("one", clock.date(), end)));
  const { call, events } = database.answers.call({ callId: "one" })!;
  assert.deepEqual([call.state, call.turns, events.length], ["ended", 2, 4]);
});

Deno.test("log lines, of which only the newest are kept, are found by level, logger, call, text and place", () => {
  const { file, clock } = house();
  using database = OpenDatabase.open(file, undefined, clock);
  const line = (at: number) => ({
    at: clock.date() + at,
    level: (["debug", "info", "warn", "error"] as const)[at % 4]!,
    logger: at % 2 ? "byova.web" : "byova.webex",
    message: `line ${at}`,
    callId: at === 7 ? "one" : undefined,
    fields: { at },
  });
  database.write({ ...batch(1), logs: Array.from({ length: 200 }, (_, at) => line(at)) });
  const { logs } = database.answers;
  const messages = (query: Parameters<typeof logs>[0]) => logs(query).map(({ message }) => message);
  assert.deepEqual(messages({ limit: 3 }), ["line 197", "line 198", "line 199"]);
  assert.deepEqual(messages({ level: "error", limit: 2 }), ["line 195", "line 199"]);
  assert.deepEqual(messages({ logger: "byova.web", level: "info", limit: 2 }), ["line 197", "line 199"]);
  assert.deepEqual(logs({ callId: "one", limit: 9 }).map(({ fields }) => fields), [{ at: 7 }]);
  assert.deepEqual(messages({ text: "LINE 19", limit: 2 }), ["line 198", "line 199"]);
  for (const text of ["%", "_ine", "\\", "line 1 byova"]) assert.deepEqual(messages({ text, limit: 2 }), [], text);
  assert.deepEqual(messages({ text: "webEX", level: "warn", limit: 1 }), ["line 198"]);
  const [anchor] = logs({ text: "line 100", limit: 1 });
  assert.deepEqual(messages({ after: anchor!.id, limit: 2 }), ["line 101", "line 102"]);
  assert.deepEqual(messages({ before: anchor!.id, limit: 2 }), ["line 98", "line 99"]);
  while (database.tidy());
  const kept = logs({ level: "info", limit: 1000 });
  assert.deepEqual([kept.length, kept[0]!.message], [SETTINGS.logLines, "line 67"]);
});

Deno.test("lines of a batch that is written again stand there once, of whatever level", () => {
  const { file, clock } = house();
  using database = OpenDatabase.open(file, undefined, clock);
  const logs = (["debug", "info"] as const).map((level) => (
    { at: clock.date(), level, logger: "byova", message: level, callId: undefined, fields: {} }
  ));
  const who = "x".repeat(100_000);
  const full = {
    ...batch(1),
    logs,
    deeds: [{ at: clock.date(), who, via: "login", action: "end_call", about: "one" }],
  };
  database.database.exec(`PRAGMA max_page_count = ${database.bytes / 4096}`);
  for (let attempt = 0; attempt < 3; attempt++) {
    assert.throws(() => database.write(full), (error) => troubleOf(error)?.code === "STORE-FULL");
  }
  database.database.exec("PRAGMA max_page_count = 1000000");
  database.write(full);
  assert.deepEqual(database.answers.logs({ limit: 9 }).map(({ message }) => message), ["debug", "info"]);
});

Deno.test("a database of every older shape is brought forward with what is in it", () => {
  const { file, clock } = house();
  for (let shape = 1; shape < MIGRATIONS.length; shape++) {
    const older = { ...file, file: `${file.file}-${shape}` };
    {
      using database = openFile(older.file);
      for (const step of MIGRATIONS.slice(0, shape)) database.exec(step);
      database.exec(`
        PRAGMA user_version = ${shape};
        INSERT INTO words VALUES (1, '');
        INSERT INTO calls (org, call, agent, connector, state, outcome, code, started, turns, language, tracking, recorded, session, heard)
        VALUES (1, 'call-of-old', 1, 1, 0, 1, 1, 1, 0, 1, '', 0, 1, 1);
        INSERT INTO call_texts (rowid, text) VALUES (1, 'call-of-old' || char(10));`);
    }
    using database = OpenDatabase.open(older, undefined, clock);
    database.write(batch(1, ...whole("call-of-now", clock.date())));
    assert.deepEqual(states(database, { text: "call-of-" }), { "call-of-old": "ended", "call-of-now": "ended" });
  }
});

Deno.test("a database that a newer gateway has written is refused, and left as it is", () => {
  const { file, clock } = house();
  OpenDatabase.open(file, undefined, clock)[Symbol.dispose]();
  {
    using database = openFile(file.file);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  }
  assert.throws(() => OpenDatabase.open(file, undefined, clock), (error) => {
    assert.deepEqual([troubleOf(error)?.code, troubleOf(error)?.remedy], ["STORE-NEWER", "none"]);
    return true;
  });
});

Deno.test("a batch that the disk has no room for is written whole once it has", () => {
  const { file, clock } = house();
  using database = OpenDatabase.open(file, undefined, clock);
  database.write(batch(1, ...whole("one", clock.date())));
  const pages = Number(database.database.prepare("PRAGMA page_count").get()!.page_count);
  database.database.exec(`PRAGMA max_page_count = ${pages}`);
  const many = batch(2, ...Array.from({ length: 500 }, (_, at) => whole(`more-${at}`, clock.date())).flat());
  assert.throws(() => database.write(many), (error) => troubleOf(error)?.code === "STORE-FULL");
  assert.equal(database.countCalls(), 1);
  database.database.exec("PRAGMA max_page_count = 1000000");
  database.write(many);
  assert.equal(database.countCalls(), 501);
});

Deno.test("a database and what stands beside it are for their owner only", () => {
  if (Deno.build.os === "windows") return;
  const folder = Deno.makeTempDirSync();
  try {
    using database = openFile(`${folder}/gateway.db`);
    database.exec("CREATE TABLE one (two)");
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(files, ["gateway.db", "gateway.db-shm", "gateway.db-wal"]);
    for (const name of files) assert.equal(Deno.statSync(`${folder}/${name}`).mode! & 0o777, 0o600, name);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** The list of calls, unless something is said. */
const ANY: CallQuery = { sort: "startedAt", descending: false, offset: 0, limit: 9 };
