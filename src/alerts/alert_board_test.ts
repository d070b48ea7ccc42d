import { strict as assert } from "node:assert";
import { ManualClock } from "../../tests/manual_clock.ts";
import { silentLog } from "../../tests/logs.ts";
import { type Alert, AlertBoard } from "./alert_board.ts";
import { alertsConfig, readAlerts } from "./config.ts";
import type { CallNumbers, Readings, Rule } from "./rule.ts";

const EVERY_MS = 10_000;
const QUIET: CallNumbers = { started: 10, ended: 10, failed: 0, p95Ms: 400 };

/** Rules as the configuration makes them. */
function rules(...written: Record<string, unknown>[]): readonly Rule[] {
  return readAlerts(alertsConfig.parse({ rules: written })).rules;
}

/** A board on a clock of its own, with readings that a test can change. */
class Watched implements AsyncDisposable {
  readonly clock = new ManualClock();
  numbers: CallNumbers = QUIET;
  live = 1;
  failures: Record<string, string> = {};
  until = Infinity;
  trouble = "";
  blind = false;
  heard = true;
  readonly changes: Alert[] = [];
  readonly delivered: string[] = [];
  readonly board: AlertBoard;

  constructor(own: readonly Rule[], { firing = [] as readonly Alert[], webhook = true } = {}) {
    const readings: Readings = {
      startedAt: this.clock.date(),
      numbers: () => this.blind ? Promise.reject(new Error("nobody knows")) : Promise.resolve(this.numbers),
      liveCalls: () => this.live,
      connectors: () => ["lex", "local"].map((id) => ({ id, failure: this.failures[id] })),
      registrationEnds: () => this.until,
      certificates: () => [{ on: "grpc", until: this.until }],
      storeTrouble: () => this.trouble,
    };
    this.board = new AlertBoard(own, {
      clock: this.clock,
      log: silentLog(),
      readings,
      deliver: webhook
        ? (alert) => {
          this.delivered.push(`${alert.rule} ${alert.state}`);
          return Promise.resolve(this.heard);
        }
        : undefined,
      onChange: (alert) => this.changes.push(alert),
    }, { firing, everyMs: EVERY_MS });
  }

  /** Lets time pass, look by look. */
  async pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds * 1000; passed += EVERY_MS) {
      this.clock.advance(EVERY_MS);
      for (let turn = 0; turn < 3; turn++) await this.clock.nextTurn();
    }
  }

  get firing(): string[] {
    return this.board.firing().map(({ rule }) => rule);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.board[Symbol.asyncDispose]();
  }
}

Deno.test("an alert fires once its rule has been broken long enough, and is resolved once it has held long enough", async () => {
  await using watched = new Watched(
    rules({ name: "calls_fail", watches: "failure_rate", threshold: 0.2, for_seconds: 30, resolve_seconds: 60 }),
  );
  watched.numbers = { ...QUIET, failed: 3 };
  await watched.pass(30);
  assert.deepEqual(watched.firing, []);
  await watched.pass(10);
  assert.deepEqual(watched.firing, ["calls_fail"]);
  assert.equal(watched.board.firing()[0]!.message, "30 % of the calls of the last 15 minutes failed: 3 of 10");
  watched.numbers = QUIET;
  await watched.pass(50);
  assert.deepEqual(watched.firing, ["calls_fail"]);
  watched.numbers = { ...QUIET, failed: 3 }; // broken again before it counts as resolved: the same alert goes on
  await watched.pass(10);
  watched.numbers = QUIET;
  await watched.pass(70);
  assert.deepEqual(watched.firing, []);
  assert.deepEqual(watched.delivered, ["calls_fail firing", "calls_fail resolved"]);
  const [first, last] = [watched.changes[0]!, watched.changes.at(-1)!];
  assert.equal(first.id, last.id);
  assert.deepEqual([last.state, last.delivery, last.resolvedAt! > last.since], ["resolved", "delivered", true]);
});

Deno.test("a breach that is shorter than the rule's time fires nothing", async () => {
  await using watched = new Watched(rules({ name: "slow", watches: "latency", threshold: 1000, for_seconds: 30 }));
  for (let again = 0; again < 5; again++) {
    watched.numbers = { ...QUIET, p95Ms: 5000 };
    await watched.pass(20);
    watched.numbers = QUIET;
    await watched.pass(10);
  }
  assert.deepEqual(watched.changes, []);
});

Deno.test("in its quiet time an alert is shown and not delivered again, and nobody is told the end of what they did not hear of", async () => {
  await using watched = new Watched(
    rules({
      name: "busy",
      watches: "live_calls_above",
      threshold: 5,
      for_seconds: 0,
      resolve_seconds: 0,
      quiet_minutes: 10,
    }),
  );
  const flap = async () => {
    watched.live = 6;
    await watched.pass(10);
    assert.deepEqual(watched.firing, ["busy"]);
    watched.live = 5;
    await watched.pass(20);
    assert.deepEqual(watched.firing, []);
  };
  await flap();
  await flap();
  assert.deepEqual(watched.delivered, ["busy firing", "busy resolved"]);
  await watched.pass(600);
  await flap();
  assert.deepEqual(watched.delivered, ["busy firing", "busy resolved", "busy firing", "busy resolved"]);
});

Deno.test("each connector and each port has an alert of its own", async () => {
  await using watched = new Watched(rules(
    { name: "down", watches: "connector_down", for_seconds: 0, resolve_seconds: 0 },
    { name: "certificate", watches: "certificate_expires", threshold: 14, for_seconds: 0 },
  ));
  watched.failures = { lex: "refused", local: "no file" };
  watched.until = watched.clock.date() + 13 * 86_400_000;
  await watched.pass(10);
  assert.deepEqual(watched.firing.toSorted(), ["certificate: grpc", "down: lex", "down: local"]);
  watched.failures = { local: "no file" };
  await watched.pass(20);
  assert.deepEqual(watched.firing.toSorted(), ["certificate: grpc", "down: local"]);
});

Deno.test("what cannot be told is neither a breach nor its end", async () => {
  await using watched = new Watched(
    rules({ name: "fail", watches: "failure_rate", for_seconds: 0, resolve_seconds: 0 }),
  );
  watched.numbers = { ...QUIET, failed: 9 };
  await watched.pass(10);
  watched.blind = true;
  await watched.pass(300);
  assert.deepEqual(watched.firing, ["fail"]);
  watched.blind = false;
  watched.numbers = QUIET;
  await watched.pass(20);
  assert.deepEqual(watched.firing, []);
});

Deno.test("silence is no alert before the gateway has listened for as long as the rule says, nor while a call is live", async () => {
  await using watched = new Watched(rules({ name: "silence", watches: "no_calls", window_minutes: 5, for_seconds: 0 }));
  watched.numbers = { ...QUIET, started: 0 };
  watched.live = 0;
  await watched.pass(290);
  assert.deepEqual(watched.firing, []);
  watched.live = 1;
  await watched.pass(60);
  assert.deepEqual(watched.firing, []);
  watched.live = 0;
  await watched.pass(10);
  assert.deepEqual(watched.firing, ["silence"]);
});

Deno.test("an alert goes on over a restart, and one whose rule is gone is resolved", async () => {
  const own = rules({ name: "down", watches: "connector_down", for_seconds: 0, resolve_seconds: 0 });
  await using before = new Watched(own);
  before.failures = { lex: "refused" };
  await before.pass(10);
  const [alert] = before.board.firing();
  await using after = new Watched(own, { firing: [alert!, { ...alert!, id: alert!.id + 1, rule: "gone" }] });
  after.failures = { lex: "refused" };
  await after.pass(20);
  assert.deepEqual(after.board.firing(), [alert]);
  assert.deepEqual(after.changes.map(({ rule, state, delivery }) => [rule, state, delivery]), [
    ["gone", "resolved", "pending"],
    ["gone", "resolved", "delivered"],
  ]);
});

Deno.test("an alert says whether it was heard of", async () => {
  const own = rules({ name: "store", watches: "store_degraded", for_seconds: 0 });
  await using deaf = new Watched(own);
  deaf.heard = false;
  deaf.trouble = "the disk is full";
  await deaf.pass(10);
  assert.deepEqual(deaf.board.firing().map(({ delivery, message }) => [delivery, message]), [
    ["failed", "the store is degraded: the disk is full"],
  ]);
  await using alone = new Watched(own, { webhook: false });
  alone.trouble = "the disk is full";
  await alone.pass(10);
  assert.equal(alone.board.firing()[0]!.delivery, "none");
});

Deno.test("rules are refused that have one name, no name, or watch what there is not", () => {
  const refused = (...written: Record<string, unknown>[]) => !alertsConfig.safeParse({ rules: written }).success;
  assert.ok(refused({ name: "a", watches: "latency" }, { name: "a", watches: "no_calls" }));
  assert.ok(refused({ name: "a: b", watches: "latency" }));
  assert.ok(refused({ name: "a", watches: "weather" }));
  assert.ok(!alertsConfig.safeParse({ webhook: { url: "ftp://alerts.example.com" } }).success);
  assert.ok(alertsConfig.safeParse({ webhook: { url: "https://alerts.example.com/hook" } }).success);
});
