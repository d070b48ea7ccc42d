import type { Clock } from "../lib/clock.ts";

/**
 * Returns a clock that runs `speed` times as fast as `clock`: a minute of a call passes in a minute / `speed`. What an
 * endpoint needs to think is not shortened, so it seems `speed` times as long.
 * Throws RangeError unless `speed` is a positive number.
 */
export function paced(clock: Clock, speed: number): Clock {
  if (!(speed > 0 && speed < Infinity)) {
    throw new RangeError(`Cannot pace a call: speed must be a positive number: received ${speed}`);
  }
  if (speed === 1) return clock;
  const origin = clock.now();
  return {
    now: () => (clock.now() - origin) * speed,
    date: () => clock.date(),
    setTimer: (ms, fire) => clock.setTimer(ms / speed, fire),
    nextTurn: () => clock.nextTurn(),
  };
}
