import { strict as assert } from "node:assert";
import { exposed, guardsOf, unvalidated } from "./exposure.ts";
import { fileSchema, type FileValues } from "./schema.ts";

const NONE = { validates: false, login: false };

/** The keys that are refused when both ports listen on `host`. */
function refused(host: string, guards = NONE, enabled = true): string[] {
  return exposed({ gateway: { host }, monitoring: { enabled, host } }, guards).map(({ path }) => path.join("."));
}

Deno.test("ports that only this machine reaches need no guard", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "::1", "[::1]"]) {
    assert.deepEqual(refused(host), [], host);
  }
});

Deno.test("ports that others reach need one each", () => {
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "gateway.example", "127.0.0.1.example", "localhost.example"]) {
    assert.deepEqual(refused(host), ["gateway.host", "monitoring.host"], host);
  }
  assert.deepEqual(refused("0.0.0.0", { validates: true, login: false }), ["monitoring.host"]);
  assert.deepEqual(refused("0.0.0.0", { validates: false, login: true }), ["gateway.host"]);
  assert.deepEqual(refused("0.0.0.0", { validates: true, login: true }), []);
});

Deno.test("a dashboard that is not there needs no guard", () => {
  assert.deepEqual(refused("0.0.0.0", NONE, false), ["gateway.host"]);
});

/** A whole file's values, with these sections. */
function values(sections: object): FileValues {
  return fileSchema({}).parse({ connectors: {}, ...sections });
}

Deno.test("enforced validation guards the gRPC port, and so do required client certificates", () => {
  const files = { server_cert_chain_file: "c", server_private_key_file: "k", root_ca_cert_file: "a" };
  const validation = { enabled: true, datasource_url: "https://gateway.example" };
  const guards: readonly (readonly [boolean, object])[] = [
    [false, {}],
    [true, { jwt_validation: validation }],
    [false, { jwt_validation: { ...validation, enabled: false } }],
    [false, { jwt_validation: { ...validation, enforce_validation: false } }],
    [false, { jwt_validation: { enabled: true } }],
    [true, { jwt_validation: { enabled: true, data_sources: [{ url: "https://gateway.example" }] } }],
    [false, { gateway: { tls: { enabled: true, ...files } } }],
    [true, { gateway: { tls: { enabled: true, require_client_cert: true, ...files } } }],
    [false, { gateway: { tls: { enabled: false, require_client_cert: true, ...files } } }],
  ];
  for (const [validates, sections] of guards) {
    assert.equal(guardsOf(values(sections)).validates, validates, JSON.stringify(sections));
  }
});

Deno.test("a login guards the dashboard, and so do required client certificates", () => {
  const files = { server_cert_chain_file: "c", server_private_key_file: "k", root_ca_cert_file: "a" };
  const token = { name: "wallboard", hash: `sha256:${"0".repeat(64)}` };
  const guards: readonly (readonly [boolean, object])[] = [
    [false, {}],
    [true, { authentication: { enabled: true, api_tokens: [token] } }],
    [false, { authentication: { enabled: false, api_tokens: [token] } }],
    [false, { authentication: { enabled: true } }],
    [true, { monitoring: { tls: { enabled: true, require_client_cert: true, ...files } } }],
    [false, { monitoring: { tls: { enabled: true, ...files } } }],
    [false, { gateway: { tls: { enabled: true, require_client_cert: true, ...files } } }],
  ];
  for (const [login, sections] of guards) {
    assert.equal(guardsOf(values(sections)).login, login, JSON.stringify(sections));
  }
});

Deno.test("validation that has nothing to expect is named", () => {
  const named = (section: object) => unvalidated(values({ jwt_validation: section }).jwt_validation).length;
  assert.deepEqual([named({}), named({ enabled: true }), named({ enabled: true, datasource_url: "x" })], [0, 1, 0]);
});
