import { strict as assert } from "node:assert";
import type { TurnFact } from "./facts.ts";
import { originOf, placeOf, scaleOf, stepsOf, ticksOf, waitedFor, waitsOf } from "./waterfall.ts";

/** A turn of which only its opening is known, and what is told of it beside that. */
function turn(more: Partial<TurnFact>): TurnFact {
  return {
    turn: 1,
    by: null,
    opened_ms: 0,
    first_frame_ms: null,
    speech_started_ms: null,
    speech_ended_ms: null,
    asked_ms: null,
    agent_ms: null,
    prompt_ms: null,
    final_ms: null,
    closed_ms: null,
    cut_short: false,
    cancelled: false,
    frames: 0,
    late: null,
    longest_gap_ms: null,
    level_db: null,
    peak_db: null,
    clipped: null,
    transcript: null,
    summary: null,
    codes: [],
    ...more,
  };
}

const ANSWERED = { asked_ms: 5003, agent_ms: 5400, prompt_ms: 5410, final_ms: 5600, closed_ms: 5601 };
const SPOKEN = turn({
  by: "voice",
  opened_ms: 1000,
  first_frame_ms: 1010,
  speech_started_ms: 2000,
  speech_ended_ms: 5000,
  ...ANSWERED,
});

const owners = (of: TurnFact, now?: number) => waitsOf(of, now).map(({ owner, from, to }) => `${owner} ${to - from}`);

Deno.test("each wait of a spoken turn has its owner, and together they are the whole turn", () => {
  assert.deepEqual(owners(SPOKEN), [
    "caller 10",
    "caller 990",
    "caller 3000",
    "gateway 3",
    "connector 397",
    "gateway 10",
    "connector 190",
    "gateway 1",
  ]);
  const sum = waitsOf(SPOKEN).reduce((sum, { from, to }) => sum + to - from, 0);
  assert.equal(sum, SPOKEN.closed_ms! - SPOKEN.opened_ms);
  assert.equal(waitedFor(SPOKEN), 410);
});

Deno.test("the time before the agent is asked is the caller's for keys and silence, and the gateway's otherwise", () => {
  const asked = (by: TurnFact["by"]) => owners(turn({ by, opened_ms: 4000, ...ANSWERED }))[0];
  assert.deepEqual(["keys", "silence", "custom", "start"].map((by) => asked(by as TurnFact["by"])), [
    "caller 1003",
    "caller 1003",
    "gateway 1003",
    "gateway 1003",
  ]);
});

Deno.test("the caller's wait counts from the end of what the caller did, of a start from its RPC", () => {
  assert.equal(originOf(SPOKEN), 5000);
  assert.equal(originOf(turn({ by: "keys", opened_ms: 4000, ...ANSWERED })), 5003);
  assert.equal(waitedFor(turn({ by: "start", opened_ms: 0, asked_ms: 7, agent_ms: 800, prompt_ms: 825 })), 825);
  assert.equal(waitedFor(turn({ opened_ms: 10, closed_ms: 500 })), undefined);
});

Deno.test("a turn that goes on has an open wait up to now, owned by who is waited for", () => {
  const last = (more: Partial<TurnFact>) => waitsOf(turn(more), 9000).at(-1)!;
  for (
    const [more, owner] of [
      [{ first_frame_ms: 10 }, "caller"],
      [{ first_frame_ms: 10, speech_ended_ms: 900 }, "gateway"],
      [{ asked_ms: 900 }, "connector"],
      [{ asked_ms: 900, agent_ms: 950 }, "connector"],
      [{ asked_ms: 900, agent_ms: 950, final_ms: 960 }, "gateway"],
    ] as const
  ) {
    const wait = last(more);
    assert.deepEqual([wait.owner, wait.open, wait.to], [owner, true, 9000]);
  }
  assert.ok(waitsOf(SPOKEN, 9000).every(({ open }) => !open), "a turn that is over stays so");
});

Deno.test("an RPC that nothing was said in was the caller's, and its count ends where the caller's turn does", () => {
  const idle = { opened_ms: 100, first_frame_ms: 110 };
  assert.deepEqual(owners(turn({ ...idle, closed_ms: 9000 })), ["caller 10", "caller 8890"]);
  assert.equal(originOf(turn(idle), 5000), 5000);
  const { before, after } = scaleOf([turn(idle)], 5000);
  assert.ok(before >= 4900, "what the caller takes is left of the origin");
  assert.equal(after, 100, "the least, since nothing is right of it");
});

Deno.test("steps stand in the order of time, also where they came in another", () => {
  const early = turn({ opened_ms: 100, first_frame_ms: 90, closed_ms: 200 });
  assert.deepEqual(stepsOf(early).map(({ at }) => at), [90, 100, 200]);
});

Deno.test("turns share a scale: what came before the origin left of it, what came after right of it, nothing outside", () => {
  const turns = [SPOKEN, turn({ by: "start", opened_ms: 0, asked_ms: 1, agent_ms: 2, prompt_ms: 3, closed_ms: 1700 })];
  const scale = scaleOf(turns);
  assert.deepEqual(scale, { before: 4000, after: 2000, origin: 32 });
  assert.deepEqual([-4000, -2000, 0, 1000, 2000].map((ms) => placeOf(ms, scale)), [0, 16, 32, 66, 100]);
  assert.deepEqual(ticksOf(scale), [-4000, -2000, 0, 500, 1000, 1500, 2000]);
  for (const each of turns) {
    for (const { at } of stepsOf(each)) {
      const place = placeOf(at - originOf(each), scale);
      assert.ok(place >= 0 && place <= 100, `${place} %`);
    }
  }
  assert.equal(scaleOf([turns[1]!]).origin, 0);
});
