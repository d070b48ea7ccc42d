import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Row } from "./call_rows.ts";
import { LEVELS, MOST_LINES, pageOf, RecentLines } from "./recent_lines.ts";
import type { LogLine, LogQuery } from "./store.ts";

/** Debug lines that are kept, in memory. */
const MOST_DEBUG = 2000;

/** The log lines: those from info up in the database, the last of the others in memory. Throws what SQLite throws. */
export class LogBook {
  readonly #debug = new RecentLines(MOST_DEBUG);
  readonly #sql;

  constructor(readonly database: DatabaseSync) {
    this.#sql = {
      last: database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'logs'"),
      setLast: database.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'logs'"),
      add: database.prepare(
        "INSERT INTO logs (id, at, level, logger, message, call, fields) VALUES (?, ?, ?, ?, ?, ?, ?)",
      ),
    };
  }

  /**
   * Writes lines down and gives all their numbers. Belongs into a transaction. Returns those of level debug, to `remember`
   * once it is through.
   */
  write(lines: readonly Omit<LogLine, "id">[]): LogLine[] {
    const debug: LogLine[] = [];
    if (lines.length === 0) return debug;
    let id = Number(this.#sql.last.get()!.seq);
    for (const line of lines) {
      const { at, level, logger, message, callId = null, fields } = line;
      id++;
      if (level === "debug") debug.push({ id, ...line });
      else {
        this.#sql.add.run(id, Math.round(at), LEVELS.indexOf(level), logger, message, callId, JSON.stringify(fields));
      }
    }
    this.#sql.setLast.run(id);
    return debug;
  }

  remember(debug: readonly LogLine[]): void {
    for (const line of debug) this.#debug.add(line);
  }

  logs(query: LogQuery): LogLine[] {
    const limit = Math.min(query.limit, MOST_LINES);
    const forward = query.after !== undefined && query.before === undefined;
    const { where, values } = conditions(query);
    const rows = this.database.prepare(
      `SELECT * FROM logs WHERE ${where} ORDER BY id ${forward ? "ASC" : "DESC"} LIMIT :limit`,
    ).all({ ...values, limit });
    const lines = [...rows.map(toLine), ...this.#debug.find(query)].sort((a, b) => a.id - b.id);
    return pageOf(lines, query);
  }
}

function conditions({ level = "debug", logger, callId, text, from, to, before, after }: LogQuery) {
  const where = ["level >= :level"];
  const values: Record<string, SQLInputValue> = { level: LEVELS.indexOf(level) };
  const want = (condition: string, more: Record<string, SQLInputValue | undefined>) => {
    const [[name, value]] = Object.entries(more) as [[string, SQLInputValue | undefined]];
    if (value === undefined) return;
    where.push(condition);
    values[name] = value;
  };
  want("(logger = :logger OR substr(logger, 1, length(:logger) + 1) = :logger || '.')", { logger });
  want("call = :callId", { callId });
  want("(message LIKE :text ESCAPE '\\' OR logger LIKE :text ESCAPE '\\' OR fields LIKE :text ESCAPE '\\')", {
    text: text === undefined ? undefined : `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`,
  });
  want("at >= :from", { from });
  want("at < :to", { to });
  want("id < :before", { before });
  want("id > :after", { after });
  return { where: where.join(" AND "), values };
}

function toLine({ id, at, level, logger, message, call, fields }: Row): LogLine {
  return {
    id,
    at,
    level: LEVELS[level as number]!,
    logger,
    message,
    callId: call ?? undefined,
    fields: JSON.parse(fields),
  };
}
