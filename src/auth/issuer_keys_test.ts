import { strict as assert } from "node:assert";
import { keepingLog, type Line } from "../../tests/logs.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import { IssuerKeys } from "./issuer_keys.ts";
import type { KeySet } from "./key_fetch.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Keys of an issuer whose answers a test gives one by one. */
function watched() {
  const clock = new ManualClock();
  const lines: Line[] = [];
  const asked: { answer(set: Partial<KeySet> | Error): Promise<void>; signal: AbortSignal }[] = [];
  const keys = new IssuerKeys({
    issuer: "https://issuer.example/idb",
    keepMs: HOUR_MS,
    clock,
    log: keepingLog(lines),
    fetchKeys: (_issuer, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<KeySet>();
      asked.push({
        signal,
        async answer(set) {
          if (set instanceof Error) reject(set);
          else resolve({ keys: new Map(), maxAgeMs: undefined, ...set });
          for (let step = 0; step < 5; step++) await Promise.resolve();
        },
      });
      return promise;
    },
  });
  return { clock, lines, asked, keys };
}

/** A set with keys of these ids; those with equal moduli are one key. */
function set(ids: Record<string, string>, maxAgeMs?: number): KeySet {
  const keys = Object.entries(ids).map(([id, identity]) => [id, { identity, key: {} as CryptoKey }] as const);
  return { keys: new Map(keys), maxAgeMs };
}

async function known(ids: Record<string, string> = { a: "1" }, maxAgeMs?: number) {
  const house = watched();
  const seeking = house.keys.seek("a");
  await house.asked[0]!.answer(set(ids, maxAgeMs));
  await seeking;
  return house;
}

Deno.test("everybody who seeks a key while it is fetched waits for the one fetch", async () => {
  const { asked, keys } = watched();
  const seeking = Array.from({ length: 100 }, () => keys.seek("a"));
  assert.equal(asked.length, 1);
  await asked[0]!.answer(set({ a: "1" }));
  assert.equal(new Set(await Promise.all(seeking)).size, 1);
  assert.ok(keys.get("a"));
});

Deno.test("keys are renewed when their age is over, within bounds, and stay in use meanwhile", async () => {
  for (
    const [said, waited] of [
      [undefined, HOUR_MS],
      [0, MINUTE_MS],
      [1000, MINUTE_MS],
      [3 * HOUR_MS, 3 * HOUR_MS],
      [1000 * HOUR_MS, 24 * HOUR_MS],
    ] as const
  ) {
    const { clock, asked, keys } = await known({ a: "1" }, said);
    const key = keys.get("a");
    clock.advance(waited - 1);
    assert.equal(asked.length, 1);
    clock.advance(1);
    assert.equal(asked.length, 2, `after ${waited} ms for ${said}`);
    assert.equal(keys.get("a"), key);
    await asked[1]!.answer(set({ a: "1", b: "2" }));
    assert.equal(keys.get("a"), key, "a key that is still published is the same object");
    assert.ok(keys.get("b"));
    keys[Symbol.dispose]();
    assert.equal(clock.timers, 0);
  }
});

Deno.test("a key that is published no more, or with another modulus, is not the one that was", async () => {
  const { clock, asked, keys } = await known({ a: "1", b: "2" });
  const [a, b] = [keys.get("a"), keys.get("b")];
  clock.advance(HOUR_MS);
  await asked[1]!.answer(set({ b: "3" }));
  assert.equal(keys.get("a"), undefined);
  assert.ok(a && b && keys.get("b") !== b);
});

Deno.test("an issuer that is down is tried every minute, and its keys hold for 24 hours", async () => {
  const { clock, asked, keys, lines } = await known();
  clock.advance(HOUR_MS);
  let minutes = 60;
  while (keys.get("a") !== undefined) {
    await asked.at(-1)!.answer(new Error("refused"));
    if (keys.get("a") === undefined) break;
    clock.advance(MINUTE_MS);
    minutes++;
    assert.ok(minutes <= 24 * 60, "the keys outlived their day");
  }
  assert.equal(minutes, 24 * 60);
  assert.equal(clock.timers, 0, "an issuer whose keys are forgotten is left alone until somebody asks");
  assert.equal(keys.failures, asked.length - 1);
  assert.ok(lines.every(({ message }) => message === "keys of an issuer cannot be fetched"));
});

Deno.test("an unknown key is sought at most once in 30 s, and in 5 s while no key is known at all", async () => {
  const { clock, asked, keys } = watched();
  for (let attempt = 1; attempt <= 3; attempt++) {
    const seeking = keys.seek("a");
    assert.equal(asked.length, attempt);
    await asked.at(-1)!.answer(new Error("refused"));
    assert.equal(await seeking, undefined);
    clock.advance(4999);
    assert.equal(await keys.seek("a"), undefined);
    assert.equal(asked.length, attempt);
    clock.advance(1);
  }
  const seeking = keys.seek("a");
  await asked.at(-1)!.answer(set({ a: "1" }));
  assert.ok(await seeking);
  for (let second = 0; second < 29; second++) {
    clock.advance(1000);
    assert.equal(await keys.seek(`unknown-${second}`), undefined);
  }
  assert.equal(asked.length, 4);
  clock.advance(1000);
  void keys.seek("unknown");
  assert.equal(asked.length, 5);
});

Deno.test("a disposed issuer stops fetching and says nothing of it", async () => {
  const { clock, asked, keys, lines } = await known();
  clock.advance(HOUR_MS);
  keys[Symbol.dispose]();
  assert.ok(asked[1]!.signal.aborted);
  await asked[1]!.answer(new Error("aborted"));
  assert.deepEqual([lines, clock.timers], [[], 0]);
});
