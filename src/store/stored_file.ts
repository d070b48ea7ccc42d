import { backup, DatabaseSync } from "node:sqlite";
import type { Clock } from "../lib/clock.ts";
import { CallLister } from "./call_list.ts";
import { type Examination, examine, problemsOf } from "./examination.ts";
import { checkShape } from "./migrations.ts";
import { openFile } from "./open_database.ts";
import type { CallList, CallQuery, StoreState } from "./store.ts";
import { Words } from "./words.ts";

/** Pages that a copy takes at once: all of them. */
const ALL_PAGES = 0x7fff_ffff;

/**
 * A database as it stands at one moment, only read, while a gateway may be writing to it. Every method throws what SQLite
 * throws.
 */
export class StoredFile implements Disposable {
  readonly #database: DatabaseSync;
  readonly #lister: CallLister;

  private constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#lister = new CallLister(database, new Words(database), { now: () => clock.date() });
  }

  /** Throws Deno.errors.NotFound, and what `checkShape` throws, besides. */
  static open(path: string, clock: Clock): StoredFile {
    Deno.statSync(path); // SQLite would only say that it is unable to
    const database = openFile(path, { readOnly: true });
    try {
      database.exec("BEGIN");
      checkShape(database); // from this first look on, nothing moves
      return new StoredFile(database, clock);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  calls(query: CallQuery): Promise<CallList> {
    return Promise.resolve(this.#lister.calls(query));
  }

  /** A file that could be opened has everything. */
  state(): Pick<StoreState, "state"> {
    return { state: "ok" };
  }

  /** Fills an empty file with a copy that needs no other file beside it, and looks at every page of it. */
  async copy(to: string): Promise<void> {
    await backup(this.#database, to, { rate: ALL_PAGES });
    using copy = new DatabaseSync(to);
    copy.exec("PRAGMA journal_mode = DELETE");
    const [problem] = problemsOf(copy, "quick_check");
    if (problem !== undefined) throw new Error(`the copy is malformed: ${problem}`);
  }

  examine(): Examination {
    return examine(this.#database);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
