import { holding, smallLetters } from "../lib/letters.ts";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { CALL_IDS, numberOfState } from "./call_rows.ts";
import { SHORTEST_PART_OF_ID } from "./store.ts";

/** Groups of three letters that are looked up; the rest of a text is compared. */
const MOST_TRIGRAMS = 8;
/** Calls whose ids hold a text; where there are more, each is looked at in passing. */
const MOST_FOUND = 25_000;
/** Agents and codes that hold a text. */
const MOST_WORDS = 1000;
/** Different reasons that are looked at one by one; where there are more, each call's is. */
const MOST_REASONS = 2000;
const LIVE = numberOfState("live");

/** What a call `c` fulfils in whose call id, tracking id, agent, code or reason a text stands. */
export interface Holds {
  readonly sql: string;
  readonly values: Readonly<Record<string, SQLInputValue>>;
  /** The index that leads to them, if it is one. */
  readonly index?: string;
  /** Whether agent, code, reason and the call's number alone tell. */
  readonly whole: boolean;
  /** All calls that fulfil it, if they are known. */
  readonly found?: Found;
}

/** Some calls, by their numbers as a JSON array, and how many they are. */
export interface Found {
  readonly ids: string;
  readonly many: number;
}

/** Finds the calls that hold a text. Throws what SQLite throws. */
export class CallSearch {
  readonly #words;
  readonly #reasons;

  constructor(readonly database: DatabaseSync) {
    const wordsWith = (column: string) =>
      database.prepare(`
        SELECT id FROM words WHERE instr(lower(text), ?) > 0 AND EXISTS (SELECT 1 FROM calls WHERE ${column} = words.id)
        LIMIT ${MOST_WORDS}`);
    this.#words = { agent: wordsWith("agent"), code: wordsWith("code") };
    // One look into the index for each reason that is different from the one before.
    this.#reasons = database.prepare(`
      WITH RECURSIVE each (reason) AS (
        SELECT min(reason) FROM calls UNION ALL
        SELECT (SELECT min(reason) FROM calls WHERE reason > each.reason) FROM each WHERE each.reason IS NOT NULL
      )
      SELECT reason FROM each WHERE reason IS NOT NULL LIMIT ${MOST_REASONS + 1}`);
  }

  /** `text`: no letter of it is a wildcard, and those of ASCII are the same in both cases. */
  find(text: string): Holds {
    if (text.includes("\0")) return { sql: "FALSE", values: {}, whole: true }; // SQLite would take it for the text's end
    const sought = smallLetters(text);
    const parts: string[] = [];
    const indexes: string[] = [];
    const values: Record<string, SQLInputValue> = {};
    for (const column of ["agent", "code"] as const) {
      const words = this.#words[column].all(sought).map(({ id }) => id);
      if (words.length === 0) continue;
      parts.push(`c.${column} IN (${words.join()})`);
      indexes.push(`calls_by_${column}`);
    }
    const reasons = this.#reasons.all().map(({ reason }) => String(reason));
    if (reasons.length > MOST_REASONS) {
      parts.push("instr(lower(c.reason), :text) > 0");
      values.text = sought;
    } else {
      const matching = reasons.filter(holding(sought));
      matching.forEach((reason, at) => values[`reason${at}`] = reason);
      if (matching.length > 0) parts.push(`c.reason IN (${matching.map((_, at) => `:reason${at}`).join()})`);
      if (matching.length > 0) indexes.push("calls_by_reason");
    }
    const [index] = indexes;
    const leads = parts.length === 1 && index !== undefined ? { index } : {};
    if ([...sought].length < SHORTEST_PART_OF_ID) return { sql: either(parts), values, whole: true, ...leads };
    const found = this.#byId(sought);
    if (found === undefined) {
      const sql = either([...parts, `instr(${CALL_IDS}, :text) > 0`]);
      return { sql, values: { ...values, text: sought }, whole: false };
    }
    if (parts.length === 0) return { sql: "TRUE", values: {}, whole: true, found };
    if (found.many === 0) return { sql: either(parts), values, whole: true, ...leads };
    return {
      sql: either([...parts, "c.id IN (SELECT value FROM json_each(:found))"]),
      values: { ...values, found: found.ids },
      whole: true,
    };
  }

  /** The calls in whose ids a text stands; undefined when they are many. */
  #byId(sought: string): Found | undefined {
    const values = { trigrams: trigramsOf(sought), text: sought };
    const { looked, many, ids } = this.database.prepare(`
      WITH
        found AS (SELECT rowid AS id FROM call_texts WHERE call_texts MATCH :trigrams LIMIT ${MOST_FOUND}),
        waiting AS (SELECT call AS id FROM waiting_texts LIMIT ${MOST_FOUND}),
        live AS (SELECT id FROM calls WHERE state = ${LIVE})
      SELECT (SELECT count(*) FROM found) + (SELECT count(*) FROM waiting) AS looked,
        count(*) AS many, json_group_array(c.id) AS ids
      FROM (SELECT id FROM found UNION ALL SELECT id FROM waiting UNION ALL SELECT id FROM live) t
      CROSS JOIN calls c ON c.id = t.id
      WHERE instr(${CALL_IDS}, :text) > 0`).get(values)!;
    return Number(looked) < MOST_FOUND ? { ids: String(ids), many: Number(many) } : undefined;
  }
}

function either(parts: readonly string[]): string {
  return parts.length === 0 ? "FALSE" : `(${parts.join(" OR ")})`;
}

/** A query for the groups of three letters that a text is made of, in the language of FTS5. */
function trigramsOf(text: string): string {
  const letters = [...text];
  const groups = letters.slice(2).map((_, at) => letters.slice(at, at + 3).join(""));
  const step = Math.max(1, groups.length / MOST_TRIGRAMS);
  const few = Array.from({ length: Math.min(groups.length, MOST_TRIGRAMS) }, (_, at) => groups[Math.floor(at * step)]!);
  return few.map((group) => `"${group.replaceAll('"', '""')}"`).join(" ");
}
