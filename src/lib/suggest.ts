/** Names longer than this are not compared: the work grows with the product of the lengths. */
const LONGEST = 64;

/**
 * Returns the candidate that `name` most likely was meant to be, or undefined when none is near: at most one slip for
 * every three characters, where a slip is a character added, left out, replaced, or swapped with its neighbour
 * (optimal string alignment, the restricted form of the Damerau-Levenshtein distance).
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LONGEST) return undefined;
  let best: string | undefined;
  let bound = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate.length > LONGEST || Math.abs(candidate.length - name.length) >= bound) continue;
    const slips = distance(name.toLowerCase(), candidate.toLowerCase());
    if (slips >= bound) continue;
    best = candidate;
    bound = slips;
  }
  return best;
}

/** Counts the slips between two short names, row by row of the alignment table. */
function distance(a: string, b: string): number {
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = old[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      let least = Math.min(replaced, old[column]! + 1, current[column - 1]! + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, older[column - 2]! + 1);
      }
      current[column] = least;
    }
    older = old;
    old = current;
  }
  return old[b.length]!;
}
