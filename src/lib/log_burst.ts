import type { Clock } from "./clock.ts";
import type { Log, LogFields } from "./log.ts";

/** How many lines of one kind are written in a second; the others are counted. */
const MOST_LINES = 10;
const SECOND_MS = 1000;

/** Writes a warning, unless there were many of late. Dispose it to write what is left. */
export interface Burst extends Disposable {
  (message: string, fields: LogFields): void;
}

/**
 * Returns a writer of warnings for what strangers can cause as often as they like: ten lines a second at the most, and
 * then one that says how many more there were.
 */
export function burst(log: Log, clock: Clock): Burst {
  let lines = 0;
  let more = 0;
  let callOff = () => {};
  const startAgain = () => {
    if (more > 0) log.warn("and more of the kind", { count: more });
    lines = more = 0;
  };
  const write = (message: string, fields: LogFields) => {
    if (lines === MOST_LINES) return void more++;
    if (lines++ === 0) callOff = clock.setTimer(SECOND_MS, startAgain);
    log.warn(message, fields);
  };
  return Object.assign(write, {
    [Symbol.dispose]() {
      callOff();
      startAgain();
    },
  });
}
