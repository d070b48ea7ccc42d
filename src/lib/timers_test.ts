import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Timers } from "./timers.ts";

/** A platform whose time only the test moves; it fires up to `lateMs` late. */
class Platform {
  time = 0;
  armed: { at: number; fire: () => void } | undefined;
  arms = 0;
  longest = 0;
  now = () => this.time;
  setTimer(ms: number, fire: () => void) {
    this.arms++;
    this.longest = Math.max(this.longest, ms);
    const mine = this.armed = { at: this.time + ms, fire };
    return () => {
      if (this.armed === mine) this.armed = undefined;
    };
  }
  /** Lets time pass, so that everything due by then fires, as late as `lateMs`. */
  until(time: number, lateMs = 0): void {
    while (this.armed && this.armed.at <= time) {
      const { at, fire } = this.armed;
      this.armed = undefined;
      this.time = Math.max(this.time, at + lateMs);
      fire();
    }
    this.time = Math.max(this.time, time);
  }
}

Deno.test("timers fire in the order of their time, those of one time in the order in which they were set, none early", () => {
  const plan = fc.array(fc.record({ ms: fc.nat(50), cancelled: fc.boolean(), lateMs: fc.nat(3) }), { maxLength: 60 });
  fc.assert(fc.property(plan, (plan) => {
    const platform = new Platform();
    const timers = new Timers(platform);
    const fired: number[] = [];
    const due = plan.map(({ ms, lateMs }, index) => {
      platform.until(platform.time + lateMs);
      const at = platform.now() + ms;
      const cancel = timers.set(ms, () => {
        assert.ok(platform.now() >= at);
        fired.push(index);
      });
      return { at, index, cancel };
    });
    const before = new Set(fired);
    plan.forEach(({ cancelled }, index) => cancelled && due[index]!.cancel());
    platform.until(1000, 1);
    const expected = due.filter(({ index }) => !plan[index]!.cancelled || before.has(index))
      .sort((one, other) => one.at - other.at || one.index - other.index).map(({ index }) => index);
    assert.deepEqual([...fired].sort(by), [...expected].sort(by));
    const after = fired.filter((index) => !before.has(index));
    assert.deepEqual(after, expected.filter((index) => !before.has(index)));
    assert.equal(timers.size, 0);
  }));
});

const by = (one: number, other: number) => one - other;

Deno.test("ten thousand timers hold one of the platform's", () => {
  const platform = new Platform();
  const timers = new Timers(platform);
  let fired = 0;
  for (let count = 0; count < 10_000; count++) timers.set(1000, () => fired++);
  assert.equal(platform.arms, 1);
  platform.until(1000);
  assert.equal(fired, 10_000);
  assert.equal(platform.armed, undefined);
});

Deno.test("without timers none of the platform's is held", () => {
  const platform = new Platform();
  const timers = new Timers(platform);
  const callOff = timers.set(1000, () => {});
  timers.set(2000, () => {})();
  assert.ok(platform.armed);
  callOff();
  callOff();
  assert.equal(platform.armed, undefined);
});

Deno.test("a timer that throws keeps none of the others from firing", () => {
  const platform = new Platform();
  const timers = new Timers(platform);
  const fired: string[] = [];
  timers.set(5, () => {
    throw new Error("on purpose");
  });
  timers.set(5, () => fired.push("other"));
  assert.throws(() => platform.until(5), /on purpose/);
  platform.until(6);
  assert.deepEqual(fired, ["other"]);
});

Deno.test("a timer may be set for longer than the platform's can", () => {
  const platform = new Platform();
  const timers = new Timers(platform);
  let fired = false;
  timers.set(2 ** 33, () => fired = true);
  platform.until(2 ** 33 - 1);
  assert.ok(!fired && platform.longest < 2 ** 31);
  platform.until(2 ** 33);
  assert.ok(fired);
});

Deno.test("a timer that fires may set others and call others off", () => {
  const platform = new Platform();
  const timers = new Timers(platform);
  const fired: string[] = [];
  timers.set(1, () => {
    fired.push("first");
    callOff();
    timers.set(0, () => fired.push("at once"));
    timers.set(2, () => fired.push("later"));
  });
  const callOff = timers.set(1, () => fired.push("called off"));
  platform.until(10);
  assert.deepEqual(fired, ["first", "at once", "later"]);
});
