import { holding } from "../src/lib/letters.ts";
import type { CallPage, CallQuery, CallRow, CallState } from "./facts.ts";

/** What the address of the table says: which calls, in which order, from where on, and with which columns. */
export interface TableQuery {
  readonly filters: Omit<CallQuery, "sort" | "offset" | "limit">;
  /** A span up to now, by its name; then `filters.from` follows from it. */
  readonly period: string;
  readonly sort: string;
  readonly offset: number;
  readonly limit: number;
  /** Names of columns, or none for the usual ones. */
  readonly columns: readonly string[];
}

/** Spans up to now, in ms. */
export const PERIODS: Readonly<Record<string, { readonly label: string; readonly ms: number }>> = {
  "15m": { label: "last 15 minutes", ms: 900_000 },
  "1h": { label: "last hour", ms: 3_600_000 },
  "24h": { label: "last 24 hours", ms: 86_400_000 },
  "7d": { label: "last 7 days", ms: 604_800_000 },
  "30d": { label: "last 30 days", ms: 2_592_000_000 },
};

const FILTERS = ["state", "agent", "connector", "org", "outcome", "from", "to", "text"] as const;
export const USUAL_SORT = "-started_at";
export const USUAL_LIMIT = 50;
const MINUTE_MS = 60_000;

/** Reads the address of the table ("?state=live"). `now` in ms since 1970: a period begins at a full minute. */
export function readQuery(search: string, now: number): TableQuery {
  const params = new URLSearchParams(search);
  const filters: Record<string, string> = {};
  for (const name of FILTERS) {
    const value = params.get(name)?.trim();
    if (value) filters[name] = value;
  }
  const named = params.get("period") ?? "";
  const period = Object.hasOwn(PERIODS, named) ? named : "";
  if (period !== "") {
    filters.from = new Date(Math.floor((now - PERIODS[period]!.ms) / MINUTE_MS) * MINUTE_MS).toISOString();
    delete filters.to;
  }
  return {
    filters,
    period,
    sort: params.get("sort") || USUAL_SORT,
    offset: Number(params.get("offset")) || 0,
    limit: Number(params.get("limit")) || USUAL_LIMIT,
    columns: params.get("columns")?.split(",").filter((name) => name !== "") ?? [],
  };
}

/** The question to `/api/calls`. */
export function listPath({ filters, sort, offset, limit }: TableQuery): string {
  const page = { sort, offset: String(offset), limit: String(limit) };
  return `/api/calls?${new URLSearchParams({ ...filters, ...page })}`;
}

/** A file of all calls that the query finds, with the columns that are shown. */
export function exportPath(format: "csv" | "json", { filters, sort }: TableQuery, columns: readonly string[]): string {
  return `/api/calls.${format}?${new URLSearchParams({ ...filters, sort, columns: columns.join(",") })}`;
}

/** The address with some parameters changed, "" to leave one out; any change but of the page itself goes to the first page. */
export function withParams(search: string, changes: Readonly<Record<string, string>>): string {
  const params = new URLSearchParams(search);
  if (!("offset" in changes)) params.delete("offset");
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** Letters from which on a text is looked for in ids, as the store does. */
export const SHORTEST_PART_OF_ID = 3;

/** Whether a call is one of those asked for: the rule of the store, for rows that the gateway tells of by itself. */
export function isAskedFor(call: CallRow, filters: TableQuery["filters"]): boolean {
  const { state, agent, connector, org, outcome, from, to, text } = filters;
  const same = (asked: string | CallState | undefined, value: string | null) => asked === undefined || asked === value;
  const began = Date.parse(call.started_at);
  if (!same(state, call.state) || !same(agent, call.agent_id) || !same(connector, call.connector)) return false;
  if (!same(org, call.org_id) || !same(outcome, call.outcome)) return false;
  if (from !== undefined && began < Date.parse(from)) return false;
  if (to !== undefined && began >= Date.parse(to)) return false;
  if (text === undefined) return true;
  const ids = [...text].length < SHORTEST_PART_OF_ID ? [] : [call.call_id, call.tracking_id];
  return [...ids, call.agent_id, call.reason, call.code].some(holding(text));
}

/** The page of the table after calls have come, changed or ended. */
export function withChanges(page: CallPage, changed: readonly CallRow[], { filters, sort }: TableQuery): CallPage {
  const rows = new Map(page.calls.map((call) => [keyOf(call), call]));
  let { total } = page;
  for (const call of changed) {
    const key = keyOf(call);
    const known = rows.has(key);
    if (isAskedFor(call, filters)) {
      // What is new belongs on the first page; others learn of it when they are asked for again.
      if (!known && page.offset > 0) continue;
      rows.set(key, call);
      if (!known) total++;
    } else if (rows.delete(key)) total--;
  }
  return { ...page, total, calls: [...rows.values()].sort(order(sort)).slice(0, page.limit) };
}

/** What tells calls apart: an id may be used again. */
export function keyOf({ org_id, call_id, started_at }: CallRow): string {
  return `${started_at} ${org_id} ${call_id}`;
}

/** The order of rows that a sort asks for, as the store has it: what is not known counts as least, equals go by their start. */
function order(sort: string): (a: CallRow, b: CallRow) => number {
  const sign = sort.startsWith("-") ? -1 : 1;
  const member = sort.replace("-", "") as keyof CallRow;
  const value = (call: CallRow) => member === "state" ? STATES.indexOf(call.state) : call[member];
  return (a, b) => sign * (compare(value(a), value(b)) || compare(a.started_at, b.started_at));
}

/** From the least to the greatest, as the store has them. */
export const STATES: readonly CallState[] = ["ended", "interrupted", "live"];

function compare(a: string | number | boolean | null, b: string | number | boolean | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}
