import { numberOfState } from "../src/store/call_rows.ts";
import { CallTexts } from "../src/store/call_texts.ts";
import { CallWriter } from "../src/store/call_writer.ts";
import { Course } from "../src/store/course.ts";
import { MinuteWriter } from "../src/store/minutes.ts";
import { migrate } from "../src/store/migrations.ts";
import { openFile } from "../src/store/open_database.ts";
import { packEvents } from "../src/store/packed_events.ts";
import { Words } from "../src/store/words.ts";
import { eventsOf } from "./store_calls.ts";
import { fillRecords } from "./store_records.ts";

/** Calls in one transaction. */
const BATCH = 5000;
/** Every so many-th call goes through the store's own writer; the others get rows of the same shape, which is quicker. */
const WRITTEN = 20;

/**
 * Fills a new database with `count` calls, and the log and alerts beside them, the same in every run. Returns how long
 * the writer took for one event, in µs.
 */
export function fill(file: string, count: number): number {
  using database = openFile(file);
  migrate(database);
  const words = new Words(database);
  const minutes = new MinuteWriter(database, 1);
  const texts = new CallTexts(database);
  const writer = new CallWriter(database, words, minutes, texts, 1);
  const addCall = database.prepare(`
    INSERT INTO calls (org, call, agent, connector, state, outcome, reason, code, started, ended, turns, longest, median,
      language, tracking, recorded, session, heard)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1, ?)`);
  const addEvents = database.prepare("INSERT INTO packed_events VALUES (?, ?)");
  let packed: Uint8Array = new Uint8Array();
  let [written, ms] = [0, 0];
  for (let from = 0; from < count; from += BATCH) {
    database.exec("BEGIN");
    for (let index = from; index < Math.min(count, from + BATCH); index++) {
      const events = [...eventsOf(index, count)];
      const last = events.at(-1)!;
      if (index % WRITTEN === 0 || last.type !== "call_ended") {
        const since = performance.now();
        for (const event of events) writer.write(event);
        writer.settle();
        ms += performance.now() - since;
        written += events.length;
        packed = packEvents(events.map((event) => JSON.stringify(event)));
        continue;
      }
      const [start] = events;
      if (start?.type !== "call_started") throw new Error("a call begins with its start");
      const course = new Course();
      for (const event of events) course.add(event);
      const { lastInsertRowid } = addCall.run(
        words.number(start.orgId),
        start.callId,
        words.number(start.agentId),
        words.number(start.connector),
        numberOfState("ended"),
        words.number(last.outcome),
        last.reason,
        words.number(course.code ?? ""),
        start.at,
        last.at,
        course.turns,
        course.longestWaitMs ?? null,
        course.medianWaitMs ?? null,
        words.number(start.language),
        start.trackingId,
        last.at,
      );
      addEvents.run(Number(lastInsertRowid), packed);
      texts.add(Number(lastInsertRowid));
    }
    while (texts.step());
    minutes.settle();
    database.exec("COMMIT");
  }
  fillRecords(database);
  return ms * 1000 / written;
}
