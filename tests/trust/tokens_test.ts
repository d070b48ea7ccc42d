import { strict as assert } from "node:assert";
import { callUnary } from "../../src/grpc/client.ts";
import { GrpcError, Status } from "../../src/grpc/status.ts";
import { encodeListVARequest } from "../../src/protocols/gen/byova_common.ts";
import { encodeHealthCheckRequest, Health } from "../../src/protocols/gen/health.ts";
import { ServerReflection } from "../../src/protocols/gen/reflection.ts";
import { VoiceVirtualAgent } from "../../src/protocols/gen/voicevirtualagent.ts";
import { connect, Line, TestGateway } from "../gateway_harness.ts";
import { bearer, FakeIssuer, makeKey, SOURCE, start, trusting } from "./fake_issuer.ts";

/** Who may call, over the whole gateway's real port and an issuer of keys on another. */

const strangerKey = await makeKey("key-1");
const unknownKey = await makeKey("key-unknown");

async function refused(gateway: TestGateway, metadata: [string, string][], reason: string, org?: string) {
  const { status, message, responses } = await start(gateway, metadata, org);
  assert.deepEqual([status, message.split(":")[0], responses.length], [Status.UNAUTHENTICATED, reason, 0], reason);
}

async function admitted(gateway: TestGateway, metadata: [string, string][]) {
  const { status, message, responses } = await start(gateway, metadata);
  assert.deepEqual([status, message, responses.length], [Status.OK, "", 1]);
}

// deno-lint-ignore no-explicit-any
async function trust(gateway: TestGateway): Promise<any> {
  return await (await fetch(`${gateway.url}/api/trust`)).json();
}

Deno.test("a token of Webex lets a caller in, as a bearer or bare, turn after turn, and is fetched for once", async () => {
  await using issuer = await FakeIssuer.open();
  await using gateway = await TestGateway.open(trusting(issuer));
  const token = await issuer.token();
  for (const value of [`Bearer ${token}`, `bearer  ${token}`, token]) {
    const call = gateway.as([["authorization", value]]).call({
      conversationId: value.slice(0, 9),
      customerOrgId: SOURCE.org.toUpperCase(),
    });
    assert.equal((await call.start()).responses.length, 1);
    assert.equal((await call.event("NO_INPUT")).responses.length, 1);
    assert.equal((await call.press("5")).status, Status.OK);
  }
  assert.equal(issuer.fetches, 1);
  const { tokens, callers, issuers } = await trust(gateway);
  assert.deepEqual([tokens, callers], ["enforced", { admitted: 12, refused: {}, tolerated: {} }]);
  assert.deepEqual(issuers, [{ issuer: issuer.issuer, keys: 1, fetches: 1, failures: 0, last_error: null }]);
});

Deno.test("every bad token is refused with its reason, and none of them costs the issuer a thing", async () => {
  await using issuer = await FakeIssuer.open();
  await using gateway = await TestGateway.open(
    trusting(issuer, "  audience: BYOVAGateway\n  subject: callAudioData\n"),
  );
  const now = Math.floor(Date.now() / 1000);
  const publicKey = new TextEncoder().encode(JSON.stringify(issuer.key.jwk));
  const good = await issuer.token();
  const [head, body, signature] = good.split(".");
  const unsigned = `${encoded({ alg: "none", kid: "key-1" })}.${body}.`;
  const symmetric = await hs256(publicKey, `${encoded({ alg: "HS256", kid: "key-1" })}.${body}`);
  const table: readonly (readonly [string, string])[] = [
    ["malformed", "x"],
    ["malformed", "a.b.c"],
    ["malformed", `${head}.${body}`],
    ["malformed", `${head}.${body}.${signature}.x`],
    ["malformed", `${head}.${btoa("[]")}.${signature}`],
    [
      "malformed",
      await issuer.token({}).then((token) =>
        `${encoded({ alg: "RS256", kid: "key-1", crit: ["b64"], b64: false })}.${token.split(".").slice(1).join(".")}`
      ),
    ],
    ["too_long", `${head}.${body}.${"A".repeat(8192)}`],
    ["algorithm", unsigned],
    ["algorithm", symmetric],
    [
      "algorithm",
      await issuer.token({}, { alg: "RS512" }).catch(() =>
        `${encoded({ alg: "RS512", kid: "key-1" })}.${body}.${signature}`
      ),
    ],
    ["key", await issuer.token({}, { kid: null })],
    ["issuer", await issuer.token({ iss: undefined })],
    ["issuer", await issuer.token({ iss: `${issuer.issuer}/` })],
    ["issuer", await issuer.token({ iss: ["x"] })],
    ["expired", await issuer.token({ exp: now - 31 })],
    ["not_yet_valid", await issuer.token({ nbf: now + 60 })],
    ["not_yet_valid", await issuer.token({ iat: now + 60 })],
    ["claim", await issuer.token({ exp: undefined })],
    ["claim", await issuer.token({ exp: "tomorrow" })],
    ["claim", await issuer.token({ aud: undefined })],
    ["claim", await issuer.token({ aud: [] })],
    ["claim", await issuer.token({ sub: undefined })],
    ["claim", await issuer.token({ sub: "" })],
    ["claim", await issuer.token({ jti: undefined })],
    ["claim", await issuer.token({ "com.cisco.org.uuid": undefined })],
    ["data_source_url", await issuer.token({ "com.cisco.datasource.url": undefined })],
    ["data_source_url", await issuer.token({ "com.cisco.datasource.url": "https://gateway.example" })],
    ["data_source_url", await issuer.token({ "com.cisco.datasource.url": "https://gateway.example:8443" })],
    ["data_source_url", await issuer.token({ "com.cisco.datasource.url": `${SOURCE.url}/` })],
    ["schema", await issuer.token({ "com.cisco.datasource.schema.uuid": undefined })],
    ["schema", await issuer.token({ "com.cisco.datasource.schema.uuid": "a38a10b7-43e4-4676-a076-a7d6dce9387d" })],
    ["audience", await issuer.token({ aud: "AnotherGateway" })],
    ["subject", await issuer.token({ sub: "somethingElse" })],
  ];
  await refused(gateway, [], "missing");
  await refused(gateway, [["authorization", "Bearer"]], "malformed");
  for (const [reason, token] of table) await refused(gateway, bearer(token), reason);
  assert.equal(issuer.fetches, 0, "a token that cannot be right made the gateway fetch");

  await refused(gateway, bearer(await issuer.token({}, { key: unknownKey })), "key");
  await refused(gateway, bearer(await issuer.token({}, { key: strangerKey })), "signature");
  await refused(gateway, bearer(`${head}.${body}.${signature!.slice(0, -4)}AAAA`), "signature");
  await refused(gateway, bearer(good), "organization", "99999999-2222-4333-8444-555555555555");
  await admitted(gateway, bearer(good));
  await admitted(gateway, bearer(await issuer.token({ exp: now - 20, nbf: now + 20, iat: now + 20 })));
  assert.equal(issuer.fetches, 1);
  const { callers } = await trust(gateway);
  assert.equal(callers.refused.claim, 8);
  assert.equal(callers.refused.organization, 1);
  const log = JSON.stringify(gateway.log);
  for (const secret of [head, body, signature, "Bearer"]) {
    assert.ok(!log.includes(secret!), "a token stands in the log");
  }
});

Deno.test("a foreign issuer is refused before anything is fetched from it, even one that publishes the right keys", async () => {
  await using issuer = await FakeIssuer.open();
  await using foreign = await FakeIssuer.open();
  await using gateway = await TestGateway.open(trusting(issuer));
  for (const iss of [foreign.issuer, `${issuer.issuer}@127.0.0.1:${foreign.port}/idb`]) {
    await refused(gateway, bearer(await foreign.token({ iss })), "issuer");
  }
  assert.deepEqual([issuer.fetches, foreign.fetches], [0, 0]);
});

Deno.test("the list of agents and the reflection need a token too, health checks do not", async () => {
  await using issuer = await FakeIssuer.open();
  await using gateway = await TestGateway.open(trusting(issuer));
  const list = (metadata: [string, string][], customerOrgId: string = SOURCE.org) =>
    callUnary(gateway.channel, VoiceVirtualAgent.ListVirtualAgents, encodeListVARequest({ customerOrgId }), metadata);
  const unauthenticated = (error: unknown) => error instanceof GrpcError && error.status === Status.UNAUTHENTICATED;
  const metadata = bearer(await issuer.token());
  await assert.rejects(list([]), unauthenticated);
  await assert.rejects(list(metadata, "another"), unauthenticated);
  assert.ok((await list(metadata)).length > 0);
  assert.ok((await list(metadata, "")).length > 0);
  const ask = new Uint8Array([0x3a, 0]);
  await assert.rejects(callUnary(gateway.channel, ServerReflection.ServerReflectionInfo, ask), unauthenticated);
  assert.ok((await callUnary(gateway.channel, ServerReflection.ServerReflectionInfo, ask, metadata)).length > 0);
  assert.ok((await callUnary(gateway.channel, Health.Check, encodeHealthCheckRequest({ service: "" }))).length > 0);
});

Deno.test("several data sources are served at once, each for its own organizations", async () => {
  await using issuer = await FakeIssuer.open();
  const [one, two] = ["https://one.example", "https://two.example"];
  const [orgA, orgB] = ["aaaaaaaa-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000"];
  await using gateway = await TestGateway.open(trusting(
    issuer,
    `  data_sources:
    - {url: "${one}", org_ids: [${orgA}]}
    - {url: "${two}", schema_uuid: other, org_ids: [${orgA}, ${orgB.toUpperCase()}]}
`,
  ));
  const token = (url: string, org: string, schema: string = SOURCE.schema) =>
    issuer.token({
      "com.cisco.datasource.url": url,
      "com.cisco.org.uuid": org,
      "com.cisco.datasource.schema.uuid": schema,
    });
  for (
    const [url, org, schema] of [[one, orgA], [two, orgA, "other"], [two, orgB, "other"], [SOURCE.url, "any"]] as const
  ) {
    const { status } = await start(gateway, bearer(await token(url, org, schema)), org);
    assert.equal(status, Status.OK, `${url} ${org}`);
  }
  await refused(gateway, bearer(await token(one, orgB)), "organization", orgB);
  await refused(gateway, bearer(await token(two, orgA)), "schema", orgA);
});

Deno.test("validation that is not enforced lets everybody in, and says so loudly", async () => {
  await using issuer = await FakeIssuer.open();
  await using gateway = await TestGateway.open(trusting(issuer, "  enforce_validation: false\n"));
  await admitted(gateway, []);
  await admitted(gateway, bearer("nonsense"));
  assert.equal((await start(gateway, bearer(await issuer.token()), "another")).status, Status.OK);
  const { tokens, callers } = await trust(gateway);
  assert.equal(tokens, "reported");
  assert.deepEqual(callers, { admitted: 1, refused: {}, tolerated: { missing: 1, malformed: 1, organization: 1 } });
  const loud = gateway.log.filter(({ level, message }) => level === "warn" && message.includes("WITHOUT"));
  assert.deepEqual(loud.map(({ fields }) => fields.reason), ["missing", "malformed", "organization"]);
  const { warnings } = await (await fetch(`${gateway.url}/api/config`)).json();
  assert.match(warnings.join(), /enforce_validation is false: calls WITHOUT a valid token are let in/);
});

function encoded(value: unknown): string {
  return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function hs256(secret: Uint8Array<ArrayBuffer>, input: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(input)));
  return `${input}.${
    btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
  }`;
}

Deno.test("who sends thousands of bad tokens is cut off, and who has a good one is not held up", async () => {
  await using issuer = await FakeIssuer.open();
  await using gateway = await TestGateway.open(trusting(issuer));
  const good = bearer(await issuer.token());
  await admitted(gateway, good);
  const flood = await connect(gateway.gateway.grpcPort);
  const line = new Line(flood, bearer(await issuer.token({ iss: "https://idbroker.example/idb" })));
  const ends: number[] = [];
  while (ends.length < 20_000 && (ends.at(-1) ?? Status.UNAUTHENTICATED) === Status.UNAUTHENTICATED) {
    const batch = Array.from({ length: 100 }, () => line.call().start().then(({ status }) => status));
    ends.push(...await Promise.all(batch));
    if (ends.length % 1000 === 0) await admitted(gateway, good);
  }
  assert.ok(ends.length >= 2000 && ends.length < 20_000, `${ends.length} were answered`);
  await admitted(gateway, good);
  const cut = gateway.log.filter(({ message }) => message === "connection cut off").map(({ fields }) => fields.code);
  assert.deepEqual(cut, ["H2-ENHANCE-YOUR-CALM"]);
  await flood[Symbol.asyncDispose]();
});
