export type LogLevel = "debug" | "info" | "warn" | "error";

/** One thing to be logged, before it has a form. */
export interface LogEntry {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly time: number;
  readonly level: LogLevel;
  /** Who says it, such as `byova.web`. */
  readonly logger: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Turns an entry into one line without its line feed. */
export type LogFormat = (entry: LogEntry) => string;

/** Characters of one value that are shown; the rest is counted. */
const LONGEST_VALUE = 1024;
/** Values that a reader can tell from the text around them without quotes. */
const PLAIN = /^[\w.,:;/@+%()\[\]<>&?!*#~|^'-]+$/;
/** What JSON leaves alone and a terminal or a viewer of logs may obey: C1 controls, line separators, bidi overrides. */
const OBEYED = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const RESERVED = new Set(["ts", "level", "logger", "msg"]);

/** A line for people: local time, level, logger, message, `key=value` fields. */
export function textLine({ time, level, logger, message, fields }: LogEntry): string {
  let line = `${localTime(time)} ${level.toUpperCase().padEnd(5)} ${logger}: ${escaped(message)}`;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const shown = plainValue(value);
    line += ` ${word(key)}=${typeof shown === "string" ? word(shown) : shown}`;
  }
  return line;
}

/** A line for machines: one JSON object with ts (ISO 8601, UTC), level, logger, msg and the fields beside them. */
export function jsonLine({ time, level, logger, message, fields }: LogEntry): string {
  const line: Record<string, unknown> = { ts: timestamp(time), level, logger, msg: cut(message) };
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) line[RESERVED.has(key) ? `${key}_` : key] = plainValue(value);
  }
  return json(line);
}

/** Fields as a line holds them: plain values of bounded length; those that are undefined are left out. */
export function plainFields(fields: LogEntry["fields"]): Record<string, string | number | boolean | null> {
  const plain: Record<string, string | number | boolean | null> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) plain[key] = plainValue(value);
  }
  return plain;
}

/** A value as a number, a truth value, null, or a text of bounded length. */
function plainValue(value: unknown): string | number | boolean | null {
  switch (typeof value) {
    case "string":
      return cut(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "object":
      return value === null ? null : cut(objectText(value));
    default:
      return cut(String(value));
  }
}

/** What an object says of itself; one that fails at that, such as a ring, is named by its kind. */
function objectText(value: object): string {
  try {
    return value instanceof Error ? errorText(value) : JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** An error on one line: its name and message, where it was thrown, what caused it. */
function errorText(error: Error): string {
  const stack = (error.stack ?? String(error)).replace(/\s*\n\s*/g, " | ");
  return error.cause === undefined ? stack : `${stack} (cause: ${String(error.cause)})`;
}

function cut(text: string): string {
  if (text.length <= LONGEST_VALUE) return text;
  return `${text.slice(0, LONGEST_VALUE)}…(${text.length - LONGEST_VALUE} more)`;
}

/** JSON whose every control character is an escape (RFC 8259 section 7). */
function json(value: unknown): string {
  return JSON.stringify(value).replace(OBEYED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function escaped(text: string): string {
  return json(cut(text)).slice(1, -1).replaceAll('\\"', '"');
}

/** ISO 8601, UTC. Many lines are of the same millisecond, and to write it anew is a third of a line's work. */
function timestamp(time: number): string {
  if (time !== written.time) written = { time, text: new Date(time).toISOString() };
  return written.text;
}

let written = { time: NaN, text: "" };

function word(text: string): string {
  return PLAIN.test(text) ? text : json(text);
}

/** `2026-11-20 14:03:59.042` in the machine's time zone. */
function localTime(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${clock}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
