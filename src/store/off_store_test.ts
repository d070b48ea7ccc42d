import { strict as assert } from "node:assert";
import { Bus } from "../lib/bus.ts";
import { systemClock } from "../lib/clock.ts";
import type { LogEntry } from "../lib/log_format.ts";
import { OffStore } from "./off_store.ts";
import { type Alert, StoreError } from "./store.ts";

Deno.test("a store that is off tells the last of what was logged, and of calls only that it is off", async () => {
  const logs = new Bus<LogEntry>();
  await using store = new OffStore({ clock: systemClock, logs });
  logs.publish({ time: 7, level: "warn", logger: "byova.call", message: "agent faltered", fields: { call: "one" } });
  await systemClock.nextTurn();
  assert.deepEqual(await store.logs({ callId: "one", limit: 10 }), [
    { id: 1, at: 7, level: "warn", logger: "byova.call", message: "agent faltered", callId: "one", fields: {} },
  ]);
  for (let at = 2; at <= 5000; at++) {
    store.keepLog({
      at,
      level: at % 2 ? "info" : "debug",
      logger: "a",
      message: `line ${at}`,
      callId: undefined,
      fields: {},
    });
  }
  const ids = async (query: Parameters<typeof store.logs>[0]) => (await store.logs(query)).map(({ id }) => id);
  assert.deepEqual(await ids({ limit: 2 }), [4999, 5000]);
  assert.deepEqual(await ids({ limit: 2, level: "info", before: 4999 }), [4995, 4997]);
  assert.deepEqual(await ids({ limit: 2, after: 4000 }), [4001, 4002]);
  assert.deepEqual(await ids({ limit: 2, after: 0 }), [3001, 3002]);
  await assert.rejects(
    store.calls(),
    (error) => error instanceof StoreError && /store.enabled is false/.test(error.message),
  );
});

Deno.test("a store that is off tells alerts and deeds of this run, the newest first", async () => {
  await using store = new OffStore({ clock: systemClock });
  const alert = (id: number, state: Alert["state"]): Alert => ({
    id,
    rule: "no_calls",
    severity: "warning",
    state,
    message: "",
    value: undefined,
    since: id,
    resolvedAt: undefined,
    delivery: "none",
  });
  for (let id = 1; id <= 300; id++) store.keepAlert(alert(id, "firing"));
  store.keepAlert(alert(299, "resolved"));
  const told = async (state?: Alert["state"]) =>
    (await store.alerts({ ...(state && { state }), offset: 0, limit: 500 })).map(({ id }) => id);
  assert.deepEqual([(await told()).length, (await told())[0], await told("resolved")], [200, 300, [299]]);
  for (const who of ["ada", "bob"]) store.keepDeed({ at: 1, who, via: "token", action: "end call", about: "one" });
  assert.deepEqual((await store.deeds({ offset: 0, limit: 9 })).map(({ who }) => who), ["bob", "ada"]);
});
