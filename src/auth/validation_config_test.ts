import { strict as assert } from "node:assert";
import { toValidation, validationConfig, VOICE_AGENT_SCHEMA, WEBEX_ISSUERS } from "./validation_config.ts";

Deno.test("the sample's keys describe one data source, and data_sources adds others", () => {
  const section = validationConfig.parse({
    enabled: true,
    datasource_url: "https://one.example:443",
    cache_duration_minutes: 5,
    data_sources: [{ url: "https://two.example", schema_uuid: "s", audience: "a", subject: "b", org_ids: ["o"] }],
  });
  assert.deepEqual(toValidation(section), {
    enforced: true,
    sources: [
      { url: "https://one.example:443", schema: VOICE_AGENT_SCHEMA, audience: "", subject: "", orgs: [] },
      { url: "https://two.example", schema: "s", audience: "a", subject: "b", orgs: ["o"] },
    ],
    issuers: WEBEX_ISSUERS,
    orgClaim: "com.cisco.org.uuid",
    keepKeysMs: 300_000,
  });
});

Deno.test("nothing is validated while validation is off, or when nothing says what tokens are for", () => {
  const none = [{}, { datasource_url: "https://one.example" }, { enabled: true }];
  for (const section of none) assert.equal(toValidation(validationConfig.parse(section)), undefined);
});

Deno.test("issuers are https, or this machine itself, to the letter of the token", () => {
  const taken = [
    "https://idbroker.webex.com/idb",
    "https://x.example",
    "http://127.0.0.1:8000/idb",
    "http://localhost/a/b",
    "http://[::1]:1",
  ];
  const refused = [
    "http://idbroker.webex.com/idb",
    "https://x.example/",
    "https://a@x.example/idb",
    "https://x.example?y",
    "idbroker",
    "http://127.0.0.1.example/idb",
    "",
  ];
  for (const issuer of taken) assert.ok(validationConfig.safeParse({ issuers: [issuer] }).success, issuer);
  for (const issuer of refused) assert.ok(!validationConfig.safeParse({ issuers: [issuer] }).success, issuer);
  assert.ok(!validationConfig.safeParse({ issuers: [] }).success);
});

Deno.test("organizations cannot be told apart without a claim that names them", () => {
  const section = { org_claim: "", data_sources: [{ url: "https://x.example", org_ids: ["o"] }] };
  const [issue] = validationConfig.safeParse(section).error!.issues;
  assert.deepEqual([issue!.path, issue!.message.slice(0, 17)], [["org_claim"], "expected the name"]);
});
