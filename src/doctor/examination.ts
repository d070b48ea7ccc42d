import type { Clock } from "../lib/clock.ts";
import { type Check, fail, type Finding, messageOf } from "./check.ts";
import { missingPermission } from "./permissions.ts";

/** How long one check may take, and since they run side by side, all of them. */
const LONGEST_MS = 15_000;

/** A check and what it found. */
export interface Examined {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** Runs every check at the same time, each within `longestMs`. Never rejects. */
export function examine(checks: readonly Check[], clock: Clock, longestMs = LONGEST_MS): Promise<readonly Examined[]> {
  return Promise.all(checks.map(async (check) => ({ title: check.title, findings: await bounded(check) })));

  async function bounded(check: Check): Promise<readonly Finding[]> {
    const abort = new AbortController();
    const late = Promise.withResolvers<readonly Finding[]>();
    const callOff = clock.setTimer(longestMs, () => {
      abort.abort(new Error(`no answer within ${longestMs / 1000} s`));
      late.resolve([
        fail(
          "CHECK-LATE",
          `not done within ${longestMs / 1000} s`,
          "look at the network and the disk that it needs, and run the doctor again",
        ),
      ]);
    });
    try {
      return await Promise.race([check.run(abort.signal).catch(unforeseen), late.promise]);
    } finally {
      callOff();
    }
  }
}

function unforeseen(error: unknown): readonly Finding[] {
  return [
    missingPermission(error) ??
      fail("CHECK-FAILED", messageOf(error), "this was not foreseen: report it with this line"),
  ];
}
