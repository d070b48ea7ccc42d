import { strict as assert } from "node:assert";
import { audioVerdict, type HeardTurn } from "./audio_verdict.ts";

let turns = 0;
const turn = (fact: Partial<HeardTurn> = {}): HeardTurn => ({
  turn: ++turns,
  speech_started_ms: 100,
  late: 0,
  longest_gap_ms: 21,
  peak_db: -12,
  clipped: 0,
  ...fact,
});
const verdict = (...facts: Partial<HeardTurn>[]) => {
  turns = 0;
  return audioVerdict(facts.map((fact) => turn(fact)));
};

Deno.test("a call without fault is told as such, and what is not known is no fault", () => {
  assert.equal(verdict({}, {}), "Nothing to complain of.");
  assert.equal(
    verdict({ late: null, longest_gap_ms: null, peak_db: null, clipped: null }),
    "Nothing to complain of.",
  );
});

Deno.test("the level is judged only where somebody spoke", () => {
  assert.equal(verdict({ speech_started_ms: null, peak_db: -100 }), "Nothing to complain of.");
  assert.equal(verdict({ peak_db: -30 }), "Nothing to complain of.");
  assert.equal(verdict({}, { peak_db: -31 }), "Found: a very low level (turn 2).");
});

Deno.test("gaps, lateness and clipping are told with their turns", () => {
  assert.equal(verdict({ longest_gap_ms: 100 }, { clipped: 0.001 }), "Nothing to complain of.");
  assert.equal(
    verdict({ longest_gap_ms: 222.2 }, { longest_gap_ms: 449.1, late: 1 }, { clipped: 0.002 }),
    "Found: gaps of up to 449 ms (turns 1, 2); 1 late packet (turn 2); " +
      "clipping, the caller being too loud for the line (turn 3).",
  );
  assert.equal(verdict(...Array(6).fill({ late: 2 })), "Found: 12 late packets (6 turns).");
});
