import assert from "node:assert/strict";
import { ManualClock } from "../../tests/manual_clock.ts";
import { AddressBook, networkOf } from "./address_book.ts";
import { ControlBudget, Cost, TokenPool } from "./budget.ts";
import { ErrorCode, Http2Error } from "./errors.ts";

/** How many frames of that cost one connection gets away with. */
function frames(budget: ControlBudget, cost: number): number {
  for (let count = 0; count < 100_000; count++) {
    try {
      budget.spend(cost);
    } catch (error) {
      assert.ok(error instanceof Http2Error && error.code === ErrorCode.ENHANCE_YOUR_CALM);
      return count;
    }
  }
  return Infinity;
}

Deno.test("who reconnects finds the tokens of its address spent", () => {
  const pool = new TokenPool(new ManualClock());
  const first = frames(new ControlBudget(pool), Cost.ABANDONED);
  const next = Array.from({ length: 100 }, () => frames(new ControlBudget(pool), Cost.ABANDONED));
  assert.ok(first > 2000 && first < 2100, `${first}`);
  assert.deepEqual(new Set(next), new Set([20]));
});

Deno.test("a neighbour behind a spent address can greet, and answered requests carry it on", () => {
  const pool = new TokenPool(new ManualClock());
  frames(new ControlBudget(pool), Cost.ABANDONED);
  const budget = new ControlBudget(pool);
  budget.spend(Cost.OFFENCE);
  budget.spend(Cost.CONTROL);
  for (let request = 0; request < 10_000; request++) {
    budget.spend(Cost.CONTROL + 2 * Cost.SLIGHT);
    budget.earn(2);
  }
});

Deno.test("a peer that is refused 250 times a second is never cut off, one that floods is, and not for long", () => {
  const clock = new ManualClock();
  const pool = new TokenPool(clock);
  const refused = (budget: ControlBudget, times: number) => {
    for (let time = 0; time < times; time++) {
      budget.spend(Cost.ABANDONED + 2 * Cost.SLIGHT);
      budget.earn(1);
    }
  };
  const misconfigured = new ControlBudget(pool);
  for (let second = 0; second < 600; second++) {
    refused(misconfigured, 250);
    clock.advance(1000);
  }
  const flood = new ControlBudget(pool);
  assert.throws(() => refused(flood, 10_000), Http2Error);
  clock.advance(10_000);
  refused(new ControlBudget(pool), 2800);
});

Deno.test("ten thousand idle connections behind one address may each ask for a sign of life every ten seconds", () => {
  const clock = new ManualClock();
  const pool = new TokenPool(clock);
  const budgets = Array.from({ length: 10_000 }, () => new ControlBudget(pool));
  for (let round = 0; round < 100; round++) {
    for (const budget of budgets) budget.spend(Cost.CONTROL);
    clock.advance(10_000);
  }
});

Deno.test("a connection has ample tokens until it has needed half of them, and once it has earned them back", () => {
  const budget = new ControlBudget(new TokenPool(new ManualClock()));
  assert.ok(budget.ample);
  budget.spend(50);
  assert.ok(!budget.ample);
  budget.earn(1);
  assert.ok(budget.ample);
  budget.spend(60);
  assert.ok(!budget.ample, "it has what its address has lent it");
});

Deno.test("connections that come and go in peace take nothing from their address", () => {
  const pool = new TokenPool(new ManualClock());
  for (let i = 0; i < 100_000; i++) {
    const budget = new ControlBudget(pool);
    budget.spend(Cost.OFFENCE + Cost.CONTROL);
    budget.earn(10);
    budget.close();
  }
  assert.ok(pool.full);
});

Deno.test("an address is remembered until its tokens are back, and only so many are", () => {
  const clock = new ManualClock();
  const book = new AddressBook(clock);
  const bad = book.open("192.0.2.1");
  bad.pool.take(4000);
  book.close(bad);
  assert.equal(book.open("192.0.2.1").pool, bad.pool);
  book.close(bad);
  book.close(book.open("192.0.2.2"));
  assert.equal(book.size, 1);
  for (let i = 0; i < 10_000; i++) {
    const entry = book.open(`192.0.${i >> 8}.${i & 255}`);
    entry.pool.take(1);
    book.close(entry);
  }
  assert.ok(book.size <= 4096, `${book.size}`);
  clock.advance(60_000);
  const last = book.open("192.0.2.3");
  last.pool.take(1);
  book.close(last);
  assert.equal(book.size, 1);
});

Deno.test("an IPv6 address counts as its network, and an IPv4 address in IPv6 as itself", () => {
  assert.equal(networkOf("192.0.2.1"), "192.0.2.1");
  assert.equal(networkOf("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(networkOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2");
  assert.equal(networkOf("2001:db8::1"), "2001:db8:0:0");
  assert.equal(networkOf("::1"), "0:0:0:0");
});
