import { strict as assert } from "node:assert";
import type { CallRow } from "../islands/facts.ts";
import { systemClock } from "../src/lib/clock.ts";
import { CallReader } from "../src/store/call_reader.ts";
import { openFile } from "../src/store/open_database.ts";
import { StoredFile } from "../src/store/stored_file.ts";
import { type CallRecord, type RememberedCall } from "../src/store/store.ts";
import { Words } from "../src/store/words.ts";
import { GatewayProcess } from "./gateway_process.ts";

/** The gateway as a process that remembers, killed in the middle of its work. */

const YAML = "store: { enabled: true }";
const LIVE = ["live-1", "live-2", "live-3"];

Deno.test("kill -9: everything committed is there, open calls are marked as interrupted, and the file is sound", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/data/gateway.db`;
  try {
    let before: Map<string, RememberedCall>;
    {
      await using house = await GatewayProcess.start([], YAML, { home: folder });
      await house.remembers();
      for (const conversationId of LIVE) await house.call({ conversationId }).start();
      const traffic = callAfterCall(house);
      do {
        await new Promise((resolve) => setTimeout(resolve, 20));
        before = committed(file);
      } while (stateCount(before, "ended") < 50 || LIVE.some((id) => !before.has(id)));
      house.signal("SIGKILL");
      assert.equal((await house.exit).signal, "SIGKILL");
      await traffic;
    }
    const found = committed(file);
    for (const [id, { call, turns, events }] of before) {
      const now = found.get(id);
      assert.ok(now, `${id} was committed and is gone`);
      assert.deepEqual(now.events.slice(0, events.length), events, id);
      if (call.state === "ended") assert.deepEqual([now.call, now.turns], [call, turns], id);
    }
    {
      using stored = StoredFile.open(file, systemClock);
      assert.deepEqual(stored.examine().problems, []);
    }

    await using house = await GatewayProcess.start([], YAML, { home: folder });
    const call = await house.call({ conversationId: "after" }).start();
    assert.equal(call.status, 0);
    const open = [...found].filter(([, { call }]) => call.state === "live").map(([id]) => id);
    let interrupted: readonly CallRow[];
    do {
      await new Promise((resolve) => setTimeout(resolve, 200));
      interrupted = (await (await fetch(`${house.page}api/calls?state=interrupted&limit=500`)).json()).calls;
    } while (interrupted.length < open.length);
    assert.deepEqual(interrupted.map(({ call_id }) => call_id).sort(), open.sort());
    for (const row of interrupted) {
      const last = found.get(row.call_id)!.events.at(-1)!;
      assert.deepEqual([row.outcome, Date.parse(row.ended_at!)], [null, Math.round(last.at)], row.call_id);
    }
    const { calls: [live] } = await (await fetch(`${house.page}api/calls?state=live`)).json();
    assert.equal(live.call_id, "after");
    const ended = await (await fetch(`${house.page}api/calls?state=ended&limit=500`)).json();
    assert.equal(ended.total, stateCount(found, "ended"));
    assert.ok(house.log.some(({ msg }) => msg === "calls were interrupted: their gateway is gone"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Calls come and go, one after the other, until there is nobody to call. */
async function callAfterCall(house: GatewayProcess): Promise<void> {
  for (let at = 0;; at++) {
    const call = house.call({ conversationId: `call-${at}` });
    if ((await call.start()).status !== 0 || (await call.press("5")).status !== 0) return;
  }
}

/** What is committed of calls, each by its id, at one moment. */
function committed(file: string): Map<string, RememberedCall> {
  using database = openFile(file, { readOnly: true });
  database.exec("BEGIN");
  const reader = new CallReader(database, new Words(database));
  const ids = database.prepare("SELECT call FROM calls").all().map(({ call }) => String(call));
  return new Map(ids.map((callId) => [callId, reader.call({ callId })!]));
}

function stateCount(calls: ReadonlyMap<string, RememberedCall>, state: CallRecord["state"]): number {
  return [...calls.values()].filter(({ call }) => call.state === state).length;
}
