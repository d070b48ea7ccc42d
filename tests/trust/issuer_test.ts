import { strict as assert } from "node:assert";
import { Status } from "../../src/grpc/status.ts";
import { type Clock, systemClock } from "../../src/lib/clock.ts";
import { EventInput_EventType as Event } from "../../src/protocols/gen/byova_common.ts";
import { TestGateway } from "../gateway_harness.ts";
import { bearer, FakeIssuer, makeKey, SOURCE, start, trusting } from "./fake_issuer.ts";

/** Issuers that change their keys, fall silent or are gone, over the whole gateway's real port. */

const second = await makeKey("key-2");
const strangers = await Promise.all(Array.from({ length: 3 }, (_, at) => makeKey(`stranger-${at}`)));

/** The real time, and what a test adds to it. */
class ShiftedClock implements Clock {
  shift = 0;
  now = () => systemClock.now() + this.shift;
  date = () => systemClock.date() + this.shift;
  setTimer = systemClock.setTimer;
  nextTurn = systemClock.nextTurn;
}

async function outcome(gateway: TestGateway, token: string): Promise<string> {
  const { status, message } = await start(gateway, bearer(token));
  return status === Status.OK ? "OK" : `${status} ${message.split(":")[0]}`;
}

Deno.test("a new key is found when the first token comes that it signed, and tokens of a key that is withdrawn fall with it", async () => {
  const clock = new ShiftedClock();
  await using issuer = await FakeIssuer.open();
  await using gateway = await TestGateway.open(trusting(issuer), { clock });
  const before = await issuer.token({ exp: Math.floor(Date.now() / 1000) + 86_400 });
  const after = await issuer.token({ exp: Math.floor(Date.now() / 1000) + 86_400 }, { key: second });
  assert.equal(await outcome(gateway, before), "OK");
  issuer.published = [second];
  assert.equal(await outcome(gateway, after), `${Status.UNAUTHENTICATED} key`);
  assert.equal(await outcome(gateway, before), "OK");
  clock.shift += 30_000;
  assert.equal(await outcome(gateway, after), "OK");
  assert.equal(issuer.fetches, 2);
  assert.equal(await outcome(gateway, before), `${Status.UNAUTHENTICATED} key`);
});

Deno.test("a flood of tokens with unknown keys makes one fetch in 30 s, and nobody with a good token notices", async () => {
  const clock = new ShiftedClock();
  await using issuer = await FakeIssuer.open();
  await using gateway = await TestGateway.open(trusting(issuer), { clock });
  const good = await issuer.token();
  assert.equal(await outcome(gateway, good), "OK");
  clock.shift += 30_000;
  const flood = await Promise.all(
    Array.from({ length: 60 }, (_, at) => issuer.token({ jti: `${at}` }, { key: strangers[at % 3]! })),
  );
  for (let wave = 0; wave < 3; wave++) {
    const outcomes = await Promise.all([...flood, good].map((token) => outcome(gateway, token)));
    assert.deepEqual(outcomes.pop(), "OK");
    assert.ok(outcomes.every((each) => each === `${Status.UNAUTHENTICATED} key`), outcomes.join());
  }
  assert.equal(issuer.fetches, 2);
});

Deno.test("with known keys no call waits for an issuer that answers 503, hangs or is gone", async () => {
  const clock = new ShiftedClock();
  const issuer = await FakeIssuer.open();
  await using gateway = await TestGateway.open(trusting(issuer), { clock });
  const good = await issuer.token();
  assert.equal(await outcome(gateway, good), "OK");
  for (const behaviour of [503, "never", "gone"] as const) {
    if (behaviour === "gone") await issuer[Symbol.asyncDispose]();
    else issuer.behaviour = behaviour;
    clock.shift += 30_000;
    const stranger = outcome(gateway, await issuer.token({ jti: behaviour.toString() }, { key: strangers[0]! }));
    assert.equal(await outcome(gateway, good), "OK");
    assert.equal(await outcome(gateway, await issuer.token({ jti: `new ${behaviour}` })), "OK");
    if (behaviour !== "never") assert.equal(await stranger, `${Status.UNAUTHENTICATED} key`);
  }
});

Deno.test("without keys a call is told to come again, and finds its way as soon as the issuer is back", async () => {
  const clock = new ShiftedClock();
  await using issuer = await FakeIssuer.open();
  await using gateway = await TestGateway.open(trusting(issuer), { clock });
  const good = await issuer.token();
  const unusable: readonly (number | (() => Response))[] = [
    503,
    404,
    () => new Response("<html>"),
    () => Response.json({ keys: [] }),
    () => Response.redirect("http://127.0.0.1:1/", 302),
    () => new Response("x".repeat(300_000)),
  ];
  for (const behaviour of unusable) {
    issuer.behaviour = behaviour;
    clock.shift += 5000;
    assert.equal(await outcome(gateway, good), `${Status.UNAVAILABLE} keys_unavailable`);
    assert.equal(await outcome(gateway, good), `${Status.UNAVAILABLE} keys_unavailable`);
  }
  assert.equal(issuer.fetches, unusable.length);
  const { issuers } = await (await fetch(`${gateway.url}/api/trust`)).json();
  assert.deepEqual([issuers[0].failures, issuers[0].last_error.code], [unusable.length, "JWKS-UNREACHABLE"]);
  issuer.behaviour = "well";
  clock.shift += 5000;
  assert.equal(await outcome(gateway, good), "OK");
  const problems = gateway.log.filter(({ message }) => message === "keys of an issuer cannot be fetched");
  assert.equal(problems.length, unusable.length);
  assert.match(
    String(problems[0]!.fields.problem),
    /^Cannot fetch .*verificationjwk: status 200 expected: received 503$/,
  );
});

Deno.test("calls wait for the first fetch with all that they have sent, and one that is given up lets go", async () => {
  await using issuer = await FakeIssuer.open();
  await using gateway = await TestGateway.open(trusting(issuer));
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  issuer.behaviour = () => {
    asked.resolve();
    return answer.promise;
  };
  const line = gateway.as(bearer(await issuer.token()));
  const calls = ["a", "b", "c"].map((conversationId) => line.call({ conversationId, customerOrgId: SOURCE.org }));
  const [givenUp, ...kept] = calls.map((call) => {
    const stream = call.open();
    stream.send({ eventInput: { eventType: Event.SESSION_START } });
    stream.rpc.halfClose();
    return stream;
  });
  await asked.promise;
  givenUp!.rpc.cancel();
  assert.equal((await givenUp!.ended()).status, Status.CANCELLED);
  answer.resolve(issuer.answer());
  for (const stream of kept) assert.equal((await stream.ended()).responses.length, 1);
  assert.equal(issuer.fetches, 1);
  const { total_active } = await (await fetch(`${gateway.url}/api/connections`)).json();
  assert.equal(total_active, 2);
});
