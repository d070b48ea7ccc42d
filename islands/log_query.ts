import { holding } from "../src/lib/letters.ts";
import type { LogFact } from "./facts.ts";

/** What the address of the log says: which lines are shown. "" for any. */
export interface LogQuery {
  readonly level: string;
  readonly logger: string;
  readonly call: string;
  readonly text: string;
  readonly from: string;
  readonly to: string;
  /** The line that a link is to; undefined for the newest. */
  readonly line: number | undefined;
}

export const LEVELS = ["debug", "info", "warn", "error"] as const;
/** Lines that one question asks for. */
const PAGE = 200;

/** Reads the address ("?level=warn"). */
export function readLogQuery(search: string): LogQuery {
  const params = new URLSearchParams(search);
  const text = (name: string) => params.get(name)?.trim() ?? "";
  const line = Number(params.get("line") ?? NaN);
  return {
    level: LEVELS.find((level) => level === text("level")) ?? "",
    logger: text("logger"),
    call: text("call"),
    text: text("text"),
    from: text("from"),
    to: text("to"),
    line: Number.isSafeInteger(line) ? line : undefined,
  };
}

/** The question to `/api/logs`; `before`: only lines before the one of that number. */
export function logPath({ line, ...filters }: LogQuery, before?: number): string {
  const params = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ""));
  const end = before ?? (line === undefined ? undefined : line + PAGE / 2);
  if (end !== undefined) params.set("before", String(end));
  params.set("limit", String(PAGE));
  return `/api/logs?${params}`;
}

/** Whether a line that the gateway tells of by itself is one of those asked for: the rule of the store. */
export function isWanted(fact: LogFact, { level, logger, call, text, from, to }: LogQuery): boolean {
  return (level === "" || LEVELS.indexOf(fact.level) >= LEVELS.indexOf(level as LogFact["level"])) &&
    (logger === "" || fact.logger === logger || fact.logger.startsWith(`${logger}.`)) &&
    (call === "" || fact.call_id === call) &&
    (text === "" || [fact.message, fact.logger, JSON.stringify(fact.fields)].some(holding(text))) &&
    (from === "" || fact.at >= from) && (to === "" || fact.at < to);
}
