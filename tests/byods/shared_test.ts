import { strict as assert } from "node:assert";
import { REFRESH, RegisteredGateways } from "./registered_gateway.ts";

/** Several instances that share one registration. */

Deno.test("instances that start and renew at the same moment register once, renew once and refresh once", async () => {
  await using house = await RegisteredGateways.open({ expiresIn: 3600 });
  const section = { auth: REFRESH, fail_startup_on_error: false };
  const instances = [house.lifecycle(section), house.lifecycle(section), house.lifecycle(section)];
  await Promise.all(instances.map((instance) => instance.start()));
  const settled = () => instances.every((instance) => instance.state().state === "active");
  await house.until(settled, 100);
  assert.equal(house.webex.sources.size, 1);
  assert.equal(house.webex.count("POST /v1/dataSources"), 1);
  assert.equal(house.webex.count("POST /v1/access_token"), 1);

  for (let round = 1; round < 4; round++) {
    const due = Math.max(...instances.map((instance) => instance.state().nextAttemptAt!));
    house.clock.advance(due - house.clock.date());
    await house.until(() => instances.every((instance) => instance.state().nextAttemptAt! > due), 100);
    assert.equal(house.webex.count("PUT"), round);
    assert.equal(house.webex.count("POST /v1/access_token"), 1 + round);
  }
  assert.equal(new Set(instances.map((instance) => instance.state().id)).size, 1);
  assert.ok(instances.every((instance) => instance.state().failures === 0));
  assert.ok(house.log.some(({ fields }) => fields.did === "renewed by another instance"));
});

Deno.test("instances that share no disk look before they renew", async () => {
  await using house = await RegisteredGateways.open();
  const first = await house.started({ token_store: `${house.folder}/a/tokens.json` }, 0);
  const second = await house.started({ token_store: `${house.folder}/b/tokens.json` }, 0.9);
  for (const instance of [first, second]) {
    const { nextAttemptAt } = instance.state();
    house.clock.advance(nextAttemptAt! - house.clock.date());
    await house.until(() => instance.state().nextAttemptAt !== nextAttemptAt);
  }
  assert.equal(house.webex.count("PUT"), 1);
  assert.equal(first.state().expiresAt, second.state().expiresAt);
});

Deno.test("a lock that is held too long is told and tried again", async () => {
  await using house = await RegisteredGateways.open();
  {
    using holder = await Deno.open(`${house.store}.lock`, { write: true, create: true });
    await holder.lock(true);
    const lifecycle = house.lifecycle({ fail_startup_on_error: false });
    await lifecycle.start();
    assert.equal((await house.failed(lifecycle)).lastError!.code, "BYODS-BUSY");
    assert.equal(house.webex.requests.length, 0);
  }
  await house.until(() => house.lifecycles[0]!.state().state === "active", 1000);
});
