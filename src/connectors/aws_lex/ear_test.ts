import { strict as assert } from "node:assert";
import { ManualClock } from "../../../tests/manual_clock.ts";
import { Ear } from "./ear.ts";

const bytes = (length: number, from = 0) => Uint8Array.from({ length }, (_, at) => (from + at) % 251);
const joined = (events: readonly Uint8Array[]) => events.flatMap((event) => [...event]);

Deno.test("Lex hears every byte once and in order, in events of 40 ms, whatever the frames' size", () => {
  for (const size of [2, 320, 640, 642, 5000]) {
    using ear = new Ear(new ManualClock());
    const events: Uint8Array[] = [];
    ear.open((event) => events.push(event));
    const spoken = bytes(20_000);
    for (let at = 0; at < spoken.length; at += size) ear.hear(spoken.slice(at, at + size));
    assert.ok(events.every(({ length }) => length === 640));
    ear.flush();
    assert.deepEqual(joined(events), [...spoken]);
  }
});

Deno.test("where the caller's side sends nothing, Lex hears silence in real time, and none while sound comes", () => {
  const clock = new ManualClock();
  using ear = new Ear(clock);
  const events: Uint8Array[] = [];
  ear.open((event) => events.push(event));
  clock.advance(1000);
  assert.equal(joined(events).length, 16_000);
  assert.ok(joined(events).every((byte) => byte === 0));
  events.length = 0;
  for (let ms = 0; ms < 1000; ms += 20) {
    ear.hear(bytes(320));
    clock.advance(20);
  }
  assert.equal(joined(events).length, 16_000);
  ear.close();
  events.length = 0;
  clock.advance(1000);
  assert.deepEqual(events, []);
});

Deno.test("what was heard before Lex listens is not lost: the last 600 ms of it", () => {
  using ear = new Ear(new ManualClock());
  const spoken = bytes(64_000);
  ear.hear(spoken);
  const events: Uint8Array[] = [];
  ear.open((event) => events.push(event));
  assert.deepEqual(joined(events), [...spoken.slice(-9600)]);
});
