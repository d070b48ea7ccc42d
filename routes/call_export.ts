import type { CallRow } from "../islands/facts.ts";
import { callRow, iso } from "./call_facts.ts";
import { type CallSource, everyCall } from "./call_list.ts";
import { callExportParameters, callQuery, columnsOf } from "./call_query.ts";
import { csvLine } from "../islands/csv.ts";
import type { ExportFormat } from "../src/store/store.ts";
import { readParameters } from "./parameters.ts";

/** Calls of one export over the network. */
export const MOST_EXPORTED = 100_000;

export interface CallExport {
  readonly format: ExportFormat;
  readonly asked: Parameters<typeof callQuery>[0];
  readonly columns: readonly (keyof CallRow)[];
  /** Calls that are written at most. */
  readonly most: number;
}

/**
 * Calls as a file, in the order and with the columns of the table, page by page as the reader takes them. Throws
 * StoreError when not even the first page can be had.
 */
export async function exportCalls(source: CallSource, { format, asked, columns, most }: CallExport) {
  const texts = pages(source, { asked, most }, WRITERS[format](columns, iso(source.clock.date())));
  const first = await texts.next();
  return { type: TYPES[format], body: ReadableStream.from(encoded(first.value ?? "", texts)) };
}

/**
 * All calls of a store that no gateway of this process writes to. `given`: what the address of an export takes. Throws
 * WrongParameter, and what the store throws.
 */
export async function exportStored(
  source: Pick<CallSource, "store" | "clock">,
  format: ExportFormat,
  given: Readonly<Record<string, string>>,
): Promise<ReadableStream<Uint8Array>> {
  const { columns, ...asked } = readParameters(given, callExportParameters);
  const wanted = { format, asked, columns: columnsOf(columns), most: Infinity };
  return (await exportCalls({ ...source, calls: { live: [], over: [] } }, wanted)).body;
}

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: "text/csv; charset=utf-8; header=present",
  json: "application/json",
  jsonl: "application/jsonl",
};
const WRITERS: Readonly<Record<ExportFormat, (columns: CallExport["columns"], now: string) => Writer>> = {
  csv: csvWriter,
  json: jsonWriter,
  jsonl: jsonLinesWriter,
};

/** How a format writes what there is. */
interface Writer {
  readonly head: string;
  row(row: CallRow, first: boolean): string;
  /** `notice`: that there is more than is written; "" when there is not. */
  tail(notice: string): string;
}

async function* pages(
  source: CallSource,
  { asked, most }: Pick<CallExport, "asked" | "most">,
  write: Writer,
): AsyncGenerator<string, undefined> {
  // Calls that start meanwhile would move the pages on.
  const to = Math.min(asked.to ?? Infinity, source.clock.date() + 1);
  const query = callQuery({ ...asked, to }, { offset: 0, limit: 0 });
  let [text, written, more] = [write.head, 0, false];
  for await (const calls of everyCall(source, query, most + 1)) {
    const now = source.clock.date();
    const taken = calls.slice(0, most - written);
    more ||= taken.length < calls.length;
    yield text + taken.map((call, at) => write.row(callRow(call, now), written + at === 0)).join("");
    written += taken.length;
    text = "";
  }
  yield write.tail(
    more ? `Only the first ${most} calls are in this file: narrow the filter or the period for the rest` : "",
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
    row: (row, first) => `${first ? "\n" : ",\n"}${jsonOf(row, columns)}`,
    tail: (notice) => `\n],"notice":${JSON.stringify(notice === "" ? null : notice)}}\n`,
  };
}

/** A call a line, and nothing else but what is to be noticed. */
function jsonLinesWriter(columns: CallExport["columns"]): Writer {
  return {
    head: "",
    row: (row) => `${jsonOf(row, columns)}\n`,
    tail: (notice) => notice === "" ? "" : `${JSON.stringify({ notice })}\n`,
  };
}

function jsonOf(row: CallRow, columns: CallExport["columns"]): string {
  return JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column]])));
}

async function* encoded(first: string, rest: AsyncIterable<string>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  yield encoder.encode(first);
  for await (const text of rest) if (text !== "") yield encoder.encode(text);
}
