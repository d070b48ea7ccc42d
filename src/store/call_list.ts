import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { CALL_COLUMNS, numberOfState, type Row, toRecord } from "./call_rows.ts";
import { CallSearch } from "./call_search.ts";
import type { CallList, CallQuery } from "./store.ts";
import type { Words } from "./words.ts";

/** Rows that one answer may hold. */
const MOST_ROWS = 1000;
/** How far calls are counted, and one more. */
const MOST_COUNTED = 10_001;

type Values = Readonly<Record<string, SQLInputValue>>;

/** Calls, as a query for them. */
interface Rows {
  /** From where, and which. */
  readonly rows: string;
  readonly values: Values;
}

/** The few calls that fulfil all conditions. */
interface Gathered extends Rows {
  readonly many: number;
  /** The same for what an index alone tells of them. */
  readonly again?: Rows;
}

/** What narrows the list down. */
interface Condition {
  readonly sql: string;
  /** The index that leads to what fulfils it. */
  readonly index?: string;
  /** Whether an index that knows everything tells if it is fulfilled. */
  readonly whole: boolean;
  readonly values: Values;
}

export interface CallListerOptions {
  /** The time of day, in ms since 1970. */
  readonly now: () => number;
  /** Calls that are sorted; twice as many are gathered, and more are walked through in the order that is asked for. */
  readonly mostSorted?: number;
}

/**
 * Answers the list of calls, quickly however many there are. SQLite would have to guess how; it is told: where few calls
 * are left, they are gathered and sorted; where many are, they are walked through in the order that is asked for until
 * the page is full. Throws what SQLite throws.
 */
export class CallLister {
  readonly #row;
  readonly #search: CallSearch;
  readonly #now: () => number;
  readonly #mostSorted: number;
  readonly #mostGathered: number;

  constructor(
    readonly database: DatabaseSync,
    readonly words: Words,
    { now, mostSorted = 12_500 }: CallListerOptions,
  ) {
    this.#now = now;
    this.#mostSorted = mostSorted;
    this.#mostGathered = 2 * mostSorted;
    this.#row = database.prepare(`SELECT ${CALL_COLUMNS} FROM calls c WHERE c.id = ?`);
    this.#search = new CallSearch(database);
  }

  calls({ limit, ...rest }: CallQuery): CallList {
    const query = { ...rest, limit: Math.min(limit, MOST_ROWS) };
    const filters = this.#filters(query);
    const holds = query.text ? this.#search.find(query.text) : undefined;
    const conditions = holds ? [...filters, holds] : filters;
    const known = filters.length === 0 && holds?.found ? { ...amongIds(holds.found.ids), ...holds.found } : undefined;
    const gathered = known ?? this.#gather(holds?.found?.ids, conditions);
    const ids = gathered ? this.#order(gathered, conditions, query) : this.#walk(conditions, query);
    return {
      calls: ids.map((id) => toRecord(this.#row.get(id)!)),
      total: Math.min(MOST_COUNTED, gathered?.many ?? MOST_COUNTED),
    };
  }

  /** The calls that fulfil all conditions; undefined when they are many. `found`: those that hold the text. */
  #gather(found: string | undefined, conditions: readonly Condition[]): Gathered | undefined {
    const index = found === undefined ? this.#index(conditions) : undefined;
    const from = index === undefined
      ? "json_each(:found) f CROSS JOIN calls c ON c.id = f.value"
      : `calls c INDEXED BY ${index}`;
    const { sql, values } = all(conditions);
    const { many, ids }: Row = this.database.prepare(`
      SELECT count(*) AS many, json_group_array(id) AS ids
      FROM (SELECT c.id FROM ${from} WHERE ${sql} LIMIT ${this.#mostGathered})`)
      .get(found === undefined ? values : { ...values, found })!;
    if (many >= this.#mostGathered) return undefined;
    // Passing by entries of an index once more is quicker than looking up rows.
    const again = index !== undefined && WHOLE.has(index) && conditions.every(({ whole }) => whole);
    return { many, ...amongIds(ids), ...(again && { again: { rows: `${from} WHERE ${sql}`, values } }) };
  }

  /** The index by which what fulfils the conditions is found with the least looking. */
  #index(conditions: readonly Condition[]): string {
    const spans = conditions.filter(({ index }) => index === BY_START);
    const known = conditions.flatMap((condition) => {
      const { index } = condition;
      if (index === undefined) return [];
      const most = WHOLE.has(index) ? MOST_PASSED : this.#mostGathered;
      // The index of reasons does not know starts: rows would be looked up to count.
      const { sql, values } = all(index === BY_REASON ? [condition] : [...new Set([condition, ...spans])]);
      const count =
        `SELECT count(*) AS many FROM (SELECT 1 FROM calls c INDEXED BY ${index} WHERE ${sql} LIMIT ${most})`;
      const many = Number(this.database.prepare(count).get(values)!.many);
      if (WHOLE.has(index)) return [{ index, cost: many }];
      return many < most ? [{ index, cost: many * COST_OF_ROW }] : [];
    });
    return known.reduce((best, each) => each.cost < best.cost ? each : best, { index: BY_START, cost: Infinity }).index;
  }

  /** A page of what was gathered: sorted, or walked through by an index alone where rows would have to be looked up. */
  #order(gathered: Gathered, conditions: readonly Condition[], query: CallQuery): number[] {
    const { whole = false } = SORTS[query.sort];
    if (gathered.many < this.#mostSorted || (whole && gathered.again)) return this.#sort(gathered, query);
    // A span of time stays a condition, so that what lies before it is not walked through.
    const spans = conditions.filter(({ index }) => index === BY_START);
    return this.#walk([...spans, { sql: AMONG_IDS, whole: true, values: gathered.values }], query);
  }

  #sort({ rows, values, again }: Gathered, query: CallQuery): number[] {
    const { column, word, expression, whole } = SORTS[query.sort];
    const key = expression ?? (word ? `(SELECT text FROM words WHERE id = c.${column})` : `c.${column}`);
    const now: Values = expression ? { now: this.#now() } : {};
    const from = whole && again ? again : { rows, values };
    return this.#page(from.rows, key, { ...from.values, ...now }, query);
  }

  #walk(conditions: readonly Condition[], query: CallQuery): number[] {
    const { column, word } = SORTS[query.sort];
    const { sql, values } = all(conditions);
    const calls = `calls c INDEXED BY calls_by_${column}`;
    if (word) {
      return this.#page(`words w CROSS JOIN ${calls} WHERE c.${column} = w.id AND ${sql}`, "w.text", values, query);
    }
    const enough = query.offset + query.limit;
    const ids: number[] = [];
    for (const stretch of this.#stretches(query)) {
      const rest = { ...query, offset: 0, limit: enough - ids.length };
      ids.push(...this.#page(`${calls} WHERE ${stretch} AND ${sql}`, `c.${column}`, values, rest));
      if (ids.length >= enough) break;
    }
    return ids.slice(query.offset);
  }

  /** The stretches of a column's values in which calls are, in order, so that what lies between is not walked through. */
  #stretches({ sort, descending, from }: CallQuery): readonly string[] {
    const { column, few } = SORTS[sort];
    if (column === "ended" && from !== undefined) {
      const open = ["c.ended IS NULL", "c.ended >= :from"];
      return descending ? open.toReversed() : open;
    }
    if (!few) return ["TRUE"];
    const values = this.database.prepare(`
      WITH RECURSIVE each (value) AS (
        SELECT min(${column}) FROM calls UNION ALL
        SELECT (SELECT min(${column}) FROM calls WHERE ${column} > each.value) FROM each WHERE each.value IS NOT NULL
      )
      SELECT value FROM each WHERE value IS NOT NULL`).all().map(({ value }) => `c.${column} = ${value}`);
    return descending ? values.toReversed() : values;
  }

  #page(from: string, key: string, values: Values, { sort, descending, offset, limit }: CallQuery): number[] {
    const { word, few } = SORTS[sort];
    const keys = word || few ? [key, "c.started", "c.id"] : [key, "c.id"];
    const order = keys.map((each) => `${each} ${descending ? "DESC" : "ASC"}`).join(", ");
    const rows: Row[] = this.database.prepare(`SELECT c.id FROM ${from} ORDER BY ${order} LIMIT :limit OFFSET :offset`)
      .all({ ...values, limit, offset });
    return rows.map(({ id }) => id);
  }

  #filters({ state, agent, connector, org, outcome, from, to }: CallQuery): Condition[] {
    const word = (text: string | undefined) => text === undefined ? undefined : this.words.find(text) ?? NOBODY;
    const conditions: Condition[] = [];
    const want = (column: string, value: number | undefined) => {
      if (value === undefined) return;
      conditions.push({
        sql: `c.${column} = :${column}`,
        index: `calls_by_${column}`,
        whole: true,
        values: { [column]: value },
      });
    };
    // What most calls do not fulfil comes first, so that the others need not be looked at.
    want("agent", word(agent));
    want("org", word(org));
    want("outcome", word(outcome));
    want("connector", word(connector));
    want("state", state && numberOfState(state));
    if (from !== undefined || to !== undefined) {
      conditions.push({
        sql: "c.started >= :from AND c.started < :to",
        index: BY_START,
        whole: true,
        values: { from: from ?? 0, to: to ?? Number.MAX_SAFE_INTEGER },
      });
    }
    return conditions;
  }
}

const AMONG_IDS = "c.id IN (SELECT value FROM json_each(:ids))";

function amongIds(ids: string): Rows {
  return { rows: `calls c WHERE ${AMONG_IDS}`, values: { ids } };
}

/** The number of no word. */
const NOBODY = -1;
const BY_START = "calls_by_started";
const BY_REASON = "calls_by_reason";
/** The indexes that know everything that filters ask for: what they lead to need not be looked up. */
const WHOLE: ReadonlySet<string> = new Set([
  BY_START,
  "calls_by_org",
  "calls_by_agent",
  "calls_by_connector",
  "calls_by_outcome",
  "calls_by_code",
]);
/** How far entries of these are counted to find out where there are the fewest. */
const MOST_PASSED = 100_000;
/** What looking up a row takes, in entries of an index that are passed by meanwhile. */
const COST_OF_ROW = 10;

/** What each sort goes by: a column with an index of that name. */
interface Sort {
  readonly column: string;
  /** Whether the column holds the number of a text. */
  readonly word?: true;
  /** Whether the column holds one of a few numbers. */
  readonly few?: true;
  /** What says it better, where no index is needed. */
  readonly expression?: string;
  /** Whether the indexes that know everything hold it. */
  readonly whole?: true;
}

const SORTS: { readonly [S in CallQuery["sort"]]: Sort } = {
  orgId: { column: "org", word: true, whole: true },
  callId: { column: "call" },
  agentId: { column: "agent", word: true, whole: true },
  connector: { column: "connector", word: true, whole: true },
  state: { column: "state", few: true, whole: true },
  outcome: { column: "outcome", word: true, whole: true },
  reason: { column: "reason", whole: true },
  code: { column: "code", word: true, whole: true },
  startedAt: { column: "started", whole: true },
  endedAt: { column: "ended" },
  turns: { column: "turns", few: true },
  longestWaitMs: { column: "longest" },
  medianWaitMs: { column: "median" },
  language: { column: "language", word: true },
  trackingId: { column: "tracking" },
  recorded: { column: "recorded", few: true },
  // A call that is live lasts up to now; where live calls are among many, they stand with those of no length.
  durationMs: { column: "lasted", expression: "ifnull(c.ended, :now) - c.started" },
};

function all(conditions: readonly Condition[]): { readonly sql: string; readonly values: Values } {
  const sql = conditions.map((condition) => condition.sql).join(" AND ") || "TRUE";
  return { sql, values: Object.assign({}, ...conditions.map(({ values }) => values)) };
}
