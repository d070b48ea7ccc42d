import { strict as assert } from "node:assert";
import { Queue } from "./queue.ts";

Deno.test("Queue gives items in order, to a reader that was there first or came later", async () => {
  const queue = new Queue<number>(10);
  const first = queue.next();
  queue.push(1);
  queue.push(2);
  queue.close();
  assert.deepEqual(await first, { done: false, value: 1 });
  assert.deepEqual(await Array.fromAsync(queue), [2]);
});

Deno.test("Queue.push() says when it is full, and onRoom says when it is half empty again", async () => {
  let room = 0;
  const queue = new Queue<number>(4, () => room++);
  assert.deepEqual([1, 2, 3, 4, 5].map((n) => queue.push(n)), [true, true, true, false, false]);
  await queue.next();
  await queue.next();
  assert.equal(room, 0);
  await queue.next();
  assert.equal(room, 1);
  assert.equal(queue.push(6), true);
});

Deno.test("Queue forgets what comes after it was closed, and what waits when its reader leaves", async () => {
  const queue = new Queue<number>(4);
  queue.push(1);
  for await (const _ of queue) break;
  queue.push(2);
  assert.equal(queue.size, 0);
  assert.deepEqual(await queue.next(), { done: true, value: undefined });
});

Deno.test("Queue keeps its order over a hundred thousand items and holds no more than wait", async () => {
  const queue = new Queue<number>(1000);
  let next = 0;
  for (let i = 0; i < 100_000; i++) {
    queue.push(i);
    if (i % 3 === 0) continue;
    assert.equal((await queue.next()).value, next++);
  }
  assert.equal(queue.size, 100_000 - next);
});
