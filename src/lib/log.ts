import { Bus } from "./bus.ts";
import type { Clock } from "./clock.ts";
import { RotatingFile } from "./log_file.ts";
import { jsonLine, type LogEntry, type LogFormat, type LogLevel, textLine } from "./log_format.ts";
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
const WEB = `${ROOT}.web`;
const SEVERITY = { debug: 0, info: 1, warn: 2, error: 3 } as const satisfies Record<LogLevel, number>;
const FORMATS = { text: textLine, json: jsonLine } as const;

/** What becomes of the lines of one part of the program. */
interface Part {
  /** The least severity that is heard. */
  readonly heardFrom: number;
  readonly outputs: readonly ((entry: LogEntry) => void)[];
}

/** The parts of the program that are heard in ways of their own. */
interface Parts {
  readonly gateway: Part;
  readonly web: Part;
}

/** Sets up the one set of logs that a program has. Close what it returns before leaving. */
export function configureLogging(options: LoggingOptions): Logging {
  const { clock, format, gateway, web, out } = options;
  const writers: LineWriter[] = [];
  const files: RotatingFile[] = [];

  const output = (name: string, write: WriteBytes, form: LogFormat) => {
    const writer = new LineWriter({
      write,
      clock,
      lossLine: (lost) =>
        form({
          time: clock.date(),
          level: "warn",
          logger: `${ROOT}.log`,
          message: "Log lines were lost: this output took them too slowly or not at all",
          fields: { lost },
        }),
      onFailure: (error) => complain(options, name, error),
    });
    writers.push(writer);
    return (entry: LogEntry) => writer.push(form(entry));
  };
  const entries = new Bus<LogEntry>();
  const common = [
    output("standard output", (bytes) => out.write(bytes), FORMATS[formatOf(format, out.isTerminal())]),
    (entry: LogEntry) => entries.publish(entry),
  ];
  const partOf = ({ level, file }: LogOutput): Part => {
    const heardFrom = SEVERITY[level];
    if (!file) return { heardFrom, outputs: common };
    const rotating = new RotatingFile(file);
    files.push(rotating);
    const own = output(file.path, (bytes) => rotating.write(bytes), FORMATS[formatOf(file.format, false)]);
    return { heardFrom, outputs: [...common, own] };
  };

  return {
    log: new PartLog(ROOT, {}, { gateway: partOf(gateway), web: partOf(web) }, clock),
    entries,
    get lost() {
      return writers.reduce((sum, { lost }) => sum + lost, 0);
    },
    async close(timeoutMs) {
      const done = await Promise.all(writers.map((writer) => writer.flush(timeoutMs)));
      for (const file of files) file.close();
      return done.every((written) => written);
    },
  };
}

class PartLog implements Log {
  readonly #logger: string;
  readonly #fields: LogFields;
  readonly #parts: Parts;
  readonly #part: Part;
  readonly #clock: Clock;

  constructor(logger: string, fields: LogFields, parts: Parts, clock: Clock) {
    this.#logger = logger;
    this.#fields = fields;
    this.#parts = parts;
    this.#part = logger === WEB || logger.startsWith(`${WEB}.`) ? parts.web : parts.gateway;
    this.#clock = clock;
  }

  get hearsDebug(): boolean {
    return this.#part.heardFrom <= SEVERITY.debug;
  }

  debug(message: string, fields?: LogFields): void {
    this.#tell("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#tell("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#tell("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#tell("error", message, fields);
  }

  child(name: string, fields?: LogFields): Log {
    return new PartLog(`${this.#logger}.${name}`, { ...this.#fields, ...fields }, this.#parts, this.#clock);
  }

  #tell(level: LogLevel, message: string, fields: LogFields | undefined): void {
    const { heardFrom, outputs } = this.#part;
    if (SEVERITY[level] < heardFrom) return;
    const entry = {
      time: this.#clock.date(),
      level,
      logger: this.#logger,
      message,
      fields: { ...this.#fields, ...fields },
    };
    for (const output of outputs) output(entry);
  }
}

/** What `auto` comes to. */
function formatOf(format: LogFile["format"], isTerminal: boolean): keyof typeof FORMATS {
  return format !== "auto" ? format : isTerminal ? "text" : "json";
}

/** The last resort of a log that cannot be written: one line on standard error, and the gateway goes on. */
function complain({ err }: LoggingOptions, name: string, error: unknown): void {
  const line = `Cannot write the log to ${name}: lines are lost until it works again: ${
    error instanceof Error ? error.message : String(error)
  }\n`;
  err.write(new TextEncoder().encode(line)).catch(() => {});
}
