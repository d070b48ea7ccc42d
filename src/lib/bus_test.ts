import { strict as assert } from "node:assert";
import { Bus } from "./bus.ts";

Deno.test("Bus hands every event to every reader", async () => {
  const bus = new Bus<number>();
  const readers = [bus.subscribe(), bus.subscribe()];
  const read = readers.map(async (reader) => {
    const got: number[] = [];
    for await (const event of reader) if (got.push(event) === 3) break;
    return got;
  });
  for (const event of [1, 2, 3]) bus.publish(event);
  assert.deepEqual(await Promise.all(read), [[1, 2, 3], [1, 2, 3]]);
});

Deno.test("Bus.publish() never waits: a slow reader loses its oldest events, and they are counted", async () => {
  const bus = new Bus<number>();
  const slow = bus.subscribe(2);
  for (let event = 0; event < 5; event++) bus.publish(event);
  assert.equal(slow.dropped, 3);
  assert.equal(bus.dropped, 3);
  const got: number[] = [];
  for await (const event of slow) {
    if (got.push(event) === 2) slow[Symbol.dispose]();
  }
  assert.deepEqual(got, [3, 4]);
});

Deno.test("a reader that has left gets nothing more, even if it was waiting", async () => {
  const bus = new Bus<number>();
  const reader = bus.subscribe();
  const reading = Array.fromAsync(reader);
  await Promise.resolve();
  reader[Symbol.dispose]();
  bus.publish(1);
  assert.deepEqual(await reading, []);
});
