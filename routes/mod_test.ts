import { strict as assert } from "node:assert";
import { RoutedHouse } from "../tests/routed_house.ts";
import { assetPath } from "./assets.ts";

const PATHS = [
  "/",
  assetPath("client.css"),
  "/favicon.ico",
  "/proto/byova_common.proto",
  "/health",
  "/status",
  "/api/status",
  "/api/config",
  "/api/trust",
  "/api/connections",
  "/api/debug/sessions",
  "/byova/v1/ping",
  "/metrics",
];
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

const broken = {
  get configuration(): unknown {
    throw new Error("secret of the configuration");
  },
};

Deno.test("every answer carries the security headers, errors too", async () => {
  using house = await RoutedHouse.open({ house: broken, hosts: LOOPBACK });
  const answers = new Map<string, Response>();
  for (const path of [...PATHS, "/nowhere"]) answers.set(path, await house.get(`http://localhost${path}`));
  answers.set("POST", await house.get("http://localhost/nowhere", { method: "POST" }));
  answers.set("foreign", await house.get("http://attacker.example/status"));
  assert.deepEqual(
    ["/nowhere", "/api/config", "POST", "foreign"].map((name) => answers.get(name)!.status),
    [404, 500, 405, 421],
  );
  for (const [name, { headers }] of answers) {
    assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/, name);
    assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/, name);
    assert.equal(headers.get("x-content-type-options"), "nosniff", name);
    assert.equal(headers.get("x-frame-options"), "DENY", name);
    assert.equal(headers.get("referrer-policy"), "no-referrer", name);
    const kept = name.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-store";
    assert.equal(headers.get("cache-control"), kept, name);
    assert.equal(headers.get("access-control-allow-origin"), null, name);
  }
});

Deno.test("a failure is told in general, and logged by its name only", async () => {
  using house = await RoutedHouse.open({ house: broken });
  const answer = await house.get("/api/config");
  assert.equal(answer.status, 500);
  assert.deepEqual(await answer.json(), { error: "Cannot answer: the gateway's log says why" });
  assert.deepEqual(house.log.at(-1), {
    level: "error",
    message: "page failed",
    fields: { code: "GATEWAY-DEFECT", path: "/api/config", error: "Error" },
  });
});

Deno.test("an unknown path is 404 in JSON, however strange", async () => {
  using house = await RoutedHouse.open();
  for (
    const path of ["/nowhere", "/api", "/proto/__proto__", "/proto/constructor", "/proto/..%2fmain.ts", "/%00", "/%"]
  ) {
    const answer = await house.get(path);
    assert.equal(answer.status, 404, path);
    assert.match((await answer.json()).error, /^Cannot find the page/, path);
  }
});

Deno.test("a method that a path does not know does nothing", async () => {
  using house = await RoutedHouse.open();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    for (const path of ["/", "/status"]) {
      assert.equal((await house.get(path, { method })).status, 405, `${method} ${path}`);
    }
  }
  assert.equal((await house.get("/api/test/create-session", { method: "PUT" })).status, 405);
  assert.equal(house.house.switchboard.opened, 0);
});

Deno.test("HEAD answers as GET does, without the body", async () => {
  using house = await RoutedHouse.open();
  for (const path of PATHS) {
    const [head, get] = [await house.get(path, { method: "HEAD" }), await house.get(path)];
    assert.equal(head.status, get.status, path);
    assert.equal(head.headers.get("content-type"), get.headers.get("content-type"), path);
    assert.equal(await head.text(), "", path);
    await get.body?.cancel();
  }
});

Deno.test("where only this machine may ask, a foreign host name is refused and this machine's names are not", async () => {
  using house = await RoutedHouse.open({ hosts: LOOPBACK });
  for (const host of ["attacker.example", "localhost.attacker.example", "127.0.0.1.nip.io", "192.0.2.1", "[::2]"]) {
    for (const path of ["/", "/api/config", "/api/test/create-session", "/nowhere"]) {
      assert.equal((await house.get(`http://${host}:8080${path}`)).status, 421, `${host} ${path}`);
    }
  }
  for (const host of ["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "[0:0:0:0:0:0:0:1]", "127.1"]) {
    assert.equal((await house.get(`http://${host}:8080/status`)).status, 200, host);
  }
});

Deno.test("/proto/<name> hands out a protocol file as text", async () => {
  using house = await RoutedHouse.open();
  const answer = await house.get("/proto/byova_common.proto");
  assert.match(answer.headers.get("content-type")!, /^text\/plain/);
  assert.equal(await answer.text(), `syntax = "proto3";`);
});
