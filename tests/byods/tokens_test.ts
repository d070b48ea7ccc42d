import { strict as assert } from "node:assert";
import { MINUTE, REFRESH, RegisteredGateways, STATIC } from "./registered_gateway.ts";

/** The three ways to an access token, and how a refresh token that is good for one use is kept. */

const SERVICE_APP = {
  type: "service_app",
  app_id: "A-app",
  client_id: "C-client",
  client_secret: "hidden-client-secret",
  target_org_id: "O-org",
};

/** Lets time pass until the next attempt is over. */
async function nextAttempt(house: RegisteredGateways, lifecycle: Awaited<ReturnType<RegisteredGateways["started"]>>) {
  const { nextAttemptAt } = lifecycle.state();
  house.clock.advance(nextAttemptAt! - house.clock.date());
  await house.until(() => lifecycle.state().nextAttemptAt !== nextAttemptAt);
}

Deno.test("a refresh token that Webex replaces at every use is kept, readable by its owner only", async () => {
  await using house = await RegisteredGateways.open({ expiresIn: 3600 });
  const lifecycle = await house.started({ auth: REFRESH });
  for (let use = 2; use < 5; use++) {
    assert.equal(lifecycle.state().state, "active");
    assert.equal(house.webex.refreshToken, `refresh-${use}-of-the-test-integration`);
    const kept = JSON.parse(await Deno.readTextFile(house.store));
    assert.equal(kept.grants["C-client"].refreshToken, house.webex.refreshToken);
    assert.equal((await Deno.stat(house.store)).mode! & 0o777, 0o600);
    await nextAttempt(house, lifecycle);
  }
  assert.deepEqual([...Deno.readDirSync(house.folder)].map(({ name }) => name).sort(), [
    "tokens.json",
    "tokens.json.lock",
  ]);
});

Deno.test("after a restart the kept tokens are used, not the configured one", async () => {
  await using house = await RegisteredGateways.open({ expiresIn: 3600 });
  await (await house.started({ auth: REFRESH }))[Symbol.asyncDispose]();
  assert.equal((await house.started({ auth: REFRESH })).state().state, "active");
  assert.equal(house.webex.count("POST /v1/access_token"), 1);
  house.clock.advance(56 * MINUTE); // the access token is about to end
  assert.equal((await house.started({ auth: { ...REFRESH, refresh_token: "" } })).state().failures, 0);
  assert.equal(house.webex.count("POST /v1/access_token"), 2);
});

Deno.test("a refresh token that is configured anew wins over the kept one, and a wrong one does not lose it", async () => {
  await using house = await RegisteredGateways.open({ expiresIn: 1 });
  await (await house.started({ auth: REFRESH }))[Symbol.asyncDispose]();
  const wrong = { ...REFRESH, refresh_token: "mistyped" };
  await (await house.started({ auth: wrong }))[Symbol.asyncDispose]();
  assert.equal(house.webex.refreshToken, "refresh-3-of-the-test-integration");
  assert.ok(house.log.some(({ message }) => message.startsWith("another refresh token was taken")));
  house.webex.refreshToken = "made-by-hand";
  const { state } = (await house.started({ auth: { ...REFRESH, refresh_token: "made-by-hand" } })).state();
  assert.equal(state, "active");
});

Deno.test("an access token that Webex takes back is replaced at once", async (t) => {
  for (const auth of [REFRESH, { ...SERVICE_APP, personal_auth: STATIC }]) {
    await t.step(auth.type, async () => {
      await using house = await RegisteredGateways.open();
      const lifecycle = await house.started({ auth });
      for (const token of house.webex.accessTokens.keys()) {
        if (token.startsWith("access-")) house.webex.accessTokens.delete(token);
      }
      await nextAttempt(house, lifecycle);
      const { renewals, failures } = lifecycle.state();
      assert.deepEqual([renewals, failures], [2, 0]);
    });
  }
});

Deno.test("a service app's token is asked for by a static token or by one that is refreshed", async (t) => {
  for (const personal_auth of [STATIC, REFRESH]) {
    await t.step(personal_auth.type, async () => {
      await using house = await RegisteredGateways.open();
      const lifecycle = await house.started({ auth: { ...SERVICE_APP, personal_auth } });
      await nextAttempt(house, lifecycle);
      assert.equal(lifecycle.state().renewals, 2);
      assert.equal(house.webex.count("POST /v1/applications/A-app/token"), 1);
    });
  }
});

Deno.test("what Webex refuses about tokens has a code of its own", async (t) => {
  const cases = [
    [{ ...REFRESH, refresh_token: "spent" }, "BYODS-GRANT-REFUSED"],
    [{ ...REFRESH, refresh_token: "" }, "BYODS-NO-REFRESH-TOKEN"],
    [{ ...REFRESH, client_secret: "wrong" }, "BYODS-CLIENT-REFUSED"],
    [{ type: "static", access_token: "expired" }, "BYODS-UNAUTHORIZED"],
    [{ ...SERVICE_APP, app_id: "none", personal_auth: STATIC }, "BYODS-NOT-FOUND"],
    [{ ...SERVICE_APP, personal_auth: { type: "static", access_token: "expired" } }, "BYODS-UNAUTHORIZED"],
  ] as const;
  for (const [auth, code] of cases) {
    await t.step(`${auth.type}: ${code}`, async () => {
      await using house = await RegisteredGateways.open();
      const { state, lastError } = (await house.started({ auth })).state();
      assert.deepEqual([state, lastError!.code], ["unregistered", code]);
    });
  }
});

Deno.test("a disk that cannot keep a refresh token is told before the token is spent", async (t) => {
  const outside = await Deno.makeTempDir();
  try {
    for (const name of ["the file", "the folder"]) {
      await t.step(`${name} is a symbolic link`, async () => {
        await using house = await RegisteredGateways.open();
        const token_store = name === "the file" ? `${house.folder}/tokens.json` : `${house.folder}/link/tokens.json`;
        await Deno.symlink(name === "the file" ? `${outside}/file` : outside, token_store.replace(/(link).*/, "$1"));
        const { lastError } = (await house.started({ auth: REFRESH, token_store })).state();
        assert.equal(lastError!.code, "BYODS-STORE");
        assert.match(lastError!.message, /a symbolic link: make data_source\.token_store a plain file/);
        assert.equal(house.webex.requests.length, 0);
        assert.deepEqual([...Deno.readDirSync(outside)], []);
      });
    }
    await t.step("it holds something else", async () => {
      await using house = await RegisteredGateways.open();
      await Deno.writeTextFile(house.store, "a diary");
      const { lastError } = (await house.started({ auth: REFRESH })).state();
      assert.match(lastError!.message, /something else: move it away/);
      assert.equal(await Deno.readTextFile(house.store), "a diary");
      assert.equal(house.webex.requests.length, 0);
    });
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});

Deno.test("a disk that fails while the new token is under way loses nothing as long as the gateway runs", async () => {
  await using house = await RegisteredGateways.open({ expiresIn: 3600 });
  const answer = Promise.withResolvers<void>();
  house.webex.fail("POST /v1/access_token", { after: answer.promise });
  const lifecycle = house.lifecycle({ auth: REFRESH });
  const started = lifecycle.start();
  await house.until(() => house.webex.requests.length === 1);
  await Deno.mkdir(house.store);
  answer.resolve();
  await started;
  assert.equal(lifecycle.state().state, "active");
  assert.equal(lifecycle.state().lastError!.code, "BYODS-STORE");
  await nextAttempt(house, lifecycle);
  assert.deepEqual([lifecycle.state().renewals, lifecycle.state().lastError!.code], [2, "BYODS-STORE"]);
  await Deno.remove(house.store);
  await nextAttempt(house, lifecycle);
  const kept = JSON.parse(await Deno.readTextFile(house.store));
  assert.equal(kept.grants["C-client"].refreshToken, house.webex.refreshToken);
});

Deno.test("the refresh token before the newest is tried when Webex knows nothing of the newest", async () => {
  await using house = await RegisteredGateways.open({ expiresIn: 1 });
  const lifecycle = await house.started({ auth: REFRESH });
  await nextAttempt(house, lifecycle);
  assert.equal(house.webex.refreshToken, "refresh-3-of-the-test-integration");
  house.webex.refreshToken = "refresh-2-of-the-test-integration";
  await nextAttempt(house, lifecycle);
  assert.deepEqual([lifecycle.state().renewals, lifecycle.state().failures], [3, 0]);
  assert.ok(house.log.some(({ message }) => message.startsWith("another refresh token was taken")));
});

Deno.test("a refresh token that comes without an access token is kept, and used next", async () => {
  await using house = await RegisteredGateways.open();
  house.webex.refreshToken = "refresh-of-a-strange-answer";
  const body = JSON.stringify({ refresh_token: house.webex.refreshToken });
  house.webex.fail("POST /v1/access_token", { status: 200, body });
  const lifecycle = await house.started({ auth: REFRESH });
  assert.equal(lifecycle.state().lastError!.code, "BYODS-MALFORMED");
  await nextAttempt(house, lifecycle);
  assert.equal(lifecycle.state().state, "active");
});

Deno.test("stopping while a new refresh token is under way waits for it and keeps it", async () => {
  await using house = await RegisteredGateways.open();
  const answer = Promise.withResolvers<void>();
  house.webex.fail("POST /v1/access_token", { after: answer.promise });
  const lifecycle = house.lifecycle({ auth: REFRESH, fail_startup_on_error: false });
  await lifecycle.start();
  await house.until(() => house.webex.requests.length === 1);
  const stopped = lifecycle[Symbol.asyncDispose]();
  answer.resolve();
  await stopped;
  const kept = JSON.parse(await Deno.readTextFile(house.store));
  assert.equal(kept.grants["C-client"].refreshToken, "refresh-2-of-the-test-integration");
  assert.equal(house.webex.requests.length, 1);
});
