import type { Log } from "../src/lib/log.ts";
import type { LogLevel } from "../src/lib/log_format.ts";

/** One line that a test caught. */
export interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps its lines for a test to look at; `tell` hears of each. */
export function keepingLog(lines: Line[], tell: (line: Line) => void = () => {}): Log {
  const at = (level: LogLevel) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    const line = { level, message, fields };
    lines.push(line);
    tell(line);
  };
  const log: Log = {
    hearsDebug: true,
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => log,
  };
  return log;
}

/** A log that keeps nothing. */
export function silentLog(): Log {
  return keepingLog([]);
}
