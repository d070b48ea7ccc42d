import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Gate } from "../src/auth/gate.ts";
import { IssuerKeys } from "../src/auth/issuer_keys.ts";
import { TokenChecker } from "../src/auth/token_checker.ts";
import { WEBEX_ISSUERS } from "../src/auth/validation_config.ts";
import { systemClock } from "../src/lib/clock.ts";
import { silentLog } from "../tests/logs.ts";

/**
 * What it costs a turn to have its token checked: `deno run -A bench/token_check.ts`. The value of `authorization` is a
 * new text on every turn, as it is when it comes off the wire.
 */
const TURNS = 200_000;
const FIRSTS = 300;
const ROUNDS = 5;

const [issuer] = WEBEX_ISSUERS as [string];
const source = { url: "https://gateway.example:443", schema: "s", audience: "", subject: "", orgs: [] };
const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
const { n, e } = await exportJWK(publicKey);
const published = { keys: new Map([["k", { identity: `${n}.${e}`, key: publicKey }]]), maxAgeMs: undefined };

const token = (jti: string) =>
  new SignJWT({
    iss: issuer,
    aud: "BYOVAGateway",
    sub: "callAudioData",
    jti,
    exp: Math.floor(Date.now() / 1000) + 86_400,
    "com.cisco.datasource.url": source.url,
    "com.cisco.datasource.schema.uuid": source.schema,
    "com.cisco.org.uuid": "1eb65fdf-9643-417f-9974-ad72cae0e10f",
  }).setProtectedHeader({ alg: "RS256", kid: "k" }).sign(privateKey);

using keys = new IssuerKeys({
  issuer,
  keepMs: 3_600_000,
  clock: systemClock,
  log: silentLog(),
  fetchKeys: () => Promise.resolve(published),
});
const rules = { issuers: WEBEX_ISSUERS, sources: [source], orgClaim: "com.cisco.org.uuid" };
const checker = new TokenChecker(rules, new Map([[issuer, keys]]), systemClock);
using gate = new Gate({
  check: (authorization) => checker.check(authorization),
  enforced: true,
  clock: systemClock,
  log: silentLog(),
});

const bearer = new TextEncoder().encode(`Bearer ${await token("turn")}`);
const decoder = new TextDecoder();
await gate.admit(decoder.decode(bearer), "");
const turns: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const start = performance.now();
  for (let turn = 0; turn < TURNS; turn++) {
    const caller = gate.admit(decoder.decode(bearer), "");
    if (caller instanceof Promise || "reason" in caller) throw new Error("a known token was not let in at once");
    if (caller.refusalFor("1eb65fdf-9643-417f-9974-ad72cae0e10f")) throw new Error("the organization was refused");
  }
  turns.push((performance.now() - start) * 1000 / TURNS);
}

const firsts = await Promise.all(Array.from({ length: FIRSTS }, (_, at) => token(`${at}`)));
const start = performance.now();
for (const each of firsts) await checker.check(each);
const first = (performance.now() - start) * 1000 / FIRSTS;

console.log(
  `a turn with a known token: ${turns.sort((a, b) => a - b)[ROUNDS >> 1]!.toFixed(2)} µs (${bearer.length} bytes)`,
);
console.log(`the first turn of a token: ${first.toFixed(0)} µs, signature included`);
