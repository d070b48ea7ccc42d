import { strict as assert } from "node:assert";
import { callInfo } from "../../../tests/connector_suite.ts";
import { type LexConfig, lexConfig } from "./options.ts";
import { attributesOf, sessionId } from "./session.ts";

const config = (block: object): LexConfig => lexConfig.parse({ region_name: "us-east-1", ...block });
const call = callInfo({
  id: "c-1",
  orgId: "o-1",
  vendorConfig: "blue",
  startName: "start",
  parameters: { tier: "gold", visits: 3, vip: true, nested: { a: 1 }, "x-amz-lex:allow-interrupt:*:*": "false" },
  additionalInfo: { site: "east" },
});

Deno.test("what the flow gives travels as session attributes, as request attributes or not at all", () => {
  const given = { tier: "gold", visits: "3", vip: "true" };
  assert.deepEqual(attributesOf(call, config({})), { session: given, request: {} });
  assert.deepEqual(attributesOf(call, config({ pass_parameters: "request" })), { session: {}, request: given });
  assert.deepEqual(attributesOf(call, config({ pass_parameters: "none" })), { session: {}, request: {} });
});

Deno.test("attributes of the configuration win, and their values are filled in", () => {
  const { session, request } = attributesOf(
    call,
    config({
      session_attributes: {
        tier: "{parameters.tier}-{parameters.missing}",
        who: "{org_id}/{conversation_id}",
        at: "{unknown}",
      },
      request_attributes: {
        site: "{additional_info.site}",
        color: "{vendor_config}",
        "x-amz-lex:dtmf:max-length:*:*": "4",
      },
    }),
  );
  assert.deepEqual(session, { tier: "gold-", who: "o-1/c-1", at: "{unknown}", visits: "3", vip: "true" });
  assert.deepEqual(request, { site: "east", color: "blue", "x-amz-lex:dtmf:max-length:*:*": "4" });
});

Deno.test("attributes that would not fit into a header are left out, those of the configuration last", () => {
  const parameters = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`p${at}`, "x".repeat(500)]));
  const { session } = attributesOf({ ...call, parameters }, config({ session_attributes: { mine: "kept" } }));
  assert.equal(session.mine, "kept");
  assert.ok(JSON.stringify(session).length < 4200);
});

for (const id of ["c-1", "../../x", "ü", "x".repeat(500), "a b\n"]) {
  Deno.test(`sessionId() of ${JSON.stringify(id.slice(0, 20))} is one that Lex takes, and another for each call`, () => {
    const name = sessionId(callInfo({ id }), 1_790_000_000_000);
    assert.match(name, /^[0-9a-zA-Z._:-]{2,100}$/);
    assert.notEqual(name, sessionId(callInfo({ id }), 1_790_000_000_001));
  });
}
