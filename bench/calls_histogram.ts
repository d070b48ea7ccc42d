/** Steps of 0.05 ms up to 20 s; what is longer counts as 20 s. */
const STEP_MS = 0.05, STEPS = 400_000;

/** Collects times and tells their quantiles, in ms, to 0.05 ms. */
export class Histogram {
  #counts = new Uint32Array(STEPS);
  count = 0;

  add(ms: number, times = 1): void {
    this.#counts[Math.min(STEPS - 1, Math.max(0, Math.round(ms / STEP_MS)))]! += times;
    this.count += times;
  }

  clear(): void {
    this.#counts.fill(0);
    this.count = 0;
  }

  /** Returns the time that a share `q` of all does not exceed, in ms; NaN when there are none. */
  quantile(q: number): number {
    let left = q * this.count;
    if (this.count === 0) return NaN;
    for (let step = 0; step < STEPS; step++) {
      left -= this.#counts[step]!;
      if (left <= 0) return step * STEP_MS;
    }
    return STEPS * STEP_MS;
  }
}
