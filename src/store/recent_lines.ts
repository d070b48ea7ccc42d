import { Latest } from "../lib/latest.ts";
import { holding } from "../lib/letters.ts";
import type { LogLine, LogQuery } from "./store.ts";

export const LEVELS = ["debug", "info", "warn", "error"] as const satisfies readonly LogLine["level"][];
/** Lines that one answer may hold. */
export const MOST_LINES = 1000;

/** The last log lines, in memory. */
export class RecentLines {
  readonly #lines: Latest<LogLine>;

  constructor(most: number) {
    this.#lines = new Latest(most);
  }

  add(line: LogLine): void {
    this.#lines.add(line);
  }

  /** Those that were asked for, the oldest first, however many. */
  find(query: LogQuery): LogLine[] {
    return this.#lines.all().filter(fitting(query));
  }
}

/** The part of what was found that belongs into one answer: from the newest on, or from the line on that was named. */
export function pageOf(found: readonly LogLine[], { before, after, limit }: LogQuery): LogLine[] {
  const most = Math.min(limit, MOST_LINES);
  const forward = after !== undefined && before === undefined;
  return forward ? found.slice(0, most) : found.slice(Math.max(0, found.length - most));
}

function fitting({ level = "debug", logger, callId, text, from, to, before, after }: LogQuery) {
  const holds = text === undefined ? undefined : holding(text);
  return (line: LogLine): boolean =>
    LEVELS.indexOf(line.level) >= LEVELS.indexOf(level) &&
    (logger === undefined || line.logger === logger || line.logger.startsWith(`${logger}.`)) &&
    (callId === undefined || line.callId === callId) &&
    (holds === undefined || [line.message, line.logger, JSON.stringify(line.fields)].some(holds)) &&
    (from === undefined || line.at >= from) && (to === undefined || line.at < to) &&
    (before === undefined || line.id < before) && (after === undefined || line.id > after);
}
