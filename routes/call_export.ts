import type { CallRow } from "../islands/facts.ts";
import { callRow, iso } from "./call_facts.ts";
import { everyCall } from "./call_list.ts";
import { callQuery } from "./call_query.ts";
import { csvLine } from "../islands/csv.ts";
import type { House } from "./house.ts";

/** Calls of one export. */
export const MOST_EXPORTED = 100_000;

export interface CallExport {
  readonly format: "csv" | "json";
  readonly asked: Parameters<typeof callQuery>[0];
  readonly columns: readonly (keyof CallRow)[];
}

/**
 * Calls as a file, in the order and with the columns of the table, page by page as the reader takes them. Throws
 * StoreError when not even the first page can be had.
 */
export async function exportCalls(house: House, { format, asked, columns }: CallExport) {
  const write = format === "csv" ? csvWriter(columns) : jsonWriter(columns, iso(house.clock.date()));
  const type = format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/json";
  const texts = pages(house, asked, write);
  const first = await texts.next();
  return { type, body: ReadableStream.from(encoded(first.value ?? "", texts)) };
}

/** How a format writes what there is. */
interface Writer {
  readonly head: string;
  row(row: CallRow, first: boolean): string;
  /** `notice`: that there is more than is written; "" when there is not. */
  tail(notice: string): string;
}

async function* pages(house: House, asked: CallExport["asked"], write: Writer): AsyncGenerator<string, undefined> {
  // Calls that start meanwhile would move the pages on.
  const to = Math.min(asked.to ?? Infinity, house.clock.date() + 1);
  const query = callQuery({ ...asked, to }, { offset: 0, limit: 0 });
  let [text, written, more] = [write.head, 0, false];
  for await (const calls of everyCall(house, query, MOST_EXPORTED + 1)) {
    const now = house.clock.date();
    const taken = calls.slice(0, MOST_EXPORTED - written);
    more ||= taken.length < calls.length;
    yield text + taken.map((call, at) => write.row(callRow(call, now), written + at === 0)).join("");
    written += taken.length;
    text = "";
  }
  yield write.tail(
    more ? `Only the first ${MOST_EXPORTED} calls are in this file: narrow the filter or the period for the rest` : "",
  );
}

function csvWriter(columns: CallExport["columns"]): Writer {
  return {
    head: csvLine(columns),
    row: (row) => csvLine(columns.map((column) => row[column])),
    tail: (notice) => notice === "" ? "" : csvLine(columns.map((_, at) => at === 0 ? notice : "")),
  };
}

function jsonWriter(columns: CallExport["columns"], now: string): Writer {
  return {
    head: `{"exported_at":${JSON.stringify(now)},"calls":[`,
    row: (row, first) =>
      `${first ? "\n" : ",\n"}${JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column]])))}`,
    tail: (notice) => `\n],"notice":${JSON.stringify(notice === "" ? null : notice)}}\n`,
  };
}

async function* encoded(first: string, rest: AsyncIterable<string>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  yield encoder.encode(first);
  for await (const text of rest) if (text !== "") yield encoder.encode(text);
}
