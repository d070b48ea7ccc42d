import { strict as assert } from "node:assert";

/** What does not come within this time does not come, in ms: a test that waits for it fails. */
const PATIENCE_MS = 30_000;

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !await holds();) {
    assert.ok(performance.now() < end, `expected to hold within ${PATIENCE_MS} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
