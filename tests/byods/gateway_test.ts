import { strict as assert } from "node:assert";
import { TestGateway } from "../gateway_harness.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { type FakeOptions, FakeWebex } from "./fake_webex.ts";
import { until } from "../until.ts";

/** The whole gateway with Webex's API beside it: what it shows, and what it keeps however it ends. */

/** Webex's API, and a folder where the gateway may write, with the configuration that names both. */
class Beside implements AsyncDisposable {
  readonly webex: FakeWebex;
  readonly folder = `data/test-${crypto.randomUUID()}`;

  constructor(fake: FakeOptions = {}) {
    this.webex = new FakeWebex(fake);
  }

  get store(): URL {
    return new URL(`../../${this.folder}/tokens.json`, import.meta.url);
  }

  yaml(more = ""): string {
    return `data_source:
  enabled: true
  url: https://voice.example.org
  api_base_url: ${this.webex.baseUrl}
  token_store: ${this.folder}/tokens.json
${more}
  auth:
    client_id: C-client
    client_secret: hidden-client-secret
    refresh_token: refresh-1-of-the-test-integration
`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.webex[Symbol.asyncDispose]();
    await Deno.remove(new URL(".", this.store), { recursive: true });
  }
}

Deno.test("the page and the JSON routes show the registration, and no token", async () => {
  await using beside = new Beside();
  const { webex } = beside;
  await using house = await TestGateway.open(beside.yaml());
  const [source] = webex.sources.values();
  const status = await (await fetch(`${house.url}/api/status`)).json();
  const { last_renewal, next_attempt, seconds_left, ...rest } = status.data_source;
  assert.deepEqual(rest, {
    state: "active",
    message: "the data source's token is good",
    id: source!.id,
    expires_at: new Date(source!.expiresAt).toISOString(),
    last_error: null,
  });
  assert.ok(seconds_left > 86_300 && Date.parse(last_renewal) <= Date.now() && Date.parse(next_attempt) > Date.now());
  assert.equal(status.state, "serving");
  const page = await (await fetch(house.url)).text();
  assert.match(page, new RegExp(`Data source.*${source!.id}.*active.*in 23h`));
  for (const path of ["/", "/api/status", "/api/config"]) {
    const text = await (await fetch(`${house.url}${path}`)).text();
    assert.doesNotMatch(text, /hidden-client-secret|refresh-\d|access-\d|eyJ/, path);
  }
});

Deno.test("a registration that fails leaves the calls alone, and makes the house degraded", async () => {
  await using beside = new Beside();
  beside.webex.fail("GET", { status: 403 }, 1000);
  await using house = await TestGateway.open(beside.yaml("  fail_startup_on_error: false"));
  const status = async () => await (await fetch(`${house.url}/api/status`)).json();
  await until(async () => (await status()).data_source.state !== "starting");
  const { state, message, data_source, health } = await status();
  assert.deepEqual([state, data_source.state, data_source.last_error.code], [
    "degraded",
    "unregistered",
    "BYODS-FORBIDDEN",
  ]);
  assert.equal(message, "no active data source is registered: Webex cannot call");
  assert.equal(health.grpc_status, "DEGRADED");
  assert.match(await (await fetch(house.url)).text(), /unregistered: no active data source.*BYODS-FORBIDDEN/);
  const { responses } = await house.call().start();
  assert.equal(responses.length, 1);
});

Deno.test("a start that Webex refuses is refused with the reason, and nothing is left open", async () => {
  await using beside = new Beside();
  beside.webex.fail("POST /v1/dataSources", { status: 400, body: '{"message":"url is not in a valid domain"}' });
  await assert.rejects(GatewayProcess.start([], beside.yaml()), ({ message }: Error) => {
    assert.match(message, /Cannot start the gateway/);
    assert.match(message, /HTTP 400 \(url is not in a valid domain\): .*valid domains/);
    return true;
  });
  beside.webex.fail("GET", { status: 403 });
  await assert.rejects(TestGateway.open(beside.yaml()), /^ByodsError/);
});

Deno.test("a start that does not insist serves while Webex's API hangs", async () => {
  await using beside = new Beside();
  const never = Promise.withResolvers<void>();
  beside.webex.fail("POST /v1/access_token", { after: never.promise, status: 500 });
  const since = performance.now();
  await using house = await TestGateway.open(beside.yaml("  fail_startup_on_error: false"));
  assert.ok(performance.now() - since < 2000);
  assert.equal((await house.call().start()).responses.length, 1);
  never.resolve();
});

Deno.test("two gateways that start at once with one token store share one registration and one refresh token", async () => {
  await using beside = new Beside();
  const { webex } = beside;
  const starts = await Promise.all([1, 2].map(() => GatewayProcess.start([], beside.yaml())));
  try {
    assert.equal(webex.count("POST /v1/dataSources"), 1);
    assert.equal(webex.count("POST /v1/access_token"), 1);
    const states = await Promise.all(starts.map(async ({ page }) => (await (await fetch(`${page}api/status`)).json())));
    assert.deepEqual(states.map(({ data_source }) => data_source.state), ["active", "active"]);
    assert.equal(new Set(states.map(({ data_source }) => data_source.id)).size, 1);
  } finally {
    for (const house of starts) await house[Symbol.asyncDispose]();
  }
});

Deno.test("kill -9 at any time: the newest refresh token is on the disk, and the next start goes on with it", async () => {
  await using beside = new Beside({ expiresIn: 1 });
  const { webex } = beside;
  for (let start = 2; start < 4; start++) {
    await using house = await GatewayProcess.start([], beside.yaml());
    assert.equal(webex.refreshToken, `refresh-${start}-of-the-test-integration`);
    house.signal("SIGKILL");
    await house.exit;
  }
  {
    const never = Promise.withResolvers<void>();
    const asked = webex.requests.length;
    webex.fail("POST /v1/access_token", { after: never.promise, status: 500 });
    await using house = await GatewayProcess.start([], beside.yaml("  fail_startup_on_error: false"));
    await until(() => webex.requests.length > asked);
    house.signal("SIGKILL"); // with the request under way
    await house.exit;
    never.resolve();
  }
  await using house = await GatewayProcess.start([], beside.yaml());
  assert.equal(webex.refreshToken, "refresh-4-of-the-test-integration");
  assert.equal(JSON.parse(await Deno.readTextFile(beside.store)).grants["C-client"].refreshToken, webex.refreshToken);
  assert.ok(house.log.every(({ level }) => level !== "error"));
  assert.equal(webex.sources.size, 1);
});
