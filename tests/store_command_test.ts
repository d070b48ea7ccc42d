import { strict as assert } from "node:assert";
import { MIGRATIONS } from "../src/store/migrations.ts";
import { openFile } from "../src/store/open_database.ts";
import { GatewayProcess } from "./gateway_process.ts";
import { until } from "./until.ts";

/** `store` as a person runs it: the program itself, with the permissions of its task. */

const HOUSE = new URL("../", import.meta.url);
const FILE = "data/gateway.db";

Deno.test("store export, backup and check do their work while a gateway goes on writing", async () => {
  await withFolder(async (folder) => {
    await using house = await GatewayProcess.start([], "store: { enabled: true }", { home: folder });
    await house.remembers();
    const traffic = new Traffic(house);
    const known = await untilEnded(folder, 20);

    const backup = await store(folder, "backup", "--out", "copy.db", "--json");
    assert.deepEqual([backup.code, backup.error], [0, ""]);
    assert.deepEqual(JSON.parse(backup.out), {
      action: "backup",
      file: FILE,
      ok: true,
      out: "copy.db",
      bytes: Deno.statSync(`${folder}/copy.db`).size,
    });
    const exported = await store(folder, "export", "--state", "ended", "--out", "calls.csv");
    assert.deepEqual([exported.code, exported.out], [0, "The calls were written to calls.csv\n"]);
    const check = await store(folder, "check", "--json");
    assert.deepEqual([check.code, check.error], [0, ""]);
    await traffic.end();

    const { ok, problems, calls, logs } = JSON.parse(check.out);
    assert.deepEqual([ok, problems], [true, []]);
    assert.ok(calls.ended >= known.length && logs > 0, check.out);
    const copied = await store(folder, "check", "--file", "copy.db", "--json");
    assert.ok(JSON.parse(copied.out).calls.ended >= known.length, copied.out);
    assert.ok(JSON.parse(copied.out).calls.ended <= calls.ended, copied.out);

    const [head, ...rows] = (await Deno.readTextFile(`${folder}/calls.csv`)).trim().split("\r\n");
    const ids = rows.map((row) => row.split(",")[1]);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of known) assert.ok(ids.includes(id), `${id} was known before and was not written`);
    const to = timeOf(rows[0]!, head!);
    const earlier = rows.filter((row) => timeOf(row, head!) < to);
    const page = await fetch(`${house.page}api/calls.csv?state=ended&to=${to}`);
    // Of calls that started within one millisecond, the gateway's memory tells the first first, the database the last.
    assert.deepEqual((await page.text()).trim().split("\r\n").sort(), [head, ...earlier].sort());

    if (Deno.build.os === "windows") return;
    for (const name of ["copy.db", "calls.csv"]) assert.equal(Deno.statSync(`${folder}/${name}`).mode! & 0o777, 0o600);
  });
});

Deno.test("store export narrows and shapes what it writes, and a formula is none in its CSV", async () => {
  await withFolder(async (folder) => {
    await using house = await GatewayProcess.start([], "store: { enabled: true }", { home: folder });
    await house.remembers();
    for (const conversationId of ["=1+1", "two"]) await house.call({ conversationId }).start();
    await house.call({ conversationId: "two" }).press("5");
    await untilEnded(folder, 1);
    const csv = await store(folder, "export", "--columns", "call_id,state");
    assert.deepEqual([csv.code, csv.out], [0, "call_id,state\r\ntwo,ended\r\n'=1+1,live\r\n"]);
    const lines = await store(folder, "export", "--columns", "call_id,outcome", "--format", "jsonl");
    assert.equal(lines.out, `{"call_id":"two","outcome":"transferred"}\n{"call_id":"=1+1","outcome":null}\n`);
    const json = await store(folder, "export", "--text", "TWO", "--format", "json", "--columns", "call_id");
    assert.deepEqual(JSON.parse(json.out).calls, [{ call_id: "two" }]);
    const wrong = await store(folder, "export", "--from", "yesterday", "--out", "never.csv");
    assert.deepEqual([wrong.code, wrong.out], [64, ""]);
    assert.match(wrong.error, /"from": expected a time in ISO 8601/);
    assert.deepEqual(await names(folder), ["data"]);
  });
});

Deno.test("store says what is wrong with a database and what to do, and leaves nothing behind", async () => {
  await withFolder(async (folder) => {
    const at = (name: string) => `${folder}/${name}`;
    await Deno.writeTextFile(at("rubbish.db"), "no database at all ".repeat(1000));
    await Deno.writeTextFile(at("empty.db"), "");
    makeDatabase(at("good.db"), MIGRATIONS.length);
    makeDatabase(at("newer.db"), MIGRATIONS.length + 1);
    makeDatabase(at("torn.db"), MIGRATIONS.length);
    const torn = await Deno.open(at("torn.db"), { write: true });
    await torn.seek(4096 * 3, Deno.SeekMode.Start);
    await torn.write(new Uint8Array(4096 * 4).fill(0xff));
    torn.close();
    await Deno.writeTextFile(at("taken"), "mine");
    const before = await names(folder);

    const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
      ["check", ["--file", "none.db"], /there is no database none\.db \[STORE-MISSING\]/],
      ["check", ["--file", "empty.db"], /empty\.db is not one of a gateway \[STORE-MISSING\]/],
      ["check", ["--file", "rubbish.db"], /rubbish\.db is damaged \[STORE-CORRUPT\]/],
      ["backup", ["--file", "rubbish.db", "--out", "copy.db"], /rubbish\.db is damaged \[STORE-CORRUPT\]/],
      ["backup", ["--file", "torn.db", "--out", "copy.db"], /torn\.db is damaged \[STORE-CORRUPT\]/],
      ["export", ["--file", "newer.db", "--out", "calls.csv"], /written by a newer gateway .* \[STORE-NEWER\]/],
      [
        "backup",
        ["--file", "good.db", "--out", "taken"],
        /taken is there already: --force replaces it \[STORE-OUTPUT\]/,
      ],
      ["backup", ["--file", "good.db", "--out", "no/copy.db"], /there is no folder for no\/copy\.db \[STORE-OUTPUT\]/],
      ["export", ["--file", "good.db", "--out", "."], /\. is there already/],
    ];
    for (const [action, args, words] of refusals) {
      const { code, out, error } = await store(folder, action, ...args);
      assert.deepEqual([code, out], [1, ""], args.join(" "));
      assert.match(error, words);
    }
    const damaged = await store(folder, "check", "--file", "torn.db", "--json");
    assert.deepEqual([damaged.code, JSON.parse(damaged.out).ok], [1, false]);
    assert.equal(await Deno.readTextFile(at("taken")), "mine");
    assert.deepEqual(await names(folder), before);

    assert.equal((await store(folder, "backup", "--file", "good.db", "--out", "taken", "--force")).code, 0);
    assert.equal((await store(folder, "check", "--file", "taken")).code, 0);
    assert.deepEqual(await names(folder), before);
  });
});

Deno.test("store refuses a command line that asks for what cannot be", async () => {
  await withFolder(async (folder) => {
    const refusals: readonly (readonly [readonly string[], RegExp])[] = [
      [["vacuum"], /Cannot run "store vacuum": expected export, backup, check/],
      [["backup"], /store backup needs --out FILE/],
      [["check", "--out", "a"], /--out is for store export and store backup/],
      [["export", "--format", "xml", "--file", FILE], /--format: expected csv, json, jsonl: received "xml"/],
    ];
    makeDatabase(`${folder}/a.db`, MIGRATIONS.length);
    for (const [args, words] of refusals) {
      const { code, error } = await store(folder, ...args.map((arg) => arg === FILE ? "a.db" : arg));
      assert.equal(code, 64, args.join(" "));
      assert.match(error, words);
    }
    await Deno.writeTextFile(`${folder}/off.yaml`, "store: { enabled: false }");
    const off = await store(folder, "check", "--config", "off.yaml");
    assert.deepEqual([off.code, off.error], [64, "store.enabled is false: name a database with --file\n"]);
  });
});

Deno.test("a file that may not grow is said, and what was half written is gone", async () => {
  if (Deno.build.os === "windows") return;
  await withFolder(async (folder) => {
    makeDatabase(`${folder}/good.db`, MIGRATIONS.length, 5000);
    const full = { mostKib: 64 };
    const backup = await store(folder, "backup", "--file", "good.db", "--out", "copy.db", full);
    assert.deepEqual([backup.code, backup.out], [1, ""]);
    assert.match(backup.error, /^Cannot make a copy: copy\.db cannot be written: .+ \[STORE-OUTPUT\]\n$/);
    const exported = await store(folder, "export", "--file", "good.db", "--out", "calls.csv", full);
    assert.deepEqual([exported.code, exported.out], [1, ""]);
    assert.match(exported.error, /^Cannot export calls: calls\.csv cannot be written: .+ \[STORE-OUTPUT\]\n$/);
    assert.deepEqual((await names(folder)).filter((name) => !name.startsWith("good.db")), []);
  });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

Deno.test("whoever reads an export may stop when it is enough", async () => {
  if (Deno.build.os === "windows") return;
  await withFolder(async (folder) => {
    makeDatabase(`${folder}/good.db`, MIGRATIONS.length, 5000);
    const { out, error } = await store(folder, "export", "--file", "good.db", "--columns", "call_id", { lines: 2 });
    assert.deepEqual([out, error], ["call_id\r\ncall-5000\r\n", ""]);
  });
});

interface Limits {
  /** How large a file it may write. */
  readonly mostKib?: number;
  /** How many lines of its output are read. */
  readonly lines?: number;
}

/** Runs the command in a folder with its task's rights. */
async function store(folder: string, ...words: readonly (string | Limits)[]): Promise<Ran> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", HOUSE)));
  const flags = tasks.store.command.split(" ").slice(2, -2);
  const args = words.filter((word) => typeof word === "string");
  const { mostKib, lines } = words.find((word) => typeof word !== "string") ?? {};
  const command = [Deno.execPath(), "run", ...flags, new URL("main.ts", HOUSE).pathname, "store", ...args];
  const limited = mostKib === undefined ? "" : `trap '' XFSZ; ulimit -f ${mostKib * 2}; `;
  const run = lines === undefined ? `exec "$@"` : `"$@" | head -n ${lines}`;
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", limited + run, "sh", ...command],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

/** Calls that come and go, one after the other, until they are ended. */
class Traffic {
  #on = true;
  readonly #going: Promise<void>;

  constructor(house: GatewayProcess) {
    this.#going = (async () => {
      for (let at = 0; this.#on; at++) {
        const call = house.call({ conversationId: `call-${at}` });
        await call.start();
        await call.press("5");
      }
    })();
  }

  async end(): Promise<void> {
    this.#on = false;
    await this.#going;
  }
}

/** The ids of the calls that have ended, once so many have in the database. */
async function untilEnded(folder: string, count: number): Promise<string[]> {
  let ended: string[] = [];
  await until(() => {
    using database = openFile(`${folder}/${FILE}`, { readOnly: true });
    ended = database.prepare("SELECT call FROM calls WHERE state = 0").all().map(({ call }) => String(call));
    return ended.length >= count;
  });
  return ended;
}

function timeOf(row: string, head: string): string {
  return row.split(",")[head.split(",").indexOf("started_at")]!;
}

/** A database of that shape's number, with so many calls. */
function makeDatabase(path: string, shape: number, calls = 500): void {
  using database = openFile(path);
  for (const step of MIGRATIONS) database.exec(step);
  database.exec(`
    PRAGMA user_version = ${shape};
    INSERT INTO words VALUES (1, '');
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT ${calls})
    INSERT INTO calls (org, call, agent, connector, state, outcome, code, started, ended, turns, language, tracking, recorded, session, heard)
    SELECT 1, 'call-' || n, 1, 1, 0, 1, 1, n, n, 1, 1, 'tracking-' || n, 0, 1, n FROM n;
    INSERT INTO packed_events SELECT id, x'00' FROM calls;
    PRAGMA journal_mode = DELETE;`);
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

async function withFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
