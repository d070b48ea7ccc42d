import { strict as assert } from "node:assert";
import { Bus } from "./bus.ts";

/** A reader that remembers what it was told. */
function subscribed(bus: Bus<number>) {
  const told: number[] = [];
  return { told, leave: bus.subscribe((event) => told.push(event)) };
}

Deno.test("Bus tells every reader of every event, once the publisher's work in hand is done", async () => {
  const bus = new Bus<number>();
  const readers = [subscribed(bus), subscribed(bus)];
  for (const event of [1, 2, 3]) bus.publish(event);
  assert.deepEqual(readers.map(({ told }) => told), [[], []]);
  await undefined;
  assert.deepEqual(readers.map(({ told }) => told), [[1, 2, 3], [1, 2, 3]]);
});

Deno.test("what a reader publishes is told after what it was told of", async () => {
  const bus = new Bus<number>();
  bus.subscribe((event) => event < 3 && bus.publish(event + 1));
  const { told } = subscribed(bus);
  bus.publish(1);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(told, [1, 2, 3]);
});

Deno.test("of more events in one turn than may wait the oldest are lost, and they are counted", async () => {
  const bus = new Bus<number>(2);
  const { told } = subscribed(bus);
  for (let event = 0; event < 5; event++) bus.publish(event);
  await undefined;
  assert.deepEqual([told, bus.dropped], [[3, 4], 3]);
});

Deno.test("a reader that has left is told nothing more, even of what was waiting", async () => {
  const bus = new Bus<number>();
  const { told, leave } = subscribed(bus);
  bus.publish(1);
  leave();
  await undefined;
  assert.deepEqual(told, []);
});
