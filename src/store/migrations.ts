import type { DatabaseSync } from "node:sqlite";

/**
 * The database's shape, one step after another. A step that was released is never changed: what is new is a further step.
 * Times are in ms since 1970, waits in ms.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- Texts that many rows share, such as agents and codes.
  CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

  -- The processes that write here; one that has not been seen for a while is dead.
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seen INTEGER NOT NULL,
    batch INTEGER NOT NULL -- the last that was written
  ) STRICT;

  CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    org INTEGER NOT NULL REFERENCES words,
    call TEXT NOT NULL,
    agent INTEGER NOT NULL REFERENCES words,
    connector INTEGER NOT NULL REFERENCES words,
    state INTEGER NOT NULL, -- 0 ended, 1 interrupted, 2 live
    outcome INTEGER NOT NULL REFERENCES words, -- "" while there is none
    reason TEXT,
    code INTEGER NOT NULL REFERENCES words, -- "" for none
    started INTEGER NOT NULL,
    ended INTEGER,
    lasted INTEGER AS (ended - started) VIRTUAL,
    turns INTEGER NOT NULL,
    longest INTEGER,
    median INTEGER,
    language INTEGER NOT NULL REFERENCES words,
    tracking TEXT NOT NULL,
    recorded INTEGER NOT NULL,
    session INTEGER NOT NULL,
    heard INTEGER NOT NULL -- when its last event came, or a little before
  ) STRICT;
  CREATE INDEX live_calls ON calls (session, heard) WHERE state = 2;
  -- What the list of calls can be sorted by; call_list.ts names these. The first six also hold all that the list can be
  -- narrowed by, so that no row need be looked up for it; the others hold what many calls have in common,
  -- and the id where it decides between equals.
  CREATE INDEX calls_by_started ON calls (started, state, outcome, connector, agent, org, code, reason);
  CREATE INDEX calls_by_org ON calls (org, started, state, outcome, connector, agent, code, reason);
  CREATE INDEX calls_by_agent ON calls (agent, started, state, outcome, connector, org, code, reason);
  CREATE INDEX calls_by_connector ON calls (connector, started, state, outcome, agent, org, code, reason);
  CREATE INDEX calls_by_outcome ON calls (outcome, started, state, connector, agent, org, code, reason);
  CREATE INDEX calls_by_code ON calls (code, started, state, outcome, connector, agent, org, reason);
  CREATE INDEX calls_by_call ON calls (call, id, state, outcome, reason);
  CREATE INDEX calls_by_state ON calls (state, started, outcome, reason);
  CREATE INDEX calls_by_reason ON calls (reason);
  CREATE INDEX calls_by_ended ON calls (ended, id, state, outcome, reason);
  CREATE INDEX calls_by_lasted ON calls (lasted, id, state, outcome, reason);
  CREATE INDEX calls_by_turns ON calls (turns, started, state, outcome, reason);
  CREATE INDEX calls_by_longest ON calls (longest, id, state, outcome, reason);
  CREATE INDEX calls_by_median ON calls (median, id, state, outcome, reason);
  CREATE INDEX calls_by_language ON calls (language, started, state, outcome, reason);
  CREATE INDEX calls_by_tracking ON calls (tracking, id, state, outcome, reason);
  CREATE INDEX calls_by_recorded ON calls (recorded, started, state, outcome, reason);
  -- The ids of calls that are over, to find parts of them: by three letters in a row.
  CREATE VIRTUAL TABLE call_texts USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'trigram', detail = none
  );

  -- The events of calls that are live: what one batch brought of a call, each as JSON, commas between them.
  CREATE TABLE open_events (
    call INTEGER NOT NULL,
    number INTEGER NOT NULL,
    events TEXT NOT NULL,
    PRIMARY KEY (call, number)
  ) STRICT, WITHOUT ROWID;
  -- The events of each call that is over: a JSON array, deflated (RFC 1951).
  CREATE TABLE packed_events (call INTEGER PRIMARY KEY, events BLOB NOT NULL) STRICT;

  CREATE TABLE errors (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    code INTEGER NOT NULL REFERENCES words,
    connector INTEGER NOT NULL REFERENCES words,
    org INTEGER NOT NULL REFERENCES words,
    call TEXT NOT NULL
  ) STRICT;
  CREATE INDEX errors_by_connector ON errors (connector, at);
  CREATE INDEX errors_by_at ON errors (at);

  -- What each minute brought, as each process saw it.
  CREATE TABLE minutes (
    minute INTEGER NOT NULL, -- since 1970
    connector INTEGER NOT NULL REFERENCES words,
    session INTEGER NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    waits BLOB NOT NULL, -- see waits.ts
    PRIMARY KEY (minute, connector, session)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    level INTEGER NOT NULL, -- 0 debug, 1 info, 2 warn, 3 error
    logger TEXT NOT NULL,
    message TEXT NOT NULL,
    call TEXT,
    fields TEXT NOT NULL -- JSON
  ) STRICT;
  INSERT INTO sqlite_sequence (name, seq) VALUES ('logs', 0);
  CREATE INDEX logs_by_call ON logs (call) WHERE call IS NOT NULL;
  CREATE INDEX logs_by_at ON logs (at);

  CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    message TEXT NOT NULL,
    value REAL,
    since INTEGER NOT NULL,
    resolved INTEGER,
    delivery TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alerts_by_state ON alerts (state, since);

  CREATE TABLE deeds (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    via TEXT NOT NULL,
    action TEXT NOT NULL,
    about TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- Calls that are over and not in call_texts yet.
  CREATE TABLE waiting_texts (call INTEGER PRIMARY KEY) STRICT;
  `,
];

/** Brings a database to the present shape. Throws a NewerDatabase when it is beyond it, and what SQLite throws. */
export function migrate(database: DatabaseSync, steps: readonly string[] = MIGRATIONS): void {
  if (versionOf(database) > steps.length) throw new NewerDatabase(versionOf(database), steps.length);
  database.exec("BEGIN IMMEDIATE"); // another process may be about to do the same
  try {
    for (let version = versionOf(database); version < steps.length; version++) database.exec(steps[version]!);
    database.exec(`PRAGMA user_version = ${steps.length}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK"); // SQLite may have done so
    throw error;
  }
}

/**
 * Makes sure that a database has the present shape. Throws a StrangeDatabase, an OlderDatabase or a NewerDatabase, and
 * what SQLite throws.
 */
export function checkShape(database: DatabaseSync): void {
  const version = versionOf(database);
  if (version === 0) throw new StrangeDatabase();
  if (version < MIGRATIONS.length) throw new OlderDatabase(version, MIGRATIONS.length);
  if (version > MIGRATIONS.length) throw new NewerDatabase(version, MIGRATIONS.length);
}

/** A database that no gateway has written. */
export class StrangeDatabase extends Error {
  override readonly name = "StrangeDatabase";

  constructor() {
    super("is not one of a gateway");
  }
}

/** A database in a shape that this version brings forward before it uses it. */
export class OlderDatabase extends Error {
  override readonly name = "OlderDatabase";

  constructor(found: number, known: number) {
    super(
      `was written by an older gateway (shape ${found}; this one knows ${known}): its next start brings it forward`,
    );
  }
}

/** A database that a later version of the program has brought into a shape that this one does not know. */
export class NewerDatabase extends Error {
  override readonly name = "NewerDatabase";

  constructor(found: number, known: number) {
    super(`was written by a newer gateway (shape ${found}; this one knows ${known})`);
  }
}

/** The last step that a database has taken; 0 for a new one. */
function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()!.user_version);
}
