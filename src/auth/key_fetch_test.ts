import { strict as assert } from "node:assert";
import { exportJWK, generateKeyPair } from "jose";
import { ManualClock } from "../../tests/manual_clock.ts";
import { fetchKeys, KeyFetchError, keysUrl, maxAgeOf } from "./key_fetch.ts";

const ISSUER = "https://idbroker.example/idb";
const { publicKey } = await generateKeyPair("RS256", { extractable: true });
const { n, e } = await exportJWK(publicKey);
const good = { kty: "RSA", kid: "k", use: "sig", alg: "RS256", n, e };

/** Fetches from an issuer that answers with `body`. */
function answered(body: BodyInit | object, init: ResponseInit = {}) {
  const response = typeof body === "string" ? new Response(body, init) : Response.json(body, init);
  return fetchKeys(ISSUER, { fetch: () => Promise.resolve(response), clock: new ManualClock() });
}

async function problem(body: string | object, init?: ResponseInit): Promise<string> {
  const error = await answered(body, init).then(() => undefined, (error) => error);
  assert.ok(error instanceof KeyFetchError, String(error));
  return error.message.replace(`Cannot fetch ${keysUrl(ISSUER)}: `, "");
}

Deno.test("fetchKeys() asks where Webex publishes, without following anybody elsewhere", async () => {
  const requests: { url: string; redirect: RequestRedirect | undefined }[] = [];
  const { keys, maxAgeMs } = await fetchKeys(ISSUER, {
    fetch: (input, init) => {
      requests.push({ url: String(input), redirect: init?.redirect });
      return Promise.resolve(Response.json({ keys: [good] }, { headers: { "cache-control": "public, max-age=600" } }));
    },
    clock: new ManualClock(),
  });
  assert.deepEqual(requests, [{ url: `${ISSUER}/oauth2/v2/keys/verificationjwk`, redirect: "error" }]);
  assert.deepEqual([...keys.keys()], ["k"]);
  assert.equal(maxAgeMs, 600_000);
});

Deno.test("only keys that can verify RS256 are taken, each id once, a hundred at the most", async () => {
  const others = [
    { ...good, kid: "encrypts", use: "enc" },
    { ...good, kid: "other", alg: "PS256" },
    { ...good, kid: undefined },
    { ...good, kid: "" },
    { ...good, kid: "x".repeat(300) },
    { ...good, kid: "short", n: n!.slice(0, 171) },
    { kty: "oct", kid: "secret", k: "c2VjcmV0" },
    { kty: "EC", kid: "curve", crv: "P-256", x: n, y: n },
    null,
    "text",
  ];
  const { keys } = await answered({
    keys: [...others, good, { ...good, use: undefined, alg: undefined, kid: "bare" }, good],
  });
  assert.deepEqual([...keys.keys()], ["k", "bare"]);
  const many = await answered({ keys: Array.from({ length: 150 }, (_, at) => ({ ...good, kid: `${at}` })) });
  assert.equal(many.keys.size, 100);
});

Deno.test("an answer that holds no keys is a KeyFetchError that says why", async () => {
  assert.match(await problem("", { status: 503 }), /^status 200 expected: received 503$/);
  assert.match(await problem("<html>"), /^JSON with a list "keys" expected/);
  assert.match(await problem({ keys: {} }), /^JSON with a list "keys" expected/);
  assert.match(await problem("null"), /^JSON with a list "keys" expected/);
  assert.match(await problem({ keys: [] }), /^a key for RS256 with a kid expected: received none$/);
  assert.match(await problem("x".repeat(300_000)), /^at most 262144 bytes expected: received more$/);
});

Deno.test("fetchKeys() gives up after 5 s, and when it is told to", async () => {
  const clock = new ManualClock();
  const hanging: typeof fetch = (_input, init) =>
    new Promise((_, reject) => init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason)));
  const late = fetchKeys(ISSUER, { fetch: hanging, clock });
  clock.advance(5000);
  await assert.rejects(late, /no answer within 5 s$/);
  const stop = new AbortController();
  const stopped = fetchKeys(ISSUER, { fetch: hanging, clock }, stop.signal);
  stop.abort(new Error("the gateway stops"));
  await assert.rejects(stopped, /the gateway stops$/);
  assert.equal(clock.timers, 0);
});

Deno.test("maxAgeOf() reads what Cache-Control says about time", () => {
  const table: [string | null, number | undefined][] = [
    [null, undefined],
    ["public", undefined],
    ["max-age=60", 60_000],
    ["public,max-age=3600, must-revalidate", 3_600_000],
    ["Max-Age=5", 5000],
    ["s-maxage=7", undefined],
    ["max-age=abc", undefined],
    ["no-store, max-age=60", 0],
    ["no-cache", 0],
  ];
  for (const [header, ms] of table) assert.equal(maxAgeOf(header), ms, String(header));
});
