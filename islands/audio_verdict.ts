import type { TurnFact } from "./facts.ts";

/** What is judged of a turn's audio. */
export type HeardTurn = Pick<
  TurnFact,
  "turn" | "speech_started_ms" | "late" | "longest_gap_ms" | "peak_db" | "clipped"
>;

/** Samples at full scale, as a part of all, that can be heard as distortion. */
const CLIPPED = 0.001;
/**
 * A voice whose loudest sample stays below this, in dBFS, is hard to understand. A turn's mean level would not do: it
 * falls with every second for which the caller was silent before.
 */
const QUIET_PEAK_DB = -30;
/** A gap that can be heard, in ms. */
const GAP_MS = 100;

/** What to complain of in the caller's audio, as a sentence, with the turns in which it was so. */
export function audioVerdict(turns: readonly HeardTurn[]): string {
  const gaps = turns.filter(({ longest_gap_ms }) => (longest_gap_ms ?? 0) > GAP_MS);
  const gap = Math.round(Math.max(...gaps.map(({ longest_gap_ms }) => longest_gap_ms!)));
  const late = turns.filter((turn) => (turn.late ?? 0) > 0);
  const packets = late.reduce((sum, turn) => sum + turn.late!, 0);
  const clipped = turns.filter((turn) => (turn.clipped ?? 0) > CLIPPED);
  const quiet = turns.filter(({ speech_started_ms, peak_db }) =>
    speech_started_ms !== null && peak_db !== null && peak_db < QUIET_PEAK_DB
  );
  const found = [
    gaps.length > 0 && `gaps of up to ${gap} ms (${named(gaps)})`,
    packets > 0 && `${packets} late ${packets === 1 ? "packet" : "packets"} (${named(late)})`,
    clipped.length > 0 && `clipping, the caller being too loud for the line (${named(clipped)})`,
    quiet.length > 0 && `a very low level (${named(quiet)})`,
  ].filter((each) => each !== false);
  return found.length === 0 ? "Nothing to complain of." : `Found: ${found.join("; ")}.`;
}

/** Turns that are named one by one. */
const MOST_NAMED = 5;

function named(turns: readonly HeardTurn[]): string {
  if (turns.length > MOST_NAMED) return `${turns.length} turns`;
  return `${turns.length === 1 ? "turn" : "turns"} ${turns.map(({ turn }) => turn).join(", ")}`;
}
