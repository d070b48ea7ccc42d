import { strict as assert } from "node:assert";
import type { Line } from "../logs.ts";
import { ManualClock } from "../manual_clock.ts";
import { RoutedHouse } from "../routed_house.ts";
import { TestGateway } from "../gateway_harness.ts";
import { makeKey } from "../trust/fake_issuer.ts";
import { toLogin } from "../../src/auth/login/config.ts";
import { OidcLogin } from "../../src/auth/login/oidc.ts";
import { WEBEX } from "../../src/auth/login/provider.ts";
import { fileSchema } from "../../src/config/schema.ts";
import { Secret } from "../../src/lib/secret.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { Browser } from "./browser.ts";
import { CLIENT, FakeProvider, type Lapses, ORG } from "./fake_provider.ts";
import { testLogin } from "./users.ts";

const OTHER_ORG = "99999999-2222-4333-8444-555555555555";

/** Logs in at the provider as a browser does. Returns where it ends up. */
async function logIn(browser: Browser, provider: FakeProvider, next = "/"): Promise<string> {
  const begun = await browser.sentTo(browser.get(`/login/provider?next=${encodeURIComponent(next)}`));
  if (!begun.startsWith(provider.issuer)) return begun;
  return await browser.sentTo(
    browser.get(`/oauth?${await provider.approve(begun)}`, { "Sec-Fetch-Site": "cross-site" }),
  );
}

Deno.test("somebody of an authorized organization logs in at the provider, looks, may not act, and logs out", async () => {
  await using provider = await FakeProvider.open();
  await using house = await TestGateway.open(provider.yaml());
  const browser = Browser.at(house.url);
  assert.equal(
    await browser.sentTo(browser.get("/api/trust?x=1", { Accept: "text/html" })),
    "/login?next=%2Fapi%2Ftrust%3Fx%3D1",
  );
  assert.match(await (await browser.get("/login")).text(), /Log in with 127\.0\.0\.1:\d+/);
  assert.equal(await logIn(browser, provider, "/api/trust?x=1"), "/api/trust?x=1");
  assert.deepEqual([...browser.cookies.keys()], ["byova_session"]);
  assert.equal((await browser.json("/api/trust")).tokens, "off");
  const me = await browser.json("/api/me");
  assert.deepEqual(me, { user: { name: "ada@example.org", role: "viewer", via: "oidc" }, login: "on", csrf: me.csrf });
  const act = await browser.post("/api/test/create-session", { csrf: me.csrf });
  assert.deepEqual([act.status, (await act.json()).code], [403, "LOGIN-ROLE"]);
  const before = new Map(browser.cookies);
  assert.equal(await browser.sentTo(browser.post("/logout", { csrf: me.csrf })), "/login?left=1");
  assert.deepEqual([...browser.cookies], []);
  for (const [name, value] of before) browser.cookies.set(name, value);
  assert.equal((await browser.json("/api/trust")).code, "LOGIN-REQUIRED", "a session that was ended is worth nothing");
  const trail = house.log.filter(({ message }) => message === "somebody acted").map(({ fields }) => fields);
  assert.deepEqual(trail.map(({ who, via, action, code }) => [who, via, action, code]), [
    ["ada@example.org", "oidc", "login", "AUDIT-ENTRY"],
    ["ada@example.org", "oidc", "logout", "AUDIT-ENTRY"],
  ]);
});

Deno.test("an operator is whoever the configuration names by a verified address", async () => {
  await using provider = await FakeProvider.open();
  await using house = await TestGateway.open(provider.yaml({ operators: ["Ada@Example.org"] }));
  for (const [verified, role] of [[true, "operator"], ["true", "operator"], [false, "viewer"], [undefined, "viewer"]]) {
    provider.user.email_verified = verified;
    const browser = Browser.at(house.url);
    assert.equal(await logIn(browser, provider), "/");
    assert.equal((await browser.json("/api/me")).user.role, role, String(verified));
  }
});

/** What a provider, or somebody on the way, may do wrong; the code of what comes of it, and what the log says. */
const FORGERIES: readonly (readonly [
  what: string,
  lapse: () => Promise<Partial<Lapses>> | Partial<Lapses>,
  code: string,
  problem: string,
])[] = [
  [
    "another nonce",
    () => ({ claims: { nonce: "of-another-attempt" } }),
    "LOGIN-TOKEN",
    "nonce is of another attempt",
  ],
  ["no nonce", () => ({ claims: { nonce: undefined } }), "LOGIN-TOKEN", "nonce is of another attempt"],
  ["another audience", () => ({ claims: { aud: "client-2" } }), "LOGIN-TOKEN", "aud does not"],
  [
    "several audiences and another azp",
    () => ({ claims: { aud: [CLIENT.id, "b"], azp: "b" } }),
    "LOGIN-TOKEN",
    "azp is another",
  ],
  ["another issuer", () => ({ claims: { iss: "https://idbroker.example" } }), "LOGIN-TOKEN", "iss does not"],
  ["no subject", () => ({ claims: { sub: undefined } }), "LOGIN-TOKEN", "sub does not"],
  [
    "an end that is over",
    () => ({ claims: { exp: Math.floor(Date.now() / 1000) - 60 } }),
    "LOGIN-TOKEN",
    "exp does not",
  ],
  ["no end", () => ({ claims: { exp: undefined } }), "LOGIN-TOKEN", "exp does not"],
  [
    "a beginning to come",
    () => ({ claims: { nbf: Math.floor(Date.now() / 1000) + 60 } }),
    "LOGIN-TOKEN",
    "nbf does not",
  ],
  [
    "a date to come",
    () => ({ claims: { iat: Math.floor(Date.now() / 1000) + 60 } }),
    "LOGIN-TOKEN",
    "from the future",
  ],
  ["a kid that is not published", () => ({ kid: "login-2" }), "LOGIN-TOKEN", "a key that is not published"],
  ["a key of somebody else's", async () => ({ key: await makeKey("login-1") }), "LOGIN-TOKEN", "ERR_JWS_SIGNATURE"],
  [
    "another algorithm",
    async () => ({ alg: "PS256", key: await makeKey("login-1", "PS256") }),
    "LOGIN-TOKEN",
    "ERR_JOSE_ALG",
  ],
  ["userinfo of somebody else", () => ({ userinfo: { sub: "user-2" } }), "LOGIN-TOKEN", "another subject"],
  ["another organization", () => ({ claims: { org_id: OTHER_ORG } }), "LOGIN-ORGANIZATION", "your organization"],
  ["no organization", () => ({ claims: { org_id: undefined } }), "LOGIN-ORGANIZATION", "your organization"],
  ["no id_token", () => ({ token: () => Response.json({ access_token: "a" }) }), "LOGIN-TOKEN", "no id_token"],
  [
    "a refusal",
    () => ({ token: () => Response.json({ error: "invalid_grant" }, { status: 400 }) }),
    "LOGIN-PROVIDER",
    "status 400 (invalid_grant)",
  ],
  ["no JSON", () => ({ token: () => new Response("<html>") }), "LOGIN-PROVIDER", "JSON expected"],
  [
    "an answer without end",
    () => ({ token: () => new Response("x".repeat(300_000)) }),
    "LOGIN-PROVIDER",
    "at most 262144 bytes",
  ],
  [
    "metadata of another issuer",
    () => ({ metadata: { issuer: "https://other.example" } }),
    "LOGIN-PROVIDER",
    "an issuer that is not expected",
  ],
  [
    "an endpoint in the clear",
    () => ({ metadata: { token_endpoint: "http://other.example/t" } }),
    "LOGIN-PROVIDER",
    "names no token_endpoint",
  ],
];

Deno.test("a login that is forged in any way lets nobody in, and says so with a code", async (t) => {
  await using provider = await FakeProvider.open();
  for (const [what, lapse, code, problem] of FORGERIES) {
    await t.step(what, async () => {
      provider.lapses = { claims: {}, userinfo: {}, metadata: {}, ...await lapse() };
      const lines: Line[] = [];
      const clock = new ManualClock(Date.now());
      using house = await RoutedHouse.open({
        clock,
        door: { login: testLogin(clock, { section: provider.section(), fetch, lines }) },
      });
      const browser = new Browser((path, init) => house.get(`http://localhost:8080${path}`, init));
      assert.equal(await logIn(browser, provider), `/login?error=${code}`);
      assert.equal(browser.cookies.has("byova_session"), false);
      const [{ level, message, fields }] = lines as [Line];
      assert.deepEqual([level, message, fields.code], ["warn", "login refused", code]);
      assert.ok(String(fields.problem).includes(problem), String(fields.problem));
      assert.match(await (await browser.get(`/login?error=${code}`)).text(), /role="alert">That did not work: /);
    });
  }
});

Deno.test("a login belongs to the browser that began it, and to one attempt", async () => {
  await using provider = await FakeProvider.open();
  await using house = await TestGateway.open(provider.yaml());
  const [ada, eve] = [Browser.at(house.url), Browser.at(house.url)];
  const back = await provider.approve(await ada.sentTo(ada.get("/login/provider")));
  const lost = "/login?error=LOGIN-STATE";
  assert.equal(await eve.sentTo(eve.get(`/oauth?${back}`)), lost, "another browser, with nothing");
  await eve.get("/login/provider").then((answer) => answer.body?.cancel());
  assert.equal(await eve.sentTo(eve.get(`/oauth?${back}`)), lost, "another browser, with its own attempt");
  const kept = ada.cookies.get("byova_login")!;
  ada.cookies.set("byova_login", kept.slice(0, -2) + (kept.endsWith("AA") ? "BB" : "AA"));
  assert.equal(await ada.sentTo(ada.get(`/oauth?${back}`)), lost, "a cookie that was changed");
  ada.cookies.set("byova_login", kept);
  assert.equal(await ada.sentTo(ada.get(`/oauth?${back}`)), "/");
  ada.cookies.set("byova_login", kept);
  assert.equal(await ada.sentTo(ada.get(`/oauth?${back}`)), "/login?error=LOGIN-PROVIDER", "a code that was used");
  ada.cookies.set("byova_login", kept);
  const denied = new URLSearchParams({ error: "access_denied", state: back.get("state")! });
  assert.equal(await ada.sentTo(ada.get(`/oauth?${denied}`)), "/login?error=LOGIN-CANCELLED");
  for (const iss of [provider.issuer, "https://mixed-up.example"]) {
    const next = await provider.approve(await ada.sentTo(ada.get("/login/provider")));
    next.set("iss", iss);
    const to = await ada.sentTo(ada.get(`/oauth?${next}`));
    assert.equal(to, iss === provider.issuer ? "/" : "/login?error=LOGIN-TOKEN", iss);
  }
});

Deno.test("a login leads back to a page of our own only", async () => {
  await using provider = await FakeProvider.open();
  await using house = await TestGateway.open(provider.yaml());
  for (
    const next of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/login", ""]
  ) {
    assert.equal(await logIn(Browser.at(house.url), provider, next), "/", next);
  }
});

Deno.test("Webex's way: an id_token of the user's region, the organization from the API, and the scope for it", async () => {
  await using provider = await FakeProvider.open();
  const { authentication } = fileSchema({}).parse({
    connectors: {},
    authentication: {
      enabled: true,
      authorized_orgs: ORG,
      webex_oauth: { client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uri: CLIENT.redirectUri },
    },
  });
  const options = toLogin(authentication)!.oidc!;
  assert.equal(options.provider, WEBEX);
  assert.deepEqual(options.scopes, ["openid", "email", "profile", "spark:people_read"]);
  const here = { url: `${provider.issuer}/people/me`, member: "orgId" };
  const regional = "https://idbroker-b-us.webex.com/idb";
  const login = new OidcLogin({
    ...options,
    clientSecret: new Secret(CLIENT.secret),
    provider: { ...WEBEX, discovery: `${provider.issuer}/.well-known/openid-configuration`, org: here },
  }, { fetch, clock: systemClock });
  provider.lapses.metadata = { issuer: regional };
  const person = async (iss: string) => {
    provider.lapses.claims = { iss, org_id: undefined };
    const { url, attempt } = await login.begin();
    return await login.finish(await provider.approve(url), attempt);
  };
  const { org, ...who } = await person("https://idbroker.webex.com/idb");
  assert.deepEqual(who, { subject: "user-1", email: "ada@example.org" });
  assert.equal(atob(org!), `ciscospark://us/ORGANIZATION/${ORG}`);
  assert.equal(provider.scope, "openid email profile spark:people_read");
  await assert.rejects(person("https://idbroker.example/idb"), { code: "LOGIN-TOKEN" });
  provider.lapses = { ...provider.lapses, people: 403 };
  await assert.rejects(person(regional), {
    code: "LOGIN-ORGANIZATION",
    problem: "Webex does not tell the organization: give the integration the scope spark:people_read",
  });
});

Deno.test("a provider that is silent is given up after five seconds", async () => {
  const clock = new ManualClock();
  const { authentication } = fileSchema({}).parse({
    connectors: {},
    authentication: {
      enabled: true,
      authorized_orgs: ORG,
      webex_oauth: { client_id: "c", client_secret: "s", redirect_uri: CLIENT.redirectUri },
    },
  });
  const silent = (_url: unknown, init?: RequestInit) =>
    new Promise<Response>((_, reject) => init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason)));
  const login = new OidcLogin(toLogin(authentication)!.oidc!, { fetch: silent, clock });
  const begun = login.begin();
  clock.advance(5000);
  await assert.rejects(begun, { code: "LOGIN-PROVIDER", problem: /no answer within 5 s$/ });
});
