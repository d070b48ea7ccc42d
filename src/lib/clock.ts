import { setImmediate } from "node:timers";
import { Timers } from "./timers.ts";
import { variable } from "./variable.ts";

/** Time, as the house sees it. Everything that waits or measures is handed one, so that a test can hand in its own. */
export interface Clock {
  /** Milliseconds on a clock that never jumps; only differences mean anything. */
  now(): number;
  /** The time of day: milliseconds since 1970-01-01T00:00:00Z. */
  date(): number;
  /** Calls `fire` once, after `ms` milliseconds. Returns what calls it off. A timer never keeps the process alive. */
  setTimer(ms: number, fire: () => void): () => void;
  /** Resolves in a later turn of the event loop, when what else is waiting, at sockets too, has had its chance. */
  nextTurn(): Promise<void>;
}

/**
 * While there is always something to do, the platform looks at its sockets no more than once in this many turns: the
 * `event_interval` of tokio, which is Deno's 61 unless the environment says otherwise, and one turn to take what was found.
 */
const TURNS_TO_LOOK = Number(variable("DENO_TOKIO_EVENT_INTERVAL") ?? 61) + 1;
/**
 * V8 marks its old generation a step a turn: who waits for the others lets it take so many, unless that lasts longer than
 * so many ms.
 */
const TURNS = Math.max(62, TURNS_TO_LOOK), LONGEST_MS = 12;

const timers = new Timers({
  now: () => performance.now(),
  setTimer(ms, fire) {
    const id = setTimeout(fire, ms);
    Deno.unrefTimer(id);
    return () => clearTimeout(id);
  },
});

/** The real time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  setTimer: (ms, fire) => timers.set(ms, fire),
  nextTurn() {
    const { promise, resolve } = Promise.withResolvers<void>();
    const until = performance.now() + LONGEST_MS;
    let turns = 0;
    const next = () => {
      const enough = ++turns >= TURNS || (turns >= TURNS_TO_LOOK && performance.now() >= until);
      if (enough) resolve();
      else setImmediate(next);
    };
    setImmediate(next);
    return promise;
  },
};

/** Resolves in the next turn of the event loop: who has been found to have something to say is heard first. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Resolves after `ms` milliseconds, or as soon as `signal` is aborted. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => {
    cancel();
    signal?.removeEventListener("abort", wake);
    resolve();
  };
  const cancel = clock.setTimer(ms, wake);
  signal?.addEventListener("abort", wake);
  return promise;
}

/** The longest that `atDate` goes without a look at the time of day, in ms. */
const LOOK_MS = 60_000;

/**
 * Calls `fire` once the time of day is `at`, in ms since 1970. Returns what calls it off. It looks once a minute, since
 * a timer stands still while the machine sleeps and the time of day may be set.
 */
export function atDate(clock: Clock, at: number, fire: () => void): () => void {
  let callOff = () => {};
  const look = () => {
    const left = at - clock.date();
    if (left <= 0) return fire();
    callOff = clock.setTimer(Math.min(left, LOOK_MS), look);
  };
  callOff = clock.setTimer(0, look);
  return () => callOff();
}
