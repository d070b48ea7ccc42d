import type { DatabaseSync } from "node:sqlite";
import { CALL_IDS } from "./call_rows.ts";

/** Calls that are taken up in one step. */
const CALLS_A_STEP = 100;

/**
 * The ids of calls that are over, for finding them by a part. Taking one up is dear, and dearer still where it does not
 * come in the order of the calls: so they wait until there is time. Throws what SQLite throws.
 */
export class CallTexts {
  readonly #sql;

  constructor(database: DatabaseSync) {
    const next = `SELECT call FROM waiting_texts ORDER BY call LIMIT ${CALLS_A_STEP}`;
    this.#sql = {
      wait: database.prepare("INSERT OR IGNORE INTO waiting_texts VALUES (?)"),
      takeUp: database.prepare(`
        INSERT INTO call_texts (rowid, text)
        SELECT c.id, ${CALL_IDS} FROM (${next}) w CROSS JOIN calls c ON c.id = w.call ORDER BY c.id`),
      takenUp: database.prepare(`DELETE FROM waiting_texts WHERE call IN (${next})`),
      drop: [
        database.prepare("DELETE FROM waiting_texts WHERE call = ?"),
        database.prepare("DELETE FROM call_texts WHERE rowid = ?"),
      ],
    };
  }

  /** A call is over: its row is to be found. Belongs into a transaction, as does all that follows. */
  add(row: number): void {
    this.#sql.wait.run(row);
  }

  /** A call goes on, or is let go of. */
  drop(row: number): void {
    for (const each of this.#sql.drop) each.run(row);
  }

  /** Takes up some of those that wait. Returns whether there may be more. */
  step(): boolean {
    this.#sql.takeUp.run();
    return Number(this.#sql.takenUp.run().changes) === CALLS_A_STEP;
  }
}
