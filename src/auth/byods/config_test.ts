import { strict as assert } from "node:assert";
import { ConfigError, loadConfig, maskedConfig } from "../../config.ts";
import { connectors } from "../../connectors/mod.ts";

/** Loads a file whose `data_source` section is `section`, in YAML's short form. */
function load(section: string, { more = "", env = {} as Record<string, string>, needsDataSource = false } = {}) {
  return loadConfig({
    file: "g.yaml",
    env: (name) => env[name],
    readTextFile: () => Promise.resolve(`data_source: ${section}\n${more}\n`),
    kinds: new Map(connectors.map(({ kind, config }) => [kind, config])),
    needsDataSource,
  });
}

async function problems(...args: Parameters<typeof load>): Promise<string[]> {
  try {
    await load(...args);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map((line) => line.replace(/^g\.yaml(:\d+:\d+)? data_source\./, ""));
  }
  return [];
}

const ENV = {
  WEBEX_BYODS_CLIENT_ID: "C-client",
  WEBEX_BYODS_CLIENT_SECRET: "hidden-secret",
  WEBEX_BYODS_REFRESH_TOKEN: "hidden-refresh",
  WEBEX_BYODS_DATA_SOURCE_ID: "ds-1",
};

Deno.test("the sample's section and variables are enough, with address and schema from jwt_validation", async () => {
  const section = `{enabled: true, id_env: WEBEX_BYODS_DATA_SOURCE_ID, auth: {type: oauth_refresh,
    client_id_env: WEBEX_BYODS_CLIENT_ID, client_secret_env: WEBEX_BYODS_CLIENT_SECRET,
    refresh_token_env: WEBEX_BYODS_REFRESH_TOKEN}}`;
  const more = "jwt_validation: {datasource_url: https://v.example.org, datasource_schema_uuid: s-1}";
  const { config, warnings } = await load(section, { more, env: ENV });
  const { auth, ...rest } = config.dataSource;
  assert.deepEqual(rest, {
    enabled: true,
    failStartupOnError: true,
    id: "ds-1",
    url: "https://v.example.org",
    schemaId: "s-1",
    audience: "BYOVAGateway",
    subject: "callAudioData",
    tokenLifetimeMinutes: 1440,
    renewalLeadMs: 3_600_000,
    alertLeadMs: 1_800_000,
    retryMs: 60_000,
    apiBaseUrl: "https://webexapis.com/v1",
    tokenStore: "data/byods_tokens.json",
  });
  assert.equal(auth.type === "oauth_refresh" && auth.refreshToken.reveal(), "hidden-refresh");
  assert.doesNotMatch(JSON.stringify(maskedConfig(config)), /hidden-/);
  assert.ok(warnings.every((line) => !line.includes("data_source")));
});

Deno.test("a section that is enabled, or needed, must be fit for use, and one that is not may say anything", async () => {
  const lacking = [
    "url: expected the gateway's public address here or as jwt_validation.datasource_url: received nothing",
    "auth.client_id: expected the client id: received nothing",
    "auth.client_secret: expected the client secret: received nothing",
  ];
  assert.deepEqual(await problems("{enabled: true}"), lacking);
  assert.deepEqual(await problems("{}", { needsDataSource: true }), lacking);
  assert.deepEqual(await problems("{}"), []);
  assert.deepEqual(
    await problems("{enabled: true, url: u, audience: ' ', subject: '', token_store: '', auth: {type: static}}"),
    [
      "audience: expected whom the token is for: received nothing",
      "subject: expected what the token is about: received nothing",
      "token_store: expected a file to keep tokens in: received nothing",
      "auth.access_token: expected an access token: received nothing",
    ],
  );
});

Deno.test("a service app needs its own five values and somebody's token", async () => {
  const found = await problems("{enabled: true, url: u, auth: {type: service_app}}");
  assert.deepEqual(found.map((line) => line.split(":")[0]), [
    "auth.client_id",
    "auth.client_secret",
    "auth.app_id",
    "auth.target_org_id",
    "auth.personal_auth",
  ]);
  const personal = await problems(
    "{enabled: true, url: u, auth: {type: service_app, app_id: a, target_org_id: o, personal_auth: {}}}",
    { env: ENV },
  );
  assert.deepEqual(personal.map((line) => line.split(":")[0]), [
    "auth.personal_auth.client_id",
    "auth.personal_auth.client_secret",
  ]);
});

Deno.test("address and schema must be jwt_validation's to the letter", async () => {
  const more = "jwt_validation: {datasource_url: https://v.example.org, datasource_schema_uuid: s-1}";
  const section = (url: string, schema: string) =>
    `{enabled: true, url: "${url}", schema_id: "${schema}", auth: {type: static, access_token: hidden}}`;
  assert.deepEqual(await problems(section("https://v.example.org", "s-1"), { more }), []);
  assert.deepEqual(await problems(section("https://v.example.org/", "s-2"), { more }), [
    "url: expected jwt_validation.datasource_url to the letter, or nothing",
    "schema_id: expected jwt_validation.datasource_schema_uuid, or nothing",
  ]);
  assert.deepEqual(await problems(section("https://v.example.org", "s-2")), []);
});

Deno.test("the API is asked over TLS, or on this machine for a rehearsal", async () => {
  for (const address of ["https://webexapis.com/v1", "https://proxy.example.org:8443/", "http://127.0.0.1:9/v1"]) {
    assert.deepEqual(await problems(`{api_base_url: "${address}"}`), []);
  }
  for (const address of ["http://webexapis.com/v1", "https://u@webexapis.com", "https://webexapis.com/?a", "webex"]) {
    assert.match((await problems(`{api_base_url: "${address}"}`)).join(), /^api_base_url: expected the https address/);
  }
});
