import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { CALL_COLUMNS, numberOfState, type Row, SEARCHED, toRecord } from "./call_rows.ts";
import type { CallList, CallQuery } from "./store.ts";
import type { Words } from "./words.ts";

/** Rows that one answer may hold. */
const MOST_ROWS = 1000;
/** How far calls are counted, and one more. */
const MOST_COUNTED = 10_001;
/** Calls that a text may be found in for each of them to be looked at before they are sorted. */
const MOST_FOUND = 30_000;
/** A text of fewer letters is looked for among so many of the newest calls. */
const SHORTEST_TEXT = 3;
const NEWEST = 20_000;
/** Groups of three letters that are looked up; the rest of a text is compared. */
const MOST_TRIGRAMS = 8;

type Values = Record<string, SQLInputValue>;

/** What narrows the list down. */
interface Condition {
  readonly sql: string;
  /** The index that leads to what fulfils it. */
  readonly index?: string;
  readonly values: Values;
}

/** Where the calls come from that the other conditions are held against. */
interface Source {
  readonly from: string;
  readonly conditions: readonly Condition[];
}

/**
 * Answers the list of calls, quickly however many there are. SQLite would have to guess how; it is told: where one
 * condition alone leaves few calls, these are gathered and sorted; where many are left, they are walked through in the
 * order that is asked for until the page is full. Throws what SQLite throws.
 */
export class CallLister {
  readonly #row;

  constructor(readonly database: DatabaseSync, readonly words: Words, readonly now: () => number) {
    this.#row = database.prepare(`SELECT ${CALL_COLUMNS} FROM calls c WHERE c.id = ?`);
  }

  calls(query: CallQuery): CallList {
    const conditions = this.#conditions(query);
    const source = query.text ? this.#withText(query.text, conditions) : this.#few(conditions);
    const total = this.#count(source ?? { from: BY_START, conditions });
    const chosen = source ?? (total < MOST_COUNTED ? { from: BY_START, conditions } : undefined);
    const ids = chosen ? this.#gather(chosen, query) : this.#walk(conditions, query);
    return { calls: ids.map((id) => toRecord(this.#row.get(id)!)), total };
  }

  /** The calls that fulfil the one condition which fewest do, if they are few. */
  #few(conditions: readonly Condition[]): Source | undefined {
    const spans = conditions.filter(({ index }) => index === "calls_by_started");
    const counted = conditions.flatMap((condition) => {
      if (condition.index === undefined) return [];
      const from = `calls c INDEXED BY ${condition.index}`;
      return [{ from, count: this.#count({ from, conditions: [...new Set([condition, ...spans])] }) }];
    });
    const [fewest] = counted.sort((a, b) => a.count - b.count);
    return fewest && fewest.count < MOST_COUNTED ? { from: fewest.from, conditions } : undefined;
  }

  /** The calls that may hold a text, if they are few; the text joins the conditions. */
  #withText(text: string, conditions: Condition[]): Source | undefined {
    const sought = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    conditions.push({ sql: `instr(${SEARCHED}, :text) > 0`, values: { text: sought } });
    if ([...sought].length < SHORTEST_TEXT) {
      return { from: `(SELECT * FROM calls ORDER BY started DESC LIMIT ${NEWEST}) c`, conditions };
    }
    const few = this.#few(conditions);
    if (few) return few;
    const values = { trigrams: trigramsOf(sought) };
    const found = "SELECT rowid FROM call_texts WHERE call_texts MATCH :trigrams";
    const { many } = this.database.prepare(`SELECT count(*) AS many FROM (${found} LIMIT ${MOST_FOUND + 1})`).get(
      values,
    )!;
    if (Number(many) > MOST_FOUND) return undefined;
    const live = `SELECT id FROM calls WHERE state = ${LIVE}`;
    return { from: "calls c", conditions: [...conditions, { sql: `c.id IN (${found} UNION ALL ${live})`, values }] };
  }

  #count({ from, conditions }: Source): number {
    const { sql, values } = all(conditions);
    return Number(
      this.database.prepare(`SELECT count(*) AS n FROM (SELECT 1 FROM ${from} WHERE ${sql} LIMIT ${MOST_COUNTED})`)
        .get(values)!.n,
    );
  }

  #gather({ from, conditions }: Source, query: CallQuery): number[] {
    const { column, word, expression } = SORTS[query.sort];
    const { sql, values } = all(conditions);
    const key = expression ?? (word ? `(SELECT text FROM words WHERE id = c.${column})` : `c.${column}`);
    const now: Values = expression ? { now: this.now() } : {};
    const order = inOrder(word ? [key, "c.started", "c.id"] : [key, "c.id"], query);
    return this.#ids(`FROM ${from} WHERE ${sql} ${order}`, { ...values, ...now }, query);
  }

  #walk(conditions: readonly Condition[], query: CallQuery): number[] {
    const { column, word } = SORTS[query.sort];
    const { sql, values } = all(conditions);
    const calls = `calls c INDEXED BY calls_by_${column}`;
    return this.#ids(
      word
        ? `FROM words w CROSS JOIN ${calls} WHERE c.${column} = w.id AND ${sql} ${
          inOrder(["w.text", "c.started", "c.id"], query)
        }`
        : `FROM ${calls} WHERE ${sql} ${inOrder([`c.${column}`, "c.id"], query)}`,
      values,
      query,
    );
  }

  #ids(rest: string, values: Values, { offset, limit }: CallQuery): number[] {
    const page = { limit: Math.min(limit, MOST_ROWS), offset };
    const rows: Row[] = this.database.prepare(`SELECT c.id ${rest} LIMIT :limit OFFSET :offset`).all({
      ...values,
      ...page,
    });
    return rows.map(({ id }) => id);
  }

  #conditions({ state, agent, connector, org, outcome, from, to }: CallQuery): Condition[] {
    const word = (text: string | undefined) => text === undefined ? undefined : this.words.find(text) ?? NOBODY;
    const conditions: Condition[] = [];
    const want = (column: string, value: number | undefined) => {
      if (value === undefined) return;
      conditions.push({ sql: `c.${column} = :${column}`, index: `calls_by_${column}`, values: { [column]: value } });
    };
    want("state", state && numberOfState(state));
    want("agent", word(agent));
    want("connector", word(connector));
    want("org", word(org));
    want("outcome", word(outcome));
    if (from !== undefined || to !== undefined) {
      conditions.push({
        sql: "c.started >= :from AND c.started < :to",
        index: "calls_by_started",
        values: { from: from ?? 0, to: to ?? Number.MAX_SAFE_INTEGER },
      });
    }
    return conditions;
  }
}

/** The number of no word. */
const NOBODY = -1;
const LIVE = numberOfState("live");
const BY_START = "calls c INDEXED BY calls_by_started";

/** What each sort goes by: a column with an index of that name. */
interface Sort {
  readonly column: string;
  /** Whether the column holds the number of a text. */
  readonly word?: true;
  /** What says it better, where no index is needed. */
  readonly expression?: string;
}

const SORTS: { readonly [S in CallQuery["sort"]]: Sort } = {
  orgId: { column: "org", word: true },
  callId: { column: "call" },
  agentId: { column: "agent", word: true },
  connector: { column: "connector", word: true },
  state: { column: "state" },
  outcome: { column: "outcome", word: true },
  reason: { column: "reason" },
  code: { column: "code", word: true },
  startedAt: { column: "started" },
  endedAt: { column: "ended" },
  turns: { column: "turns" },
  longestWaitMs: { column: "longest" },
  medianWaitMs: { column: "median" },
  language: { column: "language", word: true },
  trackingId: { column: "tracking" },
  recorded: { column: "recorded" },
  // A call that is live lasts up to now; where live calls are among many, they stand with those of no length.
  durationMs: { column: "lasted", expression: "ifnull(c.ended, :now) - c.started" },
};

function inOrder(keys: readonly string[], { descending }: CallQuery): string {
  return `ORDER BY ${keys.map((key) => `${key} ${descending ? "DESC" : "ASC"}`).join(", ")}`;
}

function all(conditions: readonly Condition[]): { readonly sql: string; readonly values: Values } {
  const sql = conditions.map((condition) => condition.sql).join(" AND ") || "TRUE";
  return { sql, values: Object.assign({}, ...conditions.map(({ values }) => values)) };
}

/** A query for the groups of three letters that a text is made of, in the language of FTS5. */
function trigramsOf(text: string): string {
  const letters = [...text];
  const groups = letters.slice(2).map((_, at) => letters.slice(at, at + 3).join(""));
  const step = Math.max(1, groups.length / MOST_TRIGRAMS);
  const few = Array.from({ length: Math.min(groups.length, MOST_TRIGRAMS) }, (_, at) => groups[Math.floor(at * step)]!);
  return few.map((group) => `"${group.replaceAll('"', '""')}"`).join(" ");
}
