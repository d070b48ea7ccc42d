import { strict as assert } from "node:assert";
import { Secret } from "../../src/lib/secret.ts";
import type { Line } from "../logs.ts";
import { ManualClock } from "../manual_clock.ts";
import { RoutedHouse, type RoutedHouseOptions } from "../routed_house.ts";
import { Browser } from "./browser.ts";
import { cheapHash, type LoginWishes, PASSWORD, testLogin, TOKENS } from "./users.ts";

/** A house that asks for a login, with a clock of the test's. */
async function open(
  { door, ...options }: RoutedHouseOptions & LoginWishes = {},
): Promise<{ house: RoutedHouse; browser: (base?: string) => Browser; clock: ManualClock }> {
  const clock = new ManualClock();
  const house = await RoutedHouse.open({ ...options, door: { login: testLogin(clock, options), ...door }, clock });
  const browser = (base = "http://localhost:8080") => new Browser((path, init) => house.get(base + path, init));
  return { house, browser, clock };
}

async function logIn(browser: Browser, name: string, password = PASSWORD, headers = {}): Promise<number> {
  return (await browser.post("/login", { name, password }, headers)).status;
}

const ACT = "/api/agents/refresh";
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

Deno.test("without a login nothing is answered but the way in, what its page needs, health and metrics", async () => {
  const { house } = await open();
  await using _ = house;
  const OPEN = [
    "/login",
    "/logout",
    "/auth/status",
    "/api/me",
    "/assets/:hash/:name",
    "/favicon.ico",
    "/health",
    "/metrics",
  ];
  const paths = [...new Set(house.app.routes.map(({ path }) => path))].filter((path) => !path.includes("*"));
  assert.ok(paths.length > 15, paths.join());
  for (const path of [...paths, "/nowhere", "/Login", "/login/", "//api/status", "/%61pi/status", "/api/me/x"]) {
    const answer = await house.get(path.replaceAll(/:[a-z]+/g, "x"));
    await answer.body?.cancel();
    if (OPEN.includes(path) || path === "/:service/v1/ping") assert.notEqual(answer.status, 401, path);
    else assert.equal(answer.status, 401, path);
  }
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    assert.equal((await house.get("/api/status", { method })).status, 401, method);
  }
  const refused = await house.get("/api/status");
  assert.equal(refused.headers.get("www-authenticate"), 'Bearer realm="byova-gateway"');
  assert.equal((await refused.json()).code, "LOGIN-REQUIRED");
  const sent = await house.get("/?refresh=off", { headers: { Accept: "text/html" } });
  assert.deepEqual([sent.status, sent.headers.get("location")], [303, "/login?next=%2F%3Frefresh%3Doff"]);
});

Deno.test("a viewer looks and an operator acts, and the trail says who did what", async () => {
  const { house, browser } = await open();
  await using _ = house;
  for (const [name, role, status] of [["vera", "viewer", 403], ["otto", "operator", 200]] as const) {
    const visitor = browser();
    assert.equal(await logIn(visitor, name), 303);
    const { user, login, csrf } = await visitor.json("/api/me");
    assert.deepEqual([user, login], [{ name, role, via: "password" }, "on"]);
    assert.deepEqual(await visitor.json("/auth/status"), { authenticated: true, user_name: name, role });
    assert.equal((await visitor.get("/api/status")).status, 200);
    assert.equal((await visitor.post(ACT, { csrf })).status, status);
    assert.equal((await visitor.get(ACT)).status, status, "the sample's way");
    assert.equal((await visitor.get(ACT, { "X-HTTP-Method": "HEAD" })).status, status);
  }
  assert.deepEqual(house.audit.map(({ who, via, action, about }) => [who, via, action, about]), [
    ["otto", "password", `POST ${ACT}`, ACT],
    ["otto", "password", `GET ${ACT}`, ACT],
    ["otto", "password", `GET ${ACT}`, ACT],
  ]);
});

Deno.test("a program comes by its token, with a role, and needs no cookie", async () => {
  const { house } = await open();
  await using _ = house;
  const ask = (token: string, method = "GET", path = "/api/status") =>
    house.get(path, { method, headers: bearer(token) }).then(({ status }) => status);
  assert.deepEqual([await ask(TOKENS.viewer), await ask(TOKENS.operator)], [200, 200]);
  assert.deepEqual([await ask(TOKENS.viewer, "POST", ACT), await ask(TOKENS.operator, "POST", ACT)], [403, 200]);
  for (const token of ["", "byova_", TOKENS.viewer.slice(1), `${TOKENS.viewer} `.repeat(2), "x".repeat(600)]) {
    assert.equal(await ask(token), 401, token);
  }
  const me = await (await house.get("/api/me", { headers: bearer(TOKENS.viewer) })).json();
  assert.deepEqual(me, { user: { name: "program-viewer", role: "viewer", via: "token" }, login: "on", csrf: "" });
});

Deno.test("a page of another site cannot act in a visitor's name", async () => {
  const { house, browser } = await open();
  await using _ = house;
  const [otto, vera] = [browser(), browser()];
  await logIn(otto, "otto");
  await logIn(vera, "vera");
  const { csrf } = await otto.json("/api/me");
  const post = async (form: Record<string, string>, headers: Record<string, string>) => {
    const answer = await otto.post(ACT, form, headers);
    return [answer.status, (await answer.json()).code];
  };
  const foreign = [403, "LOGIN-FOREIGN-PAGE"];
  for (const site of ["cross-site", "same-site", "anything"]) {
    assert.deepEqual(await post({ csrf }, { "Sec-Fetch-Site": site }), foreign, site);
    assert.equal((await otto.get(ACT, { "Sec-Fetch-Site": site })).status, 403, site);
  }
  const older = (origin: string) =>
    otto.ask(ACT, {
      method: "POST",
      headers: { Origin: origin, Cookie: `byova_session=${otto.cookies.get("byova_session")}`, "X-CSRF-Token": csrf },
    });
  for (const origin of ["https://evil.example", "null", "http://localhost:3000", "http://127.0.0.1:8080"]) {
    assert.equal((await older(origin)).status, 403, origin);
  }
  assert.equal((await older("http://localhost:8080")).status, 200);
  assert.deepEqual(await post({}, {}), foreign, "without a token");
  assert.deepEqual(await post({ csrf: `${csrf}x` }, {}), foreign);
  assert.deepEqual(await post({ csrf: (await vera.json("/api/me")).csrf }, {}), foreign, "with the token of another");
  const silent = { headers: { Cookie: `byova_session=${otto.cookies.get("byova_session")}` } };
  assert.equal((await house.get(`http://localhost:8080${ACT}`, silent)).status, 403, "a link, and no word whose it is");
  assert.deepEqual((await post({}, { "X-CSRF-Token": csrf }))[0], 200);
  assert.equal((await otto.post("/logout", { csrf }, { "Sec-Fetch-Site": "cross-site" })).status, 403);
  assert.equal((await otto.post("/logout", {})).status, 403);
  assert.equal((await otto.get("/logout", { "Sec-Fetch-Site": "cross-site" })).status, 403);
  assert.equal((await otto.get("/api/status")).status, 200, "still there");
  assert.equal(await logIn(browser(), "otto", PASSWORD, { "Sec-Fetch-Site": "cross-site" }), 403);
});

Deno.test("where nobody has to log in, pages of other sites still cannot act, and programs can", async () => {
  using house = await RoutedHouse.open();
  const act = (headers: Record<string, string>, method = "POST") =>
    house.get(`http://localhost:8080${ACT}`, { method, headers }).then(({ status }) => status);
  assert.equal(await act({ "Sec-Fetch-Site": "cross-site" }), 403);
  assert.equal(await act({ "Sec-Fetch-Site": "same-site" }, "GET"), 403);
  assert.equal(await act({ Origin: "https://evil.example" }), 403);
  assert.deepEqual([await act({}), await act({}, "GET"), await act({ Origin: "http://localhost:8080" })], [
    200,
    200,
    200,
  ]);
  const me = await house.json("/api/me");
  assert.deepEqual(me, { user: null, login: "off", csrf: "" });
  assert.deepEqual(house.audit.map(({ who, via }) => [who, via]), Array(3).fill(["127.0.0.1", "open"]));
  assert.equal((await house.get("/login")).headers.get("location"), "/");
});

Deno.test("a WebSocket is for acting: a viewer gets none, nor does a page of another site", async () => {
  const { house, browser } = await open();
  await using _ = house;
  const [otto, vera] = [browser(), browser()];
  await logIn(otto, "otto");
  await logIn(vera, "vera");
  const upgrade = { Upgrade: "websocket", Connection: "Upgrade" };
  assert.equal((await vera.get("/nowhere", upgrade)).status, 403);
  assert.equal((await otto.get("/nowhere", { ...upgrade, "Sec-Fetch-Site": "cross-site" })).status, 403);
  assert.equal((await otto.get("/nowhere", upgrade)).status, 404);
});

Deno.test("a cookie that was changed in any place, or made by somebody else, is worth nothing", async () => {
  const { house, browser, clock } = await open();
  await using _ = house;
  const vera = browser();
  await logIn(vera, "vera");
  const cookie = vera.cookies.get("byova_session")!;
  const known = async (value: string) => {
    vera.cookies.set("byova_session", value);
    return (await vera.get("/api/status")).status;
  };
  assert.equal(await known(cookie), 200);
  for (let at = 0; at < cookie.length; at++) {
    const changed = cookie.slice(0, at) + (cookie[at] === "A" ? "Q" : "A") + cookie.slice(at + 1);
    assert.equal(await known(changed), 401, `at ${at}`);
  }
  const [payload, mark] = cookie.split(".");
  const claims = JSON.parse(atob(payload!.replaceAll("-", "+").replaceAll("_", "/")));
  const raised = btoa(JSON.stringify({ ...claims, name: "otto" })).replace(/=+$/, "");
  const other = testLogin(clock, { section: { session: { secret_key: "another secret, also long enough" } } });
  const forged = await other.byPassword("otto", PASSWORD, "192.0.2.1");
  for (const value of [`${raised}.${mark}`, `${raised}.`, payload!, ".", "", "x".repeat(5000), forged.cookie]) {
    assert.equal(await known(value), 401, value);
  }
});

Deno.test("a session ends by time, and with its user, the password or the secret; not with the gateway", async () => {
  const { house, browser, clock } = await open({
    section: { session: { secret_key: "0123456789abcdef", timeout_hours: 1 } },
  });
  await using _ = house;
  const otto = browser();
  await logIn(otto, "otto");
  const cookie = otto.cookies.get("byova_session")!;
  clock.advance(3_599_000);
  assert.equal((await otto.get("/api/status")).status, 200);
  clock.advance(1000);
  assert.equal((await otto.get("/api/status")).status, 401);

  const earlier = new ManualClock();
  const after = (section: Record<string, unknown>) =>
    testLogin(earlier, { section: { session: { secret_key: "0123456789abcdef" }, ...section } }).bySession(cookie);
  const user = { name: "otto", password_hash: cheapHash(PASSWORD), role: "operator" };
  assert.equal(after({})?.role, "operator", "the same secret after a restart");
  assert.equal(after({ session: { secret_key: "fedcba9876543210" } }), undefined, "another secret");
  assert.equal(after({ session: {} }), undefined, "a secret of the process's own");
  assert.equal(after({ users: [{ ...user, name: "vera" }] }), undefined, "the user is gone");
  assert.equal(after({ users: [user] }), undefined, "the password was set anew, if only to the same");
});

Deno.test("whoever tries many passwords is made to wait, even with the right one at last; others are not", async () => {
  const lines: Line[] = [];
  const { house, browser, clock } = await open({ lines });
  await using _ = house;
  const from = (address: string) => ({ "X-Forwarded-For": `203.0.113.9, ${address}` });
  for (let tries = 0; tries < 10; tries++) {
    assert.equal(await logIn(browser(), "vera", `guess ${tries}`, from("192.0.2.1")), 403);
  }
  assert.equal(await logIn(browser(), "vera", PASSWORD, from("192.0.2.1")), 429);
  assert.equal(await logIn(browser(), "vera", PASSWORD, from("192.0.2.2")), 303, "from elsewhere");
  assert.equal(await logIn(browser(), "otto", PASSWORD, from("192.0.2.1")), 303, "another name");
  clock.advance(6000);
  assert.equal(await logIn(browser(), "vera", PASSWORD, from("192.0.2.1")), 303);
  const { level, message, fields } = lines[0]!;
  assert.deepEqual([level, message, fields.code, fields.peer], ["warn", "login refused", "LOGIN-REFUSED", "192.0.2.1"]);
  assert.doesNotMatch(JSON.stringify(lines), /guess|vera/);
  // A whole network of addresses counts as one, and one name may be tried only so often from anywhere.
  for (let tries = 0; tries < 10; tries++) await logIn(browser(), "otto", "no", from(`2001:db8:0:1::${tries}`));
  assert.equal(await logIn(browser(), "otto", PASSWORD, from("2001:db8::1:ffff:0:0:1")), 429);
  let refused = 0;
  for (let tries = 0; tries < 70; tries++) refused = await logIn(browser(), "otto", "no", from(`192.0.2.${tries}`));
  assert.equal(refused, 429);
});

Deno.test("a name that nobody has and a wrong password look alike and take as long", async () => {
  const { house, browser } = await open();
  await using _ = house;
  const refusal = async (name: string) => {
    const answer = await browser().post("/login", { name, password: "wrong" });
    return [answer.status, (await answer.text()).replaceAll(/value="[^"]*"/g, "")];
  };
  assert.deepEqual(await refusal("nobody"), await refusal("vera"));
  for (const name of ["constructor", "__proto__", ""]) assert.equal(await logIn(browser(), name), 403, name);
});

Deno.test("the session's cookie is the host's own over https, plain on this machine, and not given elsewhere", async () => {
  const { house, browser } = await open();
  await using _ = house;
  const tls = browser("https://gateway.example");
  assert.equal(await logIn(tls, "vera"), 303);
  assert.match(
    tls.setCookies[0]!,
    /^__Host-byova_session=[\w.-]+; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  assert.equal((await tls.get("/api/status")).status, 200);
  const proxied = browser("http://gateway.example");
  assert.equal(await logIn(proxied, "vera", PASSWORD, { Origin: "https://gateway.example" }), 303);
  assert.equal((await proxied.get("/api/status")).status, 200, "behind a proxy that takes the TLS off");
  const here = browser("http://127.0.0.1:8080");
  assert.equal(await logIn(here, "vera"), 303);
  assert.match(here.setCookies[0]!, /^byova_session=[\w.-]+; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/);
  const clear = browser("http://gateway.example");
  const answer = await clear.post("/login", { name: "vera", password: PASSWORD });
  assert.equal(answer.status, 403);
  assert.match(await answer.text(), /this address is not https/);
  clear.cookies.set("byova_session", here.cookies.get("byova_session")!);
  assert.equal((await clear.get("/api/status")).status, 401, "a cookie that a neighbour may have planted");
});

Deno.test("with insecure: true a session may travel in the clear", async () => {
  const { house, browser } = await open({ door: { plainCookies: true } });
  await using _ = house;
  const clear = browser("http://gateway.example");
  assert.equal(await logIn(clear, "vera"), 303);
  assert.equal((await clear.get("/api/status")).status, 200);
});

Deno.test("/health and /metrics can have a token of their own, with or without a login", async () => {
  const tokens = { healthToken: new Secret("of-health"), metricsToken: new Secret("of-metrics") };
  const { house: asking } = await open({ door: tokens });
  await using _ = asking;
  using open_ = await RoutedHouse.open({ door: tokens });
  for (const house of [asking, open_]) {
    const status = async (path: string, token: string) => (await house.get(path, { headers: bearer(token) })).status;
    for (const path of ["/health", "/byova/v1/ping"]) {
      assert.deepEqual([await status(path, "of-health"), await status(path, "of-metrics")], [200, 401], path);
    }
    assert.deepEqual([await status("/metrics", "of-metrics"), await status("/metrics", "of-metric")], [200, 401]);
  }
  assert.equal((await asking.get("/metrics", { headers: bearer(TOKENS.viewer) })).status, 200);
});

Deno.test("one visitor may ask the API only so often, and others are not held up", async () => {
  const { house, clock } = await open({ door: { requestsPerMinute: 60 } });
  await using _ = house;
  const ask = (token: string) => house.get("/api/status", { headers: bearer(token) });
  for (let requests = 0; requests < 60; requests++) assert.equal((await ask(TOKENS.viewer)).status, 200);
  const late = await ask(TOKENS.viewer);
  assert.deepEqual([late.status, late.headers.get("retry-after")], [429, "1"]);
  assert.equal((await late.json()).code, "RATE-LIMITED");
  assert.equal((await ask(TOKENS.operator)).status, 200);
  assert.equal((await house.get("/health")).status, 200);
  clock.advance(1000);
  assert.equal((await ask(TOKENS.viewer)).status, 200);
});

Deno.test("a stream of events ends with the session that it was opened with, and lets go when its reader leaves", async () => {
  const { house, browser, clock } = await open({ section: { session: { timeout_hours: 1 } } });
  await using _ = house;
  let left = 0;
  house.app.get("/api/events", () => {
    const body = new ReadableStream({ start: (sink) => sink.enqueue(new Uint8Array(1)), cancel: () => void left++ });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  });
  const vera = browser();
  await logIn(vera, "vera");
  const events = async () => {
    const reader = (await vera.get("/api/events")).body!.getReader();
    assert.equal((await reader.read()).value?.length, 1);
    return reader;
  };
  const [logged, gone] = [await events(), await events()];
  await gone.cancel();
  const { csrf } = await vera.json("/api/me");
  const over = logged.read();
  await vera.post("/logout", { csrf });
  assert.equal((await over).done, true);
  await logIn(vera, "vera");
  const late = (await events()).read();
  clock.advance(3_600_000);
  assert.equal((await late).done, true);
  assert.equal(left, 3);
  assert.equal(clock.timers, 0);
});

Deno.test("the log-in page says nothing that came with its address, and a form that is too long is not read", async () => {
  const { house, browser } = await open();
  await using _ = house;
  const page = await (await house.get('/login?next=/"><script>alert(1)</script>&error=<b>x</b>')).text();
  assert.doesNotMatch(page, /<script>|<b>/);
  assert.match(page, /name="next" value="\/%22%3E%3Cscript/);
  assert.equal(await logIn(browser(), "vera", "x".repeat(70_000)), 413);
});

Deno.test("the log-in page says why somebody stands before it again, and keeps the name that was typed", async () => {
  const { house, browser } = await open();
  await using _ = house;
  const vera = browser();
  const page = async (path: string) => await (await vera.get(path)).text();
  assert.doesNotMatch(await page("/login"), /role="(status|alert)"/);
  await logIn(vera, "vera");
  const cookies = [...vera.cookies];
  const left = await vera.sentTo(vera.post("/logout", { csrf: (await vera.json("/api/me")).csrf }));
  assert.match(await page(left), /You are logged out/);
  for (const [name, value] of cookies) vera.cookies.set(name, value);
  assert.match(await page("/login"), /Your session is over/);
  const refused = await vera.post("/login", { name: `"><b>`, password: "wrong" });
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /name="name" value="&quot;>&lt;b>"/);
});
