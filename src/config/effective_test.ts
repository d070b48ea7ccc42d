import { strict as assert } from "node:assert";
import { loadConfig } from "../config.ts";
import { connectors } from "../connectors/mod.ts";

Deno.test("every value is told with where it came from, and no secret", async () => {
  const env: Record<string, string> = { LOG_LEVEL: "debug", OAUTH: "hidden-1" };
  const { settings } = await loadConfig({
    file: "house.yaml",
    overrides: { "gateway.port": "50052" },
    env: (name) => env[name],
    readTextFile: () =>
      Promise.resolve(`gateway:
  host: localhost
data_source:
  auth: { client_secret_env: OAUTH, refresh_token: hidden-2 }
connectors:
  lobby: { type: echo }
alerts:
  rules:
    - { name: slow, watches: latency }
    - name: busy
      watches: live_calls_above
      threshold: 40
`),
    kinds: new Map(connectors.map(({ kind, config }) => [kind, config])),
  });
  const told = new Map(settings.map(({ key, value, from }) => [key, [value, from]]));
  assert.deepEqual(told.get("gateway.port"), [50052, "command line"]);
  assert.deepEqual(told.get("gateway.host"), ["localhost", "house.yaml:2"]);
  assert.deepEqual(told.get("logging.level"), ["debug", "environment LOG_LEVEL"]);
  assert.deepEqual(told.get("sessions.timeout"), [600, "default"]);
  assert.deepEqual(told.get("data_source.auth.client_secret"), ["••••", "environment OAUTH"]);
  assert.deepEqual(told.get("data_source.auth.refresh_token"), ["••••", "house.yaml:4"]);
  assert.deepEqual(told.get("connectors.lobby.type"), ["echo", "house.yaml:6"]);
  const { value, from, each } = settings.find(({ key }) => key === "alerts.rules")!;
  assert.deepEqual((value as { threshold: number }[]).map(({ threshold }) => threshold), [3000, 40]);
  assert.equal(from, "house.yaml:8");
  assert.deepEqual(each, [
    { name: "house.yaml:9", watches: "house.yaml:9" },
    { name: "house.yaml:10", watches: "house.yaml:11", threshold: "house.yaml:12" },
  ]);
  assert.equal("each" in settings.find(({ key }) => key === "data_source.auth.client_secret")!, false);
  assert.doesNotMatch(JSON.stringify(settings), /hidden-/);
});
