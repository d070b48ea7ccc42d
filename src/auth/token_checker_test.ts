import { strict as assert } from "node:assert";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { silentLog } from "../../tests/logs.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import { IssuerKeys } from "./issuer_keys.ts";
import type { KeySet } from "./key_fetch.ts";
import { TokenChecker } from "./token_checker.ts";
import { sameOrg } from "./data_source.ts";

const ISSUER = "https://idbroker.example/idb";
const SOURCE = { url: "https://gateway.example", schema: "s", audience: "", subject: "", orgs: [] };
const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
const { n, e } = await exportJWK(publicKey);
const key = { identity: `${n}.${e}`, key: publicKey };

function checker(
  fetchKeys: () => Promise<KeySet> = () => Promise.resolve({ keys: new Map([["k", key]]), maxAgeMs: undefined }),
) {
  const clock = new ManualClock();
  const keys = new IssuerKeys({ issuer: ISSUER, keepMs: 3_600_000, clock, log: silentLog(), fetchKeys });
  const rules = { issuers: [ISSUER], sources: [SOURCE], orgClaim: "com.cisco.org.uuid" };
  return { clock, keys, checker: new TokenChecker(rules, new Map([[ISSUER, keys]]), clock) };
}

function token(clock: ManualClock, lifeS = 3600, jti = "1"): Promise<string> {
  const now = Math.floor(clock.date() / 1000);
  return new SignJWT({
    iss: ISSUER,
    aud: "a",
    sub: "s",
    jti,
    iat: now,
    exp: now + lifeS,
    "com.cisco.datasource.url": SOURCE.url,
    "com.cisco.datasource.schema.uuid": SOURCE.schema,
    "com.cisco.org.uuid": "org",
  }).setProtectedHeader({ alg: "RS256", kid: "k" }).sign(privateKey);
}

Deno.test("a token is proven once, from then on judged at once, and taken until 30 s after its end", async () => {
  const { clock, checker: tokens } = checker();
  const bearer = `Bearer ${await token(clock, 600)}`;
  const first = tokens.check(bearer);
  assert.ok(first instanceof Promise);
  assert.equal(tokens.check(bearer), first, "two turns at once wait for one verification");
  assert.deepEqual(await first, { orgId: "org", until: Math.floor(clock.date() / 1000) * 1000 + 630_000 });
  const again = tokens.check(bearer);
  assert.ok(!(again instanceof Promise) && typeof again === "object");
  clock.advance(629_000);
  assert.equal(typeof tokens.check(bearer), "object");
  clock.advance(1000);
  assert.equal(tokens.check(bearer), "expired");
});

Deno.test("no more than a thousand tokens wait, and the next is told that it is busy", async () => {
  const { promise, resolve } = Promise.withResolvers<KeySet>();
  const { clock, checker: tokens } = checker(() => promise);
  const bearers = await Promise.all(Array.from({ length: 1001 }, (_, at) => token(clock, 600, `${at}`)));
  const verdicts = bearers.map((bearer) => tokens.check(bearer));
  assert.ok(verdicts.slice(0, 1000).every((verdict) => verdict instanceof Promise));
  assert.equal(verdicts[1000], "busy");
  resolve({ keys: new Map([["k", key]]), maxAgeMs: undefined });
  const judged = await Promise.all(verdicts.slice(0, 1000));
  assert.ok(judged.every((verdict) => typeof verdict === "object"));
  assert.equal(typeof await tokens.check(bearers[1000]!), "object");
});

Deno.test("sameOrg() takes a UUID in any case, and as Webex's REST APIs spell it", () => {
  const uuid = "1EB65FDF-9643-417f-9974-ad72cae0e10f";
  const spelled = btoa(`ciscospark://us/ORGANIZATION/${uuid}`);
  assert.ok(sameOrg(uuid, uuid.toLowerCase()));
  assert.ok(sameOrg(spelled, uuid) && sameOrg(uuid, spelled.replaceAll("=", "")));
  for (const other of ["", undefined, `${uuid}x`, btoa(`ciscospark://us/PEOPLE/${uuid}`), "Y2lzY29zcGFyazov!"]) {
    assert.ok(!sameOrg(uuid, other), String(other));
  }
});
