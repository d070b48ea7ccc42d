import type { Clock } from "../lib/clock.ts";
import { type LogEntry, plainFields } from "../lib/log_format.ts";
import type { LogLine } from "./store.ts";

/** Lines that are kept of one second, and as many again of level debug. */
const MOST_A_SECOND = 200;
const SECOND_MS = 1000;
/** Characters of a message that are kept. */
const LONGEST_MESSAGE = 1024;

/** Turns what is logged into lines to be kept, and leaves out what comes in floods: a line says how many there were. */
export class LogIntake {
  #since = -Infinity;
  #lines = 0;
  #debugLines = 0;
  #leftOut = 0;

  constructor(readonly clock: Clock, readonly keep: (line: Omit<LogLine, "id">) => void) {}

  take(entry: LogEntry): void {
    const now = this.clock.now();
    if (now - this.#since >= SECOND_MS) this.#startAgain(now);
    const before = entry.level === "debug" ? this.#debugLines++ : this.#lines++;
    if (before < MOST_A_SECOND) this.keep(lineOf(entry));
    else this.#leftOut++;
  }

  #startAgain(now: number): void {
    this.#since = now;
    this.#lines = 0;
    this.#debugLines = 0;
    if (this.#leftOut === 0) return;
    const fields = { count: this.#leftOut };
    this.#leftOut = 0;
    this.keep(
      lineOf({
        time: this.clock.date(),
        level: "warn",
        logger: "byova.store",
        message: "log lines were not kept: there were too many at once",
        fields,
      }),
    );
  }
}

function lineOf(entry: LogEntry): Omit<LogLine, "id"> {
  const { call, ...rest } = plainFields(entry.fields);
  return {
    at: entry.time,
    level: entry.level,
    logger: entry.logger,
    message: entry.message.slice(0, LONGEST_MESSAGE),
    callId: typeof call === "string" ? call : undefined,
    fields: rest,
  };
}
