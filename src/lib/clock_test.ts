import { strict as assert } from "node:assert";
import { setImmediate } from "node:timers";
import { ManualClock } from "../../tests/manual_clock.ts";
import { atDate, systemClock } from "./clock.ts";

Deno.test("atDate() fires once, at the time of day and not before", () => {
  const clock = new ManualClock();
  const fired: number[] = [];
  atDate(clock, clock.date() + 200_000, () => fired.push(clock.now()));
  clock.advance(199_999);
  assert.deepEqual(fired, []);
  clock.advance(1_000_000);
  assert.deepEqual(fired, [200_000]);
  assert.equal(clock.timers, 0);
});

Deno.test("atDate() notices within a minute that the time of day was set, or that the machine slept", () => {
  class Set extends ManualClock {
    shift = 0;
    override date() {
      return super.date() + this.shift;
    }
  }
  const clock = new Set();
  let fired = false;
  atDate(clock, clock.date() + 3_600_000, () => fired = true);
  clock.advance(100_000);
  clock.shift = 7_200_000;
  clock.advance(60_000);
  assert.equal(fired, true);
});

Deno.test("atDate() can be called off, at the first look and later", () => {
  for (const after of [0, 100_000]) {
    const clock = new ManualClock();
    const callOff = atDate(clock, clock.date() + 200_000, () => assert.fail("it fired"));
    clock.advance(after);
    callOff();
    clock.advance(1_000_000);
    assert.equal(clock.timers, 0);
  }
});

Deno.test("nextTurn() lets what has come in at a socket be heard, however much else there always is to do", async () => {
  using port = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using speaker = await Deno.connect({ hostname: "127.0.0.1", port: port.addr.port });
  using listener = await port.accept();
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  let heard = false;
  const work = () => heard ? end() : void setImmediate(work);
  work();
  const hearing = listener.read(new Uint8Array(1)).then(() => heard = true);
  await systemClock.nextTurn();
  await speaker.write(Uint8Array.of(1));
  await systemClock.nextTurn();
  await systemClock.nextTurn();
  assert.ok(heard);
  await Promise.all([hearing, over]);
});
