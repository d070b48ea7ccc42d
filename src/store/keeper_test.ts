import { strict as assert } from "node:assert";
import { batch, house, states, whole } from "../../tests/database_file.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import { Keeper } from "./keeper.ts";
import type { FromWorker } from "./messages.ts";
import { OpenDatabase, openFile } from "./open_database.ts";

Deno.test("of two gateways that share a damaged database the first moves it aside, and the second takes up the new one", () => {
  const { file } = house();
  const [first, second] = [new Gateway(file), new Gateway(file)];
  damage(file.file);
  first.clock.advance(5000);
  first.keeper.receive({ type: "keep", batch: batch(1, ...whole("of-the-first", first.clock.date())) });
  second.clock.advance(5000);
  second.keeper.receive({ type: "keep", batch: batch(1, ...whole("of-the-second", second.clock.date())) });
  assert.deepEqual([first.state, second.state], ["ok", "ok"]);
  assert.deepEqual([first.copies, second.copies], [1, 0]);
  for (const { keeper } of [first, second]) keeper[Symbol.dispose]();
  using database = OpenDatabase.open(file, undefined, first.clock);
  assert.deepEqual(states(database), { "of-the-first": "ended", "of-the-second": "ended" });
});

/** Writes over a database that others have open. */
function damage(path: string): void {
  {
    using database = openFile(path);
    database.exec("UPDATE sessions SET seen = seen + 1; PRAGMA wal_checkpoint(TRUNCATE)");
  }
  using file = Deno.openSync(path, { write: true });
  file.writeSync(new TextEncoder().encode("no database at all ".repeat(1000)));
}

class Gateway {
  readonly clock = new ManualClock();
  readonly keeper: Keeper;
  state: string | undefined;
  copies = 0;

  constructor(file: ConstructorParameters<typeof Keeper>[0]) {
    this.keeper = new Keeper(file, undefined, this.clock, (message: FromWorker) => {
      if (message.type === "state") this.state = message.state.state;
      if (message.type === "said" && message.fields.copy) this.copies++;
    });
  }
}
