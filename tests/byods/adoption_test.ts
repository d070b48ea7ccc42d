import { strict as assert } from "node:assert";
import type { FakeOptions, KeptSource } from "./fake_webex.ts";
import { RegisteredGateways } from "./registered_gateway.ts";

/** Which registration a gateway takes for its own, and what it does to it. */

Deno.test("none is there: one is registered, with the fields that Webex knows and a nonce of its own", async () => {
  await using house = await RegisteredGateways.open();
  house.webex.add({ url: "https://other.example.org" });
  const { state, id, expiresAt, nextAttemptAt } = (await house.started()).state();
  assert.equal(state, "active");
  assert.equal(house.webex.sources.get(id!)!.url, "https://voice.example.org");
  const { nonce, ...rest } = house.webex.bodies[0]!;
  assert.match(String(nonce), /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    schemaId: "5397013b-7920-4ffc-807c-e8a3e0a18f43",
    url: "https://voice.example.org",
    audience: "BYOVAGateway",
    subject: "callAudioData",
    tokenLifetimeMinutes: 1440,
  });
  assert.equal(expiresAt, house.clock.date() + 1440 * 60_000);
  assert.equal(nextAttemptAt, expiresAt! - 60 * 60_000);
});

Deno.test("every value of the registration is the configuration's", async () => {
  await using house = await RegisteredGateways.open();
  await house.started({
    url: "https://mine.example.org",
    schema_id: "a38a10b7-43e4-4676-a076-a7d6dce9387d",
    audience: "me",
    subject: "calls",
    token_lifetime_minutes: 90,
  });
  const { nonce: _, ...rest } = house.webex.bodies[0]!;
  assert.deepEqual(rest, {
    schemaId: "a38a10b7-43e4-4676-a076-a7d6dce9387d",
    url: "https://mine.example.org",
    audience: "me",
    subject: "calls",
    tokenLifetimeMinutes: 90,
  });
});

/** What is there, what Webex tells of it, and what is taken and done: `writes` are the requests that change something. */
const CASES: readonly {
  readonly name: string;
  readonly there: readonly Partial<KeptSource>[];
  readonly fake?: FakeOptions;
  readonly section?: Record<string, unknown>;
  readonly takes: number;
  readonly writes: readonly string[];
}[] = [
  {
    name: "one that says the same is taken as it is",
    there: [{ id: "x" }, { url: "https://b.example.org" }],
    takes: 0,
    writes: [],
  },
  {
    name: "audience and subject are read from the token where Webex does not tell them",
    there: [{ audience: "other" }, {}],
    fake: { leaveOut: ["audience", "subject"] },
    takes: 1,
    writes: [],
  },
  {
    name: "the schema is read from the token where Webex does not tell it",
    there: [{ schemaId: "a38a10b7-43e4-4676-a076-a7d6dce9387d" }, {}],
    fake: { leaveOut: ["schemaId"] },
    takes: 1,
    writes: [],
  },
  {
    name: "of two for the same address the one with the same audience and subject is taken",
    there: [{ audience: "other" }, {}, { subject: "other" }],
    takes: 1,
    writes: [],
  },
  {
    name: "one for the same address and schema is taken and made to say the same",
    there: [{ audience: "other", id: "0b7e1c34-1111-4222-8333-444455556666" }],
    takes: 0,
    writes: ["PUT /v1/dataSources/0b7e1c34-1111-4222-8333-444455556666"],
  },
  {
    name: "one that is disabled is made active",
    there: [{ status: "disabled", id: "0b7e1c34-1111-4222-8333-444455556666" }],
    takes: 0,
    writes: ["PUT /v1/dataSources/0b7e1c34-1111-4222-8333-444455556666"],
  },
  {
    name: "the one that the configuration names is taken, whatever else there is, and made to say the same",
    there: [{}, { id: "0b7e1c34-1111-4222-8333-444455556666", url: "https://old.example.org" }],
    section: { id: "0b7e1c34-1111-4222-8333-444455556666" },
    takes: 1,
    writes: ["PUT /v1/dataSources/0b7e1c34-1111-4222-8333-444455556666"],
  },
  {
    name: "one is found on the last page of many",
    there: [...Array.from({ length: 7 }, (_, at) => ({ url: `https://v${at}.example.org` })), {}],
    fake: { pageSize: 3 },
    takes: 7,
    writes: [],
  },
  {
    name: "the end of the token is read from the token where Webex does not tell it",
    there: [{}],
    fake: { leaveOut: ["tokenExpiryTime"] },
    takes: 0,
    writes: [],
  },
];

Deno.test("what exists is adopted as the sample adopts it", async (t) => {
  for (const { name, there, fake, section, takes, writes } of CASES) {
    await t.step(name, async () => {
      await using house = await RegisteredGateways.open(fake);
      const sources = there.map((about) => house.webex.add(about));
      const before = sources[takes]!.nonce;
      const { state, id } = (await house.started(section)).state();
      assert.equal(state, "active");
      assert.equal(id, sources[takes]!.id);
      assert.deepEqual(house.webex.requests.filter((request) => !request.startsWith("GET")), writes);
      assert.equal(house.webex.sources.size, there.length);
      if (writes.length === 0) return;
      const { nonce, status, url, audience } = house.webex.sources.get(id!)!;
      assert.notEqual(nonce, before);
      assert.deepEqual([status, url, audience], ["active", "https://voice.example.org", "BYOVAGateway"]);
      assert.equal(house.webex.bodies[0]!.status, "active");
    });
  }
});

Deno.test("several that could be meant are refused, with the key that chooses", async (t) => {
  for (const there of [[{}, {}], [{ audience: "a" }, { audience: "b" }]]) {
    await t.step(JSON.stringify(there), async () => {
      await using house = await RegisteredGateways.open();
      there.forEach((about) => house.webex.add(about));
      await assert.rejects(
        house.lifecycle().start(),
        /^ByodsError: Cannot choose a data source: 2 have .*data_source\.id/,
      );
      assert.equal(house.webex.bodies.length, 0);
    });
  }
});

Deno.test("an id that names nothing is an error, and nothing is registered in its place", async () => {
  await using house = await RegisteredGateways.open();
  house.webex.add();
  await assert.rejects(
    house.lifecycle({ id: "gone" }).start(),
    /Cannot look at data source "gone": HTTP 404 .*data_source\.id/,
  );
  assert.equal(house.webex.bodies.length, 0);
});

Deno.test("one that was deleted while the gateway ran is registered anew", async () => {
  await using house = await RegisteredGateways.open();
  const lifecycle = await house.started();
  const { id, nextAttemptAt } = lifecycle.state();
  house.webex.sources.delete(id!);
  house.clock.advance(nextAttemptAt! - house.clock.date());
  await house.until(() => lifecycle.state().id !== id);
  assert.equal(lifecycle.state().state, "active");
  assert.equal(house.webex.sources.size, 1);
});
