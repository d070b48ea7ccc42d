import { configureSync, getLogger, type Logger, type LogRecord, resetSync, type Sink } from "@logtape/logtape";
import { Bus } from "./bus.ts";
import type { Clock } from "./clock.ts";
import { RotatingFile } from "./log_file.ts";
import { jsonLine, type LogEntry, type LogFormat, textLine } from "./log_format.ts";
import { LineWriter, type WriteBytes } from "./log_writer.ts";

/** Facts that go with a message, by name. What callers say or press is never among them. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where everybody writes what happened: a message that is always the same, and fields that vary. */
export interface Log {
  /** Whether `debug` is heard: what is costly to tell need not be told otherwise. */
  readonly hearsDebug: boolean;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose lines carry one more name and these fields as well. */
  child(name: string, fields?: LogFields): Log;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** A log file, and what its lines look like; `auto` means JSON. */
export interface LogFile {
  readonly path: string;
  readonly maxBytes: number;
  readonly backups: number;
  readonly format: "auto" | "text" | "json";
}

/** From which level a part of the program is heard, and the file that holds its lines besides standard output. */
export interface LogOutput {
  readonly level: LogLevel;
  readonly file?: LogFile;
}

/** How the program's logs are set up. */
export interface LoggingOptions {
  /** From which level the logging library itself is heard. */
  readonly level: LogLevel;
  /** What lines on standard output look like; `auto` means text on a terminal and JSON elsewhere. */
  readonly format: "auto" | "text" | "json";
  /** Everything except `web`. */
  readonly gateway: LogOutput;
  /** The dashboard and its API: what is logged by `child("web")` and below. */
  readonly web: LogOutput;
  readonly clock: Clock;
  /** Standard output. */
  readonly out: { readonly write: WriteBytes; isTerminal(): boolean };
  /** Standard error, for the one line that says that a log cannot be written. */
  readonly err: { readonly write: WriteBytes };
}

/** The program's logs, once set up. */
export interface Logging {
  /** The root that everybody's log descends from. */
  readonly log: Log;
  /** What is logged, for whoever watches. */
  readonly entries: Bus<LogEntry>;
  /** Lines that nobody got to read, since the start. */
  readonly lost: number;
  /** Resolves with whether everything could be written within `timeoutMs` milliseconds; then closes the files. */
  close(timeoutMs: number): Promise<boolean>;
}

const ROOT = "byova";
const LEVELS = { debug: "debug", info: "info", warn: "warning", error: "error" } as const;
const FORMATS = { text: textLine, json: jsonLine } as const;

/** Sets up the one set of logs that a program has. Call it once, and close what it returns before leaving. */
export function configureLogging(options: LoggingOptions): Logging {
  const { level, gateway, web, out } = options;
  const writers: LineWriter[] = [];
  const files: RotatingFile[] = [];

  const output = (name: string, write: WriteBytes, format: LogFormat): Sink => {
    const writer = new LineWriter({
      write,
      clock: options.clock,
      lossLine: (lost) =>
        format({
          time: options.clock.date(),
          level: "warn",
          logger: `${ROOT}.log`,
          message: "Log lines were lost: this output took them too slowly or not at all",
          fields: { lost },
        }),
      onFailure: (error) => complain(options, name, error),
    });
    writers.push(writer);
    return (record) => writer.push(format(entryOf(record)));
  };
  const fileOutput = ({ file }: LogOutput): Sink | undefined => {
    if (!file) return undefined;
    const rotating = new RotatingFile(file);
    files.push(rotating);
    return output(file.path, (bytes) => rotating.write(bytes), FORMATS[file.format === "text" ? "text" : "json"]);
  };

  const entries = new Bus<LogEntry>();
  const sinks: Record<string, Sink> = {
    entries: (record) => entries.publish(entryOf(record)),
    out: output(
      "standard output",
      (bytes) => out.write(bytes),
      FORMATS[options.format === "auto" ? (out.isTerminal() ? "text" : "json") : options.format],
    ),
  };
  const gatewayFile = fileOutput(gateway);
  if (gatewayFile) sinks.gateway = gatewayFile;
  const webFile = fileOutput(web);
  if (webFile) sinks.web = webFile;
  configureSync({
    reset: true,
    sinks,
    loggers: [
      {
        category: ROOT,
        sinks: gatewayFile ? ["out", "entries", "gateway"] : ["out", "entries"],
        lowestLevel: LEVELS[gateway.level],
      },
      {
        category: [ROOT, "web"],
        parentSinks: "override",
        sinks: webFile ? ["out", "entries", "web"] : ["out", "entries"],
        lowestLevel: LEVELS[web.level],
      },
      {
        category: ["logtape", "meta"],
        sinks: ["out"],
        lowestLevel: level === "error" ? "error" : "warning",
      },
    ],
  });

  return {
    log: createLog(),
    entries,
    get lost() {
      return writers.reduce((sum, { lost }) => sum + lost, 0);
    },
    async close(timeoutMs) {
      const done = await Promise.all(writers.map((writer) => writer.flush(timeoutMs)));
      resetSync();
      for (const file of files) file.close();
      return done.every((written) => written);
    },
  };
}

/** The root log. Until `configureLogging` is called, what it is told is forgotten. */
export function createLog(): Log {
  return wrap(getLogger(ROOT), {});
}

function wrap(logger: Logger, fields: LogFields): Log {
  const merged = (more: LogFields | undefined) => ({ ...fields, ...more });
  return {
    get hearsDebug() {
      return logger.isEnabledFor("debug");
    },
    debug: (message, more) => logger.isEnabledFor("debug") ? logger.debug(message, merged(more)) : undefined,
    info: (message, more) => logger.info(message, merged(more)),
    warn: (message, more) => logger.warn(message, merged(more)),
    error: (message, more) => logger.error(message, merged(more)),
    child: (name, more) => wrap(logger.getChild(name), merged(more)),
  };
}

function entryOf({ timestamp, level, category, rawMessage, properties }: LogRecord): LogEntry {
  return {
    time: timestamp,
    level: level === "warning" ? "warn" : level,
    logger: category.join("."),
    message: typeof rawMessage === "string" ? rawMessage : rawMessage.join(""),
    fields: properties,
  };
}

/** The last resort of a log that cannot be written: one line on standard error, and the gateway goes on. */
function complain({ err }: LoggingOptions, name: string, error: unknown): void {
  const line = `Cannot write the log to ${name}: lines are lost until it works again: ${
    error instanceof Error ? error.message : String(error)
  }\n`;
  err.write(new TextEncoder().encode(line)).catch(() => {});
}
