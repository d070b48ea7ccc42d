import { strict as assert } from "node:assert";
import { type ByodsCode, REMEDIES } from "../../src/auth/byods/faults.ts";
import { FakeWebex, type Fault } from "./fake_webex.ts";
import { MINUTE, REFRESH, RegisteredGateways } from "./registered_gateway.ts";

/** What Webex can do to a request, and what the gateway makes of it: a code, a remedy, so many requests. */

const html = { "Content-Type": "text/html" };
const CASES: readonly { fault: Fault; code: ByodsCode; requests: number; says: RegExp }[] = [
  {
    fault: { status: 400 },
    code: "BYODS-REJECTED",
    requests: 1,
    says: /HTTP 400 \(planted by the test, T-1\).*valid domains/,
  },
  { fault: { status: 401 }, code: "BYODS-UNAUTHORIZED", requests: 1, says: /HTTP 401 .*data_source\.auth/ },
  { fault: { status: 403 }, code: "BYODS-FORBIDDEN", requests: 1, says: /HTTP 403 .*spark-admin:datasource_read/ },
  { fault: { status: 404 }, code: "BYODS-NOT-FOUND", requests: 1, says: /HTTP 404 .*api_base_url/ },
  { fault: { status: 409 }, code: "BYODS-CONFLICT", requests: 1, says: /HTTP 409 .*byods list/ },
  { fault: { status: 429 }, code: "BYODS-RATE-LIMITED", requests: 3, says: /HTTP 429 .*fewer requests/ },
  { fault: { status: 500 }, code: "BYODS-SERVER-ERROR", requests: 3, says: /HTTP 500 .*status\.webex\.com/ },
  {
    fault: { status: 503, body: "<html>down", headers: html },
    code: "BYODS-SERVER-ERROR",
    requests: 3,
    says: /HTTP 503: /,
  },
  {
    fault: { status: 302, headers: { Location: "/v1/x" } },
    code: "BYODS-MALFORMED",
    requests: 1,
    says: /HTTP 302.*proxy/,
  },
  {
    fault: { status: 200, body: "<html>log in", headers: html },
    code: "BYODS-MALFORMED",
    requests: 1,
    says: /not JSON/,
  },
  { fault: { status: 200, body: "null" }, code: "BYODS-MALFORMED", requests: 1, says: /without a list of items/ },
  {
    fault: { status: 200, body: '{"items":{}}' },
    code: "BYODS-MALFORMED",
    requests: 1,
    says: /without a list of items/,
  },
  {
    fault: { status: 200, body: '{"items":[{"id":7}]}' },
    code: "BYODS-MALFORMED",
    requests: 1,
    says: /not a data source/,
  },
  { fault: { status: 200, body: " ".repeat(1_100_000) }, code: "BYODS-MALFORMED", requests: 1, says: /1048576 bytes/ },
];

Deno.test("every answer that is no good has a code, a remedy and so many attempts, and is recovered from", async (t) => {
  for (const { fault, code, requests, says } of CASES) {
    await t.step(`${fault.status} ${String(fault.body ?? "").slice(0, 20)}`, async () => {
      await using house = await RegisteredGateways.open();
      house.webex.fail("GET", fault, requests);
      const lifecycle = house.lifecycle({ fail_startup_on_error: false });
      await lifecycle.start();
      const { lastError, nextAttemptAt } = await house.failed(lifecycle);
      assert.equal(lastError!.code, code);
      assert.match(lastError!.message, says);
      assert.equal(house.webex.requests.length, requests);
      assert.equal(nextAttemptAt, lastError!.at + 54_000);
      await house.until(() => lifecycle.state().state === "active", 1_000);
    });
  }
});

Deno.test("a fault that passes within a few attempts is not noticed", async () => {
  await using house = await RegisteredGateways.open();
  house.webex.fail("GET", { status: 503 });
  house.webex.fail("GET", { status: 429, headers: { "Retry-After": "2" } });
  const lifecycle = house.lifecycle();
  const started = lifecycle.start();
  await house.until(() => lifecycle.state().state === "active", 10);
  await started;
  const [first, second, third] = house.webex.times;
  assert.ok(second! - first! >= 500, "the first pause");
  assert.ok(third! - second! >= 2000, "what Retry-After asks for");
  assert.equal(lifecycle.state().failures, 0);
});

Deno.test("Retry-After is honoured, in seconds and as a date, up to an hour", async (t) => {
  for (
    const [header, seconds] of [["1800", 1800], ["Fri, 02 Jan 2026 03:14:06 GMT", 600.322], ["999999", 3600]] as const
  ) {
    await t.step(header, async () => {
      await using house = await RegisteredGateways.open();
      house.webex.fail("GET", { status: 429, headers: { "Retry-After": header } });
      const { nextAttemptAt, lastError } = (await house.started()).state();
      assert.equal(house.webex.requests.length, 1);
      assert.equal(nextAttemptAt! - lastError!.at, seconds * 1000);
    });
  }
});

Deno.test("an answer that does not come, or does not end, is given up after ten seconds, three times", async (t) => {
  const never = Promise.withResolvers<void>();
  const endless = () => new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode("{")) });
  for (const fault of [{ after: never.promise, status: 500 }, { body: endless, status: 200 }]) {
    await t.step("body" in fault ? "does not end" : "does not come", async () => {
      await using house = await RegisteredGateways.open();
      house.webex.fail("GET", fault, 3);
      const lifecycle = house.lifecycle({ fail_startup_on_error: false });
      await lifecycle.start();
      const { lastError } = await house.failed(lifecycle);
      assert.equal(lastError!.code, "BYODS-TIMEOUT");
      const [first, second, third, ...more] = house.webex.times;
      assert.ok(second! - first! >= 10_000 && third! - second! >= 10_000);
      assert.equal(more.length, 0);
      never.resolve();
    });
  }
});

Deno.test("nobody at the address is a code of its own", async () => {
  await using house = await RegisteredGateways.open();
  const gone = new FakeWebex();
  const api_base_url = gone.baseUrl;
  await gone[Symbol.asyncDispose]();
  const lifecycle = house.lifecycle({ fail_startup_on_error: false, api_base_url });
  await lifecycle.start();
  assert.equal((await house.failed(lifecycle)).lastError!.code, "BYODS-UNREACHABLE");
});

Deno.test("a registration whose answer is lost is found again and not made twice", async () => {
  await using house = await RegisteredGateways.open();
  house.webex.fail("POST", { done: true, status: 502 });
  const lifecycle = house.lifecycle({ fail_startup_on_error: false });
  await lifecycle.start();
  await house.failed(lifecycle);
  assert.equal(house.webex.count("POST"), 1);
  await house.until(() => lifecycle.state().state === "active", 1_000);
  assert.equal(house.webex.sources.size, 1);
  assert.equal(house.webex.count("POST"), 1);
});

Deno.test("a registration that another instance made first is taken", async () => {
  await using house = await RegisteredGateways.open();
  house.webex.fail("POST", { done: true, status: 409 });
  const { state, failures } = (await house.started()).state();
  assert.deepEqual([state, failures, house.webex.sources.size], ["active", 0, 1]);
});

Deno.test("a data source that Webex keeps disabled is told", async () => {
  await using house = await RegisteredGateways.open({ tell: (said) => ({ ...said, status: "disabled" }) });
  house.webex.add();
  const { state, lastError } = (await house.started()).state();
  assert.deepEqual([state, lastError!.code], ["unregistered", "BYODS-INACTIVE"]);
});

Deno.test("an answer about another data source is not taken for ours", async () => {
  await using house = await RegisteredGateways.open();
  const { id } = house.webex.add();
  house.webex.fail(`GET /v1/dataSources/${id}`, { status: 200, body: '{"id":"another"}' });
  const { lastError } = (await house.started()).state();
  assert.match(lastError!.message, /an answer about data source "another"/);
});

Deno.test("a next page elsewhere is not asked for: the token would go with it", async () => {
  await using house = await RegisteredGateways.open();
  await using stranger = new FakeWebex();
  const body = '{"items":[]}';
  house.webex.fail("GET", { status: 200, body, headers: { Link: `<${stranger.baseUrl}/dataSources>; rel="next"` } });
  const { lastError } = (await house.started()).state();
  assert.match(lastError!.message, /a next page outside Webex's API/);
  assert.equal(stranger.requests.length, 0);
});

Deno.test("a list without an end is given up", async () => {
  await using house = await RegisteredGateways.open();
  const Link = `<${house.webex.baseUrl}/dataSources?after=1>; rel="next"`;
  house.webex.fail("GET", { status: 200, body: '{"items":[]}', headers: { Link } }, 200);
  assert.match((await house.started()).state().lastError!.message, /more than 100 pages/);
});

Deno.test("no token, secret or control character of anybody's reaches the log or the state", async () => {
  await using house = await RegisteredGateways.open();
  const jws = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYWxsQXVkaW9EYXRhIn0.c2lnbmF0dXJl";
  const said = (...words: string[]) => JSON.stringify({ message: `planted \u001b[31m${words.join(" ")}` });
  house.webex.fail("POST /v1/access_token", {
    status: 403,
    body: said("hidden-client-secret", house.webex.refreshToken),
  });
  const lifecycle = await house.started({ auth: REFRESH });
  assert.match(lifecycle.state().lastError!.message, /HTTP 403 \(planted +\[31m… …\)/);
  const access = () => [...house.webex.accessTokens.keys()].at(-1)!;
  await house.until(() => lifecycle.state().state === "active", 1_000);
  house.webex.fail("GET", { status: 403, body: said(access(), jws) });
  house.clock.advance(lifecycle.state().nextAttemptAt! - house.clock.date());
  const { lastError } = await house.failed(lifecycle, 2);
  assert.match(lastError!.message, /HTTP 403 \(planted +\[31m… …\)/);
  house.clock.advance(1500 * MINUTE);
  const told = JSON.stringify([house.log, lifecycle.state()]);
  assert.match(told, /BYODS-FORBIDDEN/);
  assert.doesNotMatch(told, /hidden-client-secret|refresh-\d|access-\d|eyJ|\\u001b|c2lnbmF0dXJl/);
});

Deno.test("every code has its row in docs/byods.md", async () => {
  const manual = await Deno.readTextFile(new URL("../../docs/byods.md", import.meta.url));
  const rows = [...manual.matchAll(/^\| `(BYODS-[A-Z-]+)`/gm)].map(([, code]) => code!);
  assert.deepEqual(rows.sort(), Object.keys(REMEDIES).sort());
});
