import * as z from "zod";
import type { CallQuery as Filters, CallRow } from "../islands/facts.ts";
import type { CallQuery } from "../src/store/store.ts";
import { count, moment, word, words, WrongParameter } from "./parameters.ts";

/** What the store calls the members of a row that calls may be sorted by. */
const SORTS: { readonly [M in keyof CallRow]: CallQuery["sort"] } = {
  org_id: "orgId",
  call_id: "callId",
  agent_id: "agentId",
  connector: "connector",
  state: "state",
  outcome: "outcome",
  reason: "reason",
  code: "code",
  started_at: "startedAt",
  ended_at: "endedAt",
  duration_ms: "durationMs",
  turns: "turns",
  longest_wait_ms: "longestWaitMs",
  median_wait_ms: "medianWaitMs",
  language: "language",
  tracking_id: "trackingId",
  recorded: "recorded",
};

/** The members of a row, in the order in which they are told. */
export const COLUMNS = Object.keys(SORTS) as readonly (keyof CallRow)[];

const SORT_WORDS = COLUMNS.flatMap((column) => [column, `-${column}` as const]);

const filters = {
  state: word(["live", "ended", "interrupted"]).optional().describe("How the call stands."),
  agent: words().optional().describe("The id of the agent."),
  connector: words().optional().describe("The connector's name in the configuration."),
  org: words().optional().describe("The organization's id."),
  outcome: words(100).optional().describe("How the call ended."),
  from: moment().optional().describe("Started at or after."),
  to: moment().optional().describe("Started before."),
  text: words().optional().describe("Found in call id, tracking id, agent, reason or code."),
  sort: z.enum(SORT_WORDS, `a member of a row, "-" before it for the greatest first`).default("-started_at")
    .describe("A member of the rows, - before it for the greatest first."),
};

/** What may be asked of `/api/calls`. */
export const callListParameters = z.strictObject({
  ...filters,
  offset: count(0, 1_000_000_000).prefault("0").describe("Rows to leave out from the top."),
  limit: count(1, 500).prefault("50").describe("Rows of a page."),
}) satisfies z.ZodType<unknown, { [K in keyof Filters]?: unknown }>;

/** What may be asked of an export: what `/api/calls` takes, pages aside. */
export const callExportParameters = z.strictObject({
  ...filters,
  columns: words().optional().describe("Members of the rows, with commas between; all of them unless given."),
});

type Asked = Omit<z.output<typeof callListParameters>, "offset" | "limit">;

/** The question to the store. */
export function callQuery({ sort, ...asked }: Asked, page: { offset: number; limit: number }): CallQuery {
  const descending = sort.startsWith("-");
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return { ...given, ...page, sort: SORTS[sort.replace("-", "") as keyof CallRow], descending };
}

/** The columns of an export, in the order in which they were asked for. Throws WrongParameter. */
export function columnsOf(columns: string | undefined): readonly (keyof CallRow)[] {
  if (columns === undefined) return COLUMNS;
  const asked = [...new Set(columns.split(",").map((column) => column.trim()))];
  return asked.map((column) => {
    const known = COLUMNS.find((each) => each === column);
    if (known === undefined) throw new WrongParameter("columns", `some of ${COLUMNS.join(", ")}`, column);
    return known;
  });
}
