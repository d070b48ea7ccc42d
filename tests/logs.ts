import type { Log } from "../src/lib/log.ts";

/** One line that a test caught. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps its lines for a test to look at. */
export function keepingLog(lines: Line[]): Log {
  const at = (level: string) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    lines.push({ level, message, fields });
  };
  const log: Log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: () => log };
  return log;
}

/** A log that keeps nothing. */
export function silentLog(): Log {
  return keepingLog([]);
}
