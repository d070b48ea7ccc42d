import { strict as assert } from "node:assert";
import { MINUTE, RegisteredGateways } from "./registered_gateway.ts";

/** When the token is renewed, what happens when that fails, and who hears of it. */

Deno.test("the token is renewed at its end less the lead, every time with a fresh nonce", async () => {
  await using house = await RegisteredGateways.open();
  const lifecycle = await house.started({ token_lifetime_minutes: 100, renewal_lead_time_minutes: 10 });
  house.clock.advance(89 * MINUTE);
  assert.equal(lifecycle.state().renewals, 1);
  for (let time = 2; time < 6; time++) {
    house.clock.advance(lifecycle.state().nextAttemptAt! - house.clock.date());
    await house.until(() => lifecycle.state().renewals === time);
    assert.equal(lifecycle.state().expiresAt, house.clock.date() + 100 * MINUTE);
    assert.equal(lifecycle.state().nextAttemptAt, house.clock.date() + 90 * MINUTE);
  }
  assert.equal(new Set(house.webex.bodies.map(({ nonce }) => nonce)).size, 5);
  assert.equal(house.webex.count("PUT"), 4);
  assert.deepEqual(house.alerts(), []);
});

Deno.test("instances spread their renewals by up to a tenth of the lead", async () => {
  await using house = await RegisteredGateways.open();
  const { nextAttemptAt, expiresAt } = (await house.started({ renewal_lead_time_minutes: 5 }, 0.5)).state();
  assert.equal(nextAttemptAt, expiresAt! - 5 * MINUTE + 15_000);
});

Deno.test("a token inside its lead, or without an end, is renewed at the start", async (t) => {
  await t.step("inside its lead", async () => {
    await using house = await RegisteredGateways.open();
    house.webex.add({ expiresAt: house.clock.date() + 59 * MINUTE });
    await house.started();
    assert.equal(house.webex.count("PUT"), 1);
  });
  await t.step("without an end, which is then taken to come after the lifetime", async () => {
    await using house = await RegisteredGateways.open({ leaveOut: ["tokenExpiryTime", "jwsToken"] });
    house.webex.add();
    const { expiresAt, nextAttemptAt } = (await house.started()).state();
    assert.equal(house.webex.count("PUT"), 1);
    assert.equal(expiresAt, house.clock.date() + 1440 * MINUTE);
    assert.equal(nextAttemptAt, house.clock.date() + 1380 * MINUTE);
  });
  await t.step("with an end that is not a time, and a token that is none", async () => {
    await using house = await RegisteredGateways.open({
      tell: (said) => ({ ...said, tokenExpiryTime: "soon", jwsToken: "a.b.c" }),
    });
    house.webex.add();
    const { nextAttemptAt } = (await house.started()).state();
    assert.equal(house.webex.count("PUT"), 1);
    assert.equal(nextAttemptAt, house.clock.date() + 1380 * MINUTE);
  });
});

Deno.test("tokens shorter than the lead are renewed at half their time, not in a loop", async () => {
  await using house = await RegisteredGateways.open({
    tell: (said) => ({ ...said, tokenExpiryTime: new Date(house.clock.date() + 20 * MINUTE).toISOString() }),
  });
  const { nextAttemptAt } = (await house.started()).state();
  assert.equal(nextAttemptAt, house.clock.date() + 10 * MINUTE);
});

Deno.test("a token that has ended when it comes is told as a clock that is wrong, and not hammered for", async () => {
  await using house = await RegisteredGateways.open({
    tell: (said) => ({ ...said, tokenExpiryTime: "2026-01-01T00:00:00Z" }),
  });
  const { state, lastError, nextAttemptAt } = (await house.started()).state();
  assert.deepEqual([state, lastError!.code], ["lapsed", "BYODS-CLOCK"]);
  assert.equal(nextAttemptAt, house.clock.date() + MINUTE);
});

Deno.test("a renewal that fails is tried again every interval, is an alert from the alert lead, and a lapse is survived", async () => {
  await using house = await RegisteredGateways.open();
  const lifecycle = await house.started({ retry_interval_seconds: 120, alert_lead_time_minutes: 20 });
  const { expiresAt } = lifecycle.state();
  house.webex.fail("GET", { status: 403 }, 1000);
  const advanceTo = (left: number) => house.clock.advance(expiresAt! - left - house.clock.date());

  advanceTo(60 * MINUTE);
  const { state, nextAttemptAt, lastError } = await house.failed(lifecycle);
  assert.equal(state, "active");
  assert.equal(lastError!.code, "BYODS-FORBIDDEN");
  assert.equal(nextAttemptAt, lastError!.at + 120_000 * 0.9);
  house.clock.advance(nextAttemptAt! - house.clock.date());
  await house.failed(lifecycle, 2);
  assert.deepEqual(house.alerts(), []);

  advanceTo(20 * MINUTE - 1);
  assert.equal(lifecycle.state().state, "at_risk");
  assert.match(house.alerts().join(), /^at_risk: alert: the data source's token ends soon/);
  advanceTo(0);
  assert.equal(lifecycle.state().state, "lapsed");
  assert.match(house.alerts()[1]!, /^lapsed: alert: .*every call fails/);

  house.webex.heal();
  await house.until(() => lifecycle.state().state === "active", 1_000);
  assert.equal(house.alerts().length, 2);
  assert.ok(house.log.some(({ message }) => message === "the data source is well again"));
  assert.ok(lifecycle.state().expiresAt! > expiresAt! + 1300 * MINUTE);
});

Deno.test("the alert lead is never more than half the renewal's", async () => {
  await using house = await RegisteredGateways.open();
  const lifecycle = await house.started({ token_lifetime_minutes: 5, renewal_lead_time_minutes: 2 });
  const { expiresAt } = lifecycle.state();
  house.webex.fail("GET", { status: 404 }, 1000);
  house.webex.fail("PUT", { status: 403 }, 1000);
  house.clock.advance(expiresAt! - MINUTE - house.clock.date());
  assert.equal(lifecycle.state().state, "active");
  house.clock.advance(1);
  assert.equal(lifecycle.state().state, "at_risk");
});

Deno.test("a first attempt that fails refuses the start, or is tried again, as configured", async () => {
  await using house = await RegisteredGateways.open();
  house.webex.fail("GET", { status: 403 }, 2);
  await assert.rejects(house.lifecycle().start(), /^ByodsError: Cannot list the data sources: HTTP 403 /);
  const lifecycle = house.lifecycle({ fail_startup_on_error: false });
  await lifecycle.start();
  assert.equal(lifecycle.state().state, "starting");
  assert.equal((await house.failed(lifecycle)).state, "unregistered");
  assert.match(house.alerts().at(-1)!, /^unregistered: alert: .*Webex cannot call/);
  await house.until(() => lifecycle.state().state === "active", 1_000);
});

Deno.test("a data source that was deleted or disabled, and cannot be had back, is no longer called active", async (t) => {
  await t.step("deleted", async () => {
    await using house = await RegisteredGateways.open();
    const lifecycle = await house.started();
    house.webex.sources.clear();
    house.webex.fail("POST", { status: 400 }, 1000);
    house.clock.advance(lifecycle.state().nextAttemptAt! - house.clock.date());
    assert.equal((await house.failed(lifecycle)).state, "unregistered");
  });
  await t.step("deleted, with its id configured", async () => {
    await using house = await RegisteredGateways.open();
    const { id } = house.webex.add();
    const lifecycle = await house.started({ id });
    house.webex.sources.clear();
    house.clock.advance(lifecycle.state().nextAttemptAt! - house.clock.date());
    assert.equal((await house.failed(lifecycle)).state, "unregistered");
  });
  await t.step("disabled", async () => {
    await using house = await RegisteredGateways.open();
    const lifecycle = await house.started();
    house.webex.sources.get(lifecycle.state().id!)!.status = "disabled";
    house.webex.fail("PUT", { status: 403 }, 1000);
    house.clock.advance(lifecycle.state().nextAttemptAt! - house.clock.date());
    assert.equal((await house.failed(lifecycle)).state, "unregistered");
    house.webex.heal();
    await house.until(() => lifecycle.state().state === "active", 1_000);
  });
});

Deno.test("stopping while the first attempt is under way is no alert", async () => {
  await using house = await RegisteredGateways.open();
  const never = Promise.withResolvers<void>();
  house.webex.fail("GET", { after: never.promise, status: 500 });
  const lifecycle = house.lifecycle({ fail_startup_on_error: false });
  await lifecycle.start();
  await house.until(() => house.webex.requests.length === 1);
  await lifecycle[Symbol.asyncDispose]();
  assert.deepEqual(house.alerts(), []);
  never.resolve();
});

Deno.test("stopping ends a wait at once and leaves no timer", async () => {
  await using house = await RegisteredGateways.open();
  const lifecycle = await house.started();
  await lifecycle[Symbol.asyncDispose]();
  assert.equal(house.clock.timers, 0);
});
