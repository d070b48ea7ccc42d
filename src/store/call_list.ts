import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { CALL_COLUMNS, STATES, toRecord } from "./call_rows.ts";
import type { CallList, CallQuery } from "./store.ts";
import type { Words } from "./words.ts";

/** Rows that one answer may hold. */
const MOST_ROWS = 1000;
/** How far calls are counted, and one more. */
const MOST_COUNTED = 10_001;

/** Answers the list of calls. Throws what SQLite throws. */
export class CallLister {
  constructor(readonly database: DatabaseSync, readonly words: Words, readonly now: () => number) {}

  calls(query: CallQuery): CallList {
    const { where, values } = this.#conditions(query);
    const direction = query.descending ? "DESC" : "ASC";
    const rows = this.database.prepare(`
      SELECT ${CALL_COLUMNS} FROM calls c WHERE ${where}
      ORDER BY ${SORTED_BY[query.sort]} ${direction}, c.started ${direction}, c.id ${direction}
      LIMIT :limit OFFSET :offset`)
      .all({
        ...values,
        limit: Math.min(query.limit, MOST_ROWS),
        offset: query.offset,
        ...(query.sort === "durationMs" && { now: this.now() }),
      });
    const { total } = this.database.prepare(
      `SELECT count(*) AS total FROM (SELECT 1 FROM calls c WHERE ${where} LIMIT ${MOST_COUNTED})`,
    ).get(values)!;
    return { calls: rows.map(toRecord), total: Number(total) };
  }

  #conditions({ state, agent, connector, org, outcome, from, to, text }: CallQuery) {
    const where = ["TRUE"];
    const values: Record<string, SQLInputValue> = {};
    const want = (condition: string, name: string, value: SQLInputValue | undefined) => {
      if (value === undefined) return;
      where.push(condition);
      values[name] = value;
    };
    const word = (text: string | undefined) => text === undefined ? undefined : this.words.find(text) ?? NOBODY;
    want("c.state = :state", "state", state && STATES.indexOf(state));
    want("c.agent = :agent", "agent", word(agent));
    want("c.connector = :connector", "connector", word(connector));
    want("c.org = :org", "org", word(org));
    want("c.outcome = :outcome", "outcome", word(outcome));
    want("c.started >= :from", "from", from);
    want("c.started < :to", "to", to);
    want(FOUND, "text", text?.toLowerCase());
    return { where: where.join(" AND "), values };
  }
}

/** The number of no word. */
const NOBODY = -1;

const FOUND = `instr(lower(c.call || char(10) || c.tracking || char(10) || ifnull(c.reason, '') || char(10) ||
  (SELECT text FROM words WHERE id = c.agent) || char(10) ||
  ifnull((SELECT text FROM words WHERE id = c.code), '')), :text) > 0`;

const word = (column: string) => `(SELECT text FROM words WHERE id = c.${column})`;

/** What each sort goes by. */
const SORTED_BY: { readonly [S in CallQuery["sort"]]: string } = {
  orgId: word("org"),
  callId: "c.call",
  agentId: word("agent"),
  connector: word("connector"),
  state: "c.state",
  outcome: word("outcome"),
  reason: "c.reason",
  code: word("code"),
  startedAt: "c.started",
  endedAt: "c.ended",
  turns: "c.turns",
  longestWaitMs: "c.longest",
  medianWaitMs: "c.median",
  language: word("language"),
  trackingId: "c.tracking",
  recorded: "c.recorded",
  durationMs: "ifnull(c.ended, :now) - c.started",
};
