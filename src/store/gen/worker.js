// Built from src/store/worker.ts by deno task gen.
// ../lib/clock.ts
import { setImmediate } from "node:timers";

// ../lib/timers.ts
var MOST_MS = 2 ** 31 - 1;
var Timers = class {
  constructor(platform) {
    this.platform = platform;
  }
  platform;
  #heap = [];
  #order = 0;
  /** When the platform's timer fires; it may be too early, never too late. */
  #armedFor = Infinity;
  #disarm = () => {
  };
  /** Timers that have not fired. */
  get size() {
    return this.#heap.length;
  }
  /** Calls `fire` once, after `ms` milliseconds: never before. Returns what calls it off. */
  set(ms, fire) {
    const timer = { at: this.platform.now() + ms, order: this.#order++, fire, place: this.#heap.length };
    this.#heap.push(timer);
    this.#rise(timer);
    if (timer.at < this.#armedFor) this.#arm();
    return () => {
      this.#remove(timer);
      if (this.#heap.length === 0) this.#arm();
    };
  }
  #arm() {
    this.#disarm();
    const first = this.#heap[0];
    this.#armedFor = first?.at ?? Infinity;
    this.#disarm = () => {
    };
    if (first === void 0) return;
    const left = Math.ceil(first.at - this.platform.now());
    this.#disarm = this.platform.setTimer(Math.min(MOST_MS, Math.max(0, left)), () => this.#fire());
  }
  #fire() {
    this.#armedFor = Infinity;
    const now = this.platform.now();
    try {
      for (let first; (first = this.#heap[0]) !== void 0 && first.at <= now; ) {
        this.#remove(first);
        first.fire();
      }
    } finally {
      this.#arm();
    }
  }
  #remove(timer) {
    const { place } = timer;
    if (place < 0) return;
    timer.place = -1;
    const last = this.#heap.pop();
    if (last === timer) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }
  #rise(timer) {
    while (timer.place > 0) {
      const parent = this.#heap[timer.place - 1 >> 1];
      if (!isBefore(timer, parent)) return;
      this.#swap(parent, timer);
    }
  }
  #sink(timer) {
    for (; ; ) {
      const left = this.#heap[2 * timer.place + 1];
      const right = this.#heap[2 * timer.place + 2];
      const child = left && right && isBefore(right, left) ? right : left;
      if (child === void 0 || !isBefore(child, timer)) return;
      this.#swap(timer, child);
    }
  }
  /** Puts a child where its parent is, and the parent where it was. */
  #swap(parent, child) {
    const { place } = parent;
    this.#put(parent, child.place);
    this.#put(child, place);
  }
  #put(timer, place) {
    timer.place = place;
    this.#heap[place] = timer;
  }
};
function isBefore(one, other) {
  return one.at < other.at || one.at === other.at && one.order < other.order;
}

// ../lib/variable.ts
function variable(name) {
  return Deno.permissions.querySync({ name: "env", variable: name }).state === "granted" ? Deno.env.get(name) : void 0;
}

// ../lib/clock.ts
var TURNS_TO_LOOK = Number(variable("DENO_TOKIO_EVENT_INTERVAL") ?? 61) + 1;
var TURNS = Math.max(62, TURNS_TO_LOOK);
var LONGEST_MS = 12;
var timers = new Timers({
  now: () => performance.now(),
  setTimer(ms, fire) {
    const id = setTimeout(fire, ms);
    Deno.unrefTimer(id);
    return () => clearTimeout(id);
  }
});
var systemClock = {
  now: () => performance.now(),
  date: () => Date.now(),
  setTimer: (ms, fire) => timers.set(ms, fire),
  nextTurn() {
    const { promise, resolve } = Promise.withResolvers();
    const until = performance.now() + LONGEST_MS;
    let turns = 0;
    const next = () => {
      const enough = ++turns >= TURNS || turns >= TURNS_TO_LOOK && performance.now() >= until;
      if (enough) resolve();
      else setImmediate(next);
    };
    setImmediate(next);
    return promise;
  }
};

// ../lib/files.ts
function folderOf(path) {
  return path.replace(/[^/\\]*$/, "").replace(/(?<=.)[/\\]$/, "") || ".";
}

// set_aside.ts
var MOST_COPIES = 3;
var COMPANIONS = ["-wal", "-shm"];
function fileAt(path) {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev} ${ino}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return void 0;
    throw error;
  }
}
function setAside(file, damaged, now) {
  if (fileAt(file) !== damaged) return void 0;
  const copy = `${file}.corrupt-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, "")}`;
  Deno.renameSync(file, copy);
  for (const companion of COMPANIONS) {
    try {
      Deno.renameSync(file + companion, copy + companion);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  const folder = folderOf(file);
  const name = file.slice(folder === "." ? 0 : folder.length + 1);
  const copies = [...Deno.readDirSync(folder)].map((entry) => entry.name).filter((each) => each.startsWith(`${name}.corrupt-`) && !COMPANIONS.some((companion) => each.endsWith(companion)));
  for (const old of copies.sort().slice(0, -MOST_COPIES)) {
    for (const part of ["", ...COMPANIONS]) {
      try {
        Deno.removeSync(`${folder}/${old}${part}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
  return copy;
}

// open_database.ts
import { DatabaseSync } from "node:sqlite";

// store.ts
var STATES = ["ended", "interrupted", "live"];
var SHORTEST_PART_OF_ID = 3;

// call_rows.ts
function numberOfState(state) {
  return STATES.indexOf(state);
}
var CALL_COLUMNS = `
  c.id, c.call, c.state, c.reason, c.started, c.ended, c.turns, c.longest, c.median, c.tracking, c.recorded,
  (SELECT text FROM words WHERE id = c.org) AS org,
  (SELECT text FROM words WHERE id = c.agent) AS agent,
  (SELECT text FROM words WHERE id = c.connector) AS connector,
  (SELECT text FROM words WHERE id = c.outcome) AS outcome,
  (SELECT text FROM words WHERE id = c.code) AS code,
  (SELECT text FROM words WHERE id = c.language) AS language`;
var CALL_IDS = "lower(c.call || char(10) || c.tracking)";
function toRecord(row) {
  return {
    orgId: row.org,
    callId: row.call,
    agentId: row.agent,
    connector: row.connector,
    state: STATES[row.state],
    outcome: row.outcome || void 0,
    reason: row.reason ?? void 0,
    code: row.code || void 0,
    startedAt: row.started,
    endedAt: row.ended ?? void 0,
    turns: row.turns,
    longestWaitMs: row.longest ?? void 0,
    medianWaitMs: row.median ?? void 0,
    language: row.language,
    trackingId: row.tracking,
    recorded: row.recorded === 1
  };
}

// ../lib/letters.ts
function smallLetters(text) {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
function holding(sought) {
  const small = smallLetters(sought);
  return (text) => text !== null && text !== void 0 && smallLetters(text).includes(small);
}

// call_search.ts
var MOST_TRIGRAMS = 8;
var MOST_FOUND = 25e3;
var MOST_WORDS = 1e3;
var MOST_REASONS = 2e3;
var LIVE = numberOfState("live");
var CallSearch = class {
  constructor(database) {
    this.database = database;
    const wordsWith = (column) => database.prepare(`
        SELECT id FROM words WHERE instr(lower(text), ?) > 0 AND EXISTS (SELECT 1 FROM calls WHERE ${column} = words.id)
        LIMIT ${MOST_WORDS}`);
    this.#words = { agent: wordsWith("agent"), code: wordsWith("code") };
    this.#reasons = database.prepare(`
      WITH RECURSIVE each (reason) AS (
        SELECT min(reason) FROM calls UNION ALL
        SELECT (SELECT min(reason) FROM calls WHERE reason > each.reason) FROM each WHERE each.reason IS NOT NULL
      )
      SELECT reason FROM each WHERE reason IS NOT NULL LIMIT ${MOST_REASONS + 1}`);
  }
  database;
  #words;
  #reasons;
  /** `text`: no letter of it is a wildcard, and those of ASCII are the same in both cases. */
  find(text) {
    if (text.includes("\0")) return { sql: "FALSE", values: {}, whole: true };
    const sought = smallLetters(text);
    const parts = [];
    const indexes = [];
    const values = {};
    for (const column of ["agent", "code"]) {
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
    const leads = parts.length === 1 && index !== void 0 ? { index } : {};
    if ([...sought].length < SHORTEST_PART_OF_ID) return { sql: either(parts), values, whole: true, ...leads };
    const found = this.#byId(sought);
    if (found === void 0) {
      const sql = either([...parts, `instr(${CALL_IDS}, :text) > 0`]);
      return { sql, values: { ...values, text: sought }, whole: false };
    }
    if (parts.length === 0) return { sql: "TRUE", values: {}, whole: true, found };
    if (found.many === 0) return { sql: either(parts), values, whole: true, ...leads };
    return {
      sql: either([...parts, "c.id IN (SELECT value FROM json_each(:found))"]),
      values: { ...values, found: found.ids },
      whole: true
    };
  }
  /** The calls in whose ids a text stands; undefined when they are many. */
  #byId(sought) {
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
      WHERE instr(${CALL_IDS}, :text) > 0`).get(values);
    return Number(looked) < MOST_FOUND ? { ids: String(ids), many: Number(many) } : void 0;
  }
};
function either(parts) {
  return parts.length === 0 ? "FALSE" : `(${parts.join(" OR ")})`;
}
function trigramsOf(text) {
  const letters = [...text];
  const groups = letters.slice(2).map((_, at) => letters.slice(at, at + 3).join(""));
  const step2 = Math.max(1, groups.length / MOST_TRIGRAMS);
  const few = Array.from({ length: Math.min(groups.length, MOST_TRIGRAMS) }, (_, at) => groups[Math.floor(at * step2)]);
  return few.map((group) => `"${group.replaceAll('"', '""')}"`).join(" ");
}

// call_list.ts
var MOST_ROWS = 1e3;
var MOST_COUNTED = 10001;
var CallLister = class {
  constructor(database, words, { now, mostSorted = 12500 }) {
    this.database = database;
    this.words = words;
    this.#now = now;
    this.#mostSorted = mostSorted;
    this.#mostGathered = 2 * mostSorted;
    this.#row = database.prepare(`SELECT ${CALL_COLUMNS} FROM calls c WHERE c.id = ?`);
    this.#search = new CallSearch(database);
  }
  database;
  words;
  #row;
  #search;
  #now;
  #mostSorted;
  #mostGathered;
  calls({ limit, ...rest }) {
    const query = { ...rest, limit: Math.min(limit, MOST_ROWS) };
    const filters = this.#filters(query);
    const holds = query.text ? this.#search.find(query.text) : void 0;
    const conditions2 = holds ? [...filters, holds] : filters;
    const known = filters.length === 0 && holds?.found ? { ...amongIds(holds.found.ids), ...holds.found } : void 0;
    const gathered = known ?? this.#gather(holds?.found?.ids, conditions2);
    const ids = gathered ? this.#order(gathered, conditions2, query) : this.#walk(conditions2, query);
    return {
      calls: ids.map((id) => toRecord(this.#row.get(id))),
      total: Math.min(MOST_COUNTED, gathered?.many ?? MOST_COUNTED)
    };
  }
  /** The calls that fulfil all conditions; undefined when they are many. `found`: those that hold the text. */
  #gather(found, conditions2) {
    const index = found === void 0 ? this.#index(conditions2) : void 0;
    const from = index === void 0 ? "json_each(:found) f CROSS JOIN calls c ON c.id = f.value" : `calls c INDEXED BY ${index}`;
    const { sql, values } = all(conditions2);
    const { many, ids } = this.database.prepare(`
      SELECT count(*) AS many, json_group_array(id) AS ids
      FROM (SELECT c.id FROM ${from} WHERE ${sql} LIMIT ${this.#mostGathered})`).get(found === void 0 ? values : { ...values, found });
    if (many >= this.#mostGathered) return void 0;
    const again = index !== void 0 && WHOLE.has(index) && conditions2.every(({ whole: whole2 }) => whole2);
    return { many, ...amongIds(ids), ...again && { again: { rows: `${from} WHERE ${sql}`, values } } };
  }
  /** The index by which what fulfils the conditions is found with the least looking. */
  #index(conditions2) {
    const spans = conditions2.filter(({ index }) => index === BY_START);
    const known = conditions2.flatMap((condition) => {
      const { index } = condition;
      if (index === void 0) return [];
      const most = WHOLE.has(index) ? MOST_PASSED : this.#mostGathered;
      const { sql, values } = all(index === BY_REASON ? [condition] : [.../* @__PURE__ */ new Set([condition, ...spans])]);
      const count = `SELECT count(*) AS many FROM (SELECT 1 FROM calls c INDEXED BY ${index} WHERE ${sql} LIMIT ${most})`;
      const many = Number(this.database.prepare(count).get(values).many);
      if (WHOLE.has(index)) return [{ index, cost: many }];
      return many < most ? [{ index, cost: many * COST_OF_ROW }] : [];
    });
    return known.reduce((best, each) => each.cost < best.cost ? each : best, { index: BY_START, cost: Infinity }).index;
  }
  /** A page of what was gathered: sorted, or walked through by an index alone where rows would have to be looked up. */
  #order(gathered, conditions2, query) {
    const { whole: whole2 = false } = SORTS[query.sort];
    if (gathered.many < this.#mostSorted || whole2 && gathered.again) return this.#sort(gathered, query);
    const spans = conditions2.filter(({ index }) => index === BY_START);
    return this.#walk([...spans, { sql: AMONG_IDS, whole: true, values: gathered.values }], query);
  }
  #sort({ rows, values, again }, query) {
    const { column, word, expression, whole: whole2 } = SORTS[query.sort];
    const key = expression ?? (word ? `(SELECT text FROM words WHERE id = c.${column})` : `c.${column}`);
    const now = expression ? { now: this.#now() } : {};
    const from = whole2 && again ? again : { rows, values };
    return this.#page(from.rows, key, { ...from.values, ...now }, query);
  }
  #walk(conditions2, query) {
    const { column, word } = SORTS[query.sort];
    const { sql, values } = all(conditions2);
    const calls = `calls c INDEXED BY calls_by_${column}`;
    if (word) {
      return this.#page(`words w CROSS JOIN ${calls} WHERE c.${column} = w.id AND ${sql}`, "w.text", values, query);
    }
    const enough = query.offset + query.limit;
    const ids = [];
    for (const stretch of this.#stretches(query)) {
      const rest = { ...query, offset: 0, limit: enough - ids.length };
      ids.push(...this.#page(`${calls} WHERE ${stretch} AND ${sql}`, `c.${column}`, values, rest));
      if (ids.length >= enough) break;
    }
    return ids.slice(query.offset);
  }
  /** The stretches of a column's values in which calls are, in order, so that what lies between is not walked through. */
  #stretches({ sort, descending, from }) {
    const { column, few } = SORTS[sort];
    if (column === "ended" && from !== void 0) {
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
  #page(from, key, values, { sort, descending, offset, limit }) {
    const { word, few } = SORTS[sort];
    const keys = word || few ? [key, "c.started", "c.id"] : [key, "c.id"];
    const order = keys.map((each) => `${each} ${descending ? "DESC" : "ASC"}`).join(", ");
    const rows = this.database.prepare(`SELECT c.id FROM ${from} ORDER BY ${order} LIMIT :limit OFFSET :offset`).all({ ...values, limit, offset });
    return rows.map(({ id }) => id);
  }
  #filters({ state, agent, connector, org, outcome, from, to }) {
    const word = (text) => text === void 0 ? void 0 : this.words.find(text) ?? NOBODY;
    const conditions2 = [];
    const want = (column, value) => {
      if (value === void 0) return;
      conditions2.push({
        sql: `c.${column} = :${column}`,
        index: `calls_by_${column}`,
        whole: true,
        values: { [column]: value }
      });
    };
    want("agent", word(agent));
    want("org", word(org));
    want("outcome", word(outcome));
    want("connector", word(connector));
    want("state", state && numberOfState(state));
    if (from !== void 0 || to !== void 0) {
      conditions2.push({
        sql: "c.started >= :from AND c.started < :to",
        index: BY_START,
        whole: true,
        values: { from: from ?? 0, to: to ?? Number.MAX_SAFE_INTEGER }
      });
    }
    return conditions2;
  }
};
var AMONG_IDS = "c.id IN (SELECT value FROM json_each(:ids))";
function amongIds(ids) {
  return { rows: `calls c WHERE ${AMONG_IDS}`, values: { ids } };
}
var NOBODY = -1;
var BY_START = "calls_by_started";
var BY_REASON = "calls_by_reason";
var WHOLE = /* @__PURE__ */ new Set([
  BY_START,
  "calls_by_org",
  "calls_by_agent",
  "calls_by_connector",
  "calls_by_outcome",
  "calls_by_code"
]);
var MOST_PASSED = 1e5;
var COST_OF_ROW = 10;
var SORTS = {
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
  durationMs: { column: "lasted", expression: "ifnull(c.ended, :now) - c.started" }
};
function all(conditions2) {
  const sql = conditions2.map((condition) => condition.sql).join(" AND ") || "TRUE";
  return { sql, values: Object.assign({}, ...conditions2.map(({ values }) => values)) };
}

// course.ts
var MOST_WAITS = 1e4;
var HANDED_OVER = /* @__PURE__ */ new Set(["transferred", "agent_failed", "transferred_by_operator"]);
var Course = class {
  turns = 0;
  longestWaitMs;
  recorded = false;
  /** The code of what failed last. */
  code;
  /** Whether the caller was ever answered. */
  answered = false;
  #waits = [];
  /** Takes the next event into account. */
  add(event) {
    switch (event.type) {
      case "turn_opened":
        this.turns++;
        break;
      case "agent_turn": {
        const waited = Math.round(event.waitedMs);
        this.answered = true;
        this.longestWaitMs = Math.max(this.longestWaitMs ?? 0, waited);
        if (this.#waits.length < MOST_WAITS) this.#waits.push(waited);
        break;
      }
      case "prompt_sent":
        this.answered = true;
        break;
      case "agent_faltered":
      case "call_failed":
        this.code = event.code;
        break;
      case "recording_started":
        this.recorded = true;
        break;
    }
  }
  /** How many waits there were, as far as they are looked at. */
  get waits() {
    return this.#waits.length;
  }
  get medianWaitMs() {
    const sorted = this.#waits.toSorted((a, b) => a - b);
    return sorted[Math.ceil(sorted.length / 2) - 1];
  }
};
function tellCourse(events) {
  const turns = /* @__PURE__ */ new Map();
  const recordings = [];
  let handedAlong;
  let handOff;
  let current;
  const turnOf = (number, at) => {
    const known = turns.get(number) ?? newTurn(number, at);
    turns.set(number, known);
    return known;
  };
  for (const event of events) {
    if ("turn" in event) step(turnOf(event.turn, event.at), event);
    switch (event.type) {
      case "call_started":
        handedAlong = event.handedAlong;
        break;
      case "turn_opened":
      case "caller_turn":
        current = turnOf(event.turn, event.at);
        break;
      case "agent_faltered":
      case "call_failed":
        current?.codes.push(event.code);
        break;
      case "recording_started":
        recordings.push(event.file);
        break;
      case "call_ended": {
        const { outcome, reason, data, transcript, summary } = event;
        if (!HANDED_OVER.has(outcome)) break;
        handOff = {
          reason,
          ...data && { data },
          ...transcript !== void 0 && { transcript },
          ...summary !== void 0 && { summary }
        };
        break;
      }
    }
  }
  return { turns: [...turns.values()].sort((a, b) => a.turn - b.turn), handedAlong, handOff, recordings };
}
function step(turn, event) {
  switch (event.type) {
    case "turn_opened":
      turn.openedAt = event.at;
      break;
    case "audio_started":
      turn.audioStartedAt ??= event.at;
      break;
    case "speech_started":
      turn.speechStartedAt ??= event.at;
      break;
    case "speech_ended":
      turn.speechEndedAt = event.at;
      break;
    case "caller_turn":
      turn.by = event.by;
      turn.askedAt = event.at;
      break;
    case "answer_cut_short":
      turn.cutShort = true;
      break;
    case "agent_turn":
      turn.agentAt ??= event.at;
      break;
    case "prompt_sent":
      turn.promptAt ??= event.at;
      break;
    case "answer_sent":
      turn.answeredAt = event.at;
      break;
    case "agent_remarked":
      turn.transcript = event.transcript;
      turn.summary = event.summary;
      break;
    case "turn_closed":
      turn.closedAt = event.at;
      turn.cancelled = event.cancelled;
      turn.frames = event.frames;
      turn.audio = event.audio;
      break;
  }
}
function newTurn(turn, at) {
  return {
    turn,
    by: void 0,
    openedAt: at,
    audioStartedAt: void 0,
    speechStartedAt: void 0,
    speechEndedAt: void 0,
    askedAt: void 0,
    agentAt: void 0,
    promptAt: void 0,
    answeredAt: void 0,
    closedAt: void 0,
    cutShort: false,
    cancelled: false,
    frames: 0,
    audio: void 0,
    transcript: void 0,
    summary: void 0,
    codes: []
  };
}

// packed_events.ts
import { deflateRawSync, inflateRawSync } from "node:zlib";
var MOST_BYTES = 64 * 1024 * 1024;
var SMALL = { windowBits: 12, memLevel: 5 };
function packEvents(pieces) {
  return deflateRawSync(`[${pieces.join()}]`, SMALL);
}
function unpackEvents(packed) {
  return JSON.parse(inflateRawSync(packed, { maxOutputLength: MOST_BYTES }).toString());
}

// call_reader.ts
var CallReader = class {
  constructor(database, words) {
    this.words = words;
    this.#sql = statements(database);
  }
  words;
  #sql;
  call({ orgId, callId, startedAt }) {
    const org = orgId === void 0 ? void 0 : this.words.find(orgId) ?? NOBODY2;
    const row = this.#sql.find.get({ call: callId, org: org ?? null, started: startedAt ?? null });
    if (!row) return void 0;
    const call = toRecord(row);
    const kept = this.#events(Number(row.id));
    return { call, ...tellCourse(kept), events: kept.map((event) => whole(event, call)) };
  }
  errors({ connector, limit }) {
    const one = connector === void 0 ? void 0 : this.words.find(connector) ?? NOBODY2;
    const rows = one === void 0 ? this.#sql.errors.all(limit) : this.#sql.errorsOf.all(one, limit);
    return rows;
  }
  #events(row) {
    const packed = this.#sql.packed.get(row);
    if (packed) return unpackEvents(packed.events);
    return JSON.parse(`[${this.#sql.open.all(row).map(({ events }) => events).join()}]`);
  }
};
var NOBODY2 = -1;
function whole(event, { callId, orgId }) {
  return { ...event, callId, orgId };
}
function statements(database) {
  const errors = (where) => database.prepare(`
      SELECT at, call AS callId,
        (SELECT text FROM words WHERE id = e.code) AS code,
        (SELECT text FROM words WHERE id = e.connector) AS connector,
        (SELECT text FROM words WHERE id = e.org) AS orgId
      FROM errors e ${where} ORDER BY at DESC LIMIT ?`);
  return {
    find: database.prepare(`
      SELECT ${CALL_COLUMNS} FROM calls c
      WHERE c.call = :call AND (:org IS NULL OR c.org = :org) AND (:started IS NULL OR c.started = :started)
      ORDER BY c.started DESC LIMIT 1`),
    packed: database.prepare("SELECT events FROM packed_events WHERE call = ?"),
    open: database.prepare("SELECT events FROM open_events WHERE call = ? ORDER BY number"),
    errors: errors(""),
    errorsOf: errors("WHERE e.connector = ?")
  };
}

// call_texts.ts
var CALLS_A_STEP = 100;
var CallTexts = class {
  #sql;
  constructor(database) {
    const next = `SELECT call FROM waiting_texts ORDER BY call LIMIT ${CALLS_A_STEP}`;
    this.#sql = {
      wait: database.prepare("INSERT OR IGNORE INTO waiting_texts VALUES (?)"),
      takeUp: database.prepare(`
        INSERT INTO call_texts (rowid, text)
        SELECT c.id, ${CALL_IDS} FROM (${next}) w CROSS JOIN calls c ON c.id = w.call ORDER BY c.id`),
      takenUp: database.prepare(`DELETE FROM waiting_texts WHERE call IN (${next})`),
      drop: [
        database.prepare("DELETE FROM waiting_texts WHERE call = ?"),
        database.prepare("DELETE FROM call_texts WHERE rowid = ?")
      ]
    };
  }
  /** A call is over: its row is to be found. Belongs into a transaction, as does all that follows. */
  add(row) {
    this.#sql.wait.run(row);
  }
  /** A call goes on, or is let go of. */
  drop(row) {
    for (const each of this.#sql.drop) each.run(row);
  }
  /** Takes up some of those that wait. Returns whether there may be more. */
  step() {
    this.#sql.takeUp.run();
    return Number(this.#sql.takenUp.run().changes) === CALLS_A_STEP;
  }
};

// ../lib/call_key.ts
var latest = { orgId: "", callId: "" };
var latestKey = "\n";
function callKey(call) {
  if (call.callId !== latest.callId || call.orgId !== latest.orgId) {
    latest = { orgId: call.orgId, callId: call.callId };
    latestKey = `${call.orgId}
${call.callId}`;
  }
  return latestKey;
}

// ../lib/newest.ts
function setNewest(map, key, value, most) {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  map.delete(oldest);
}

// call_writer.ts
var MOST_AT_HAND = 1e4;
var MOST_EVENTS = 2e4;
var CALLS_A_STEP2 = 500;
var BEHIND_MS = 1e4;
var CallWriter = class {
  constructor(database, words, minutes, texts, session) {
    this.database = database;
    this.words = words;
    this.minutes = minutes;
    this.texts = texts;
    this.session = session;
    this.#sql = statements2(database);
  }
  database;
  words;
  minutes;
  texts;
  session;
  #open = /* @__PURE__ */ new Map();
  /** Those of which something is not written yet. */
  #stale = /* @__PURE__ */ new Set();
  #sql;
  /** Keeps an event with its call until it is settled. One whose call is not known, since its start was lost, begins it. */
  write(event) {
    const call = this.#callOf(event);
    const { callId: _callId, orgId: _orgId, ...kept } = event;
    call.course.add(kept);
    call.heard = event.at;
    this.#stale.add(call);
    if (call.events++ < MOST_EVENTS || event.type === "call_ended") call.fresh.push(JSON.stringify(kept));
    const { connector } = call.start;
    switch (event.type) {
      case "agent_turn":
        this.minutes.waited(event.at, connector, event.waitedMs);
        break;
      case "agent_faltered":
      case "call_failed":
        this.#sql.addError.run(
          Math.round(event.at),
          this.words.number(event.code),
          connector,
          call.start.org,
          event.callId
        );
        break;
      case "call_ended": {
        const { at, outcome } = event;
        call.end = event;
        const failed = outcome === "agent_failed" || outcome === "timed_out" && !call.course.answered;
        this.minutes.ended(at, connector, failed);
        break;
      }
    }
  }
  /** Writes all that has happened. */
  settle() {
    for (const call of this.#stale) {
      const row = this.#row(call);
      if (call.end) {
        this.#pack(row, call.pieces > 0 ? [...this.#take(row), ...call.fresh] : call.fresh);
        if (this.#open.get(call.key) === call) this.#open.delete(call.key);
      } else if (call.fresh.length > 0) this.#sql.addEvents.run(row, call.pieces++, call.fresh.join());
      call.fresh = [];
    }
    this.#stale.clear();
  }
  /**
   * Marks some of the live calls of processes that are gone, and of those of this one that have been silent since
   * `silentSince`. Returns how many.
   */
  interrupt(silentSince) {
    const rows = this.#sql.forsaken.all(this.session, Math.round(silentSince));
    for (const { id } of rows) {
      const pieces = this.#take(Number(id));
      const { course, heard } = retrace(pieces);
      this.#sql.interrupt.run(Math.round(heard), ...this.#outcomeOf(course), id);
      this.#pack(Number(id), pieces);
    }
    if (rows.some(({ session }) => session === this.session)) this.forget();
    return rows.length;
  }
  /** Forgets what is at hand, which is no longer what is written. */
  forget() {
    this.#open.clear();
    this.#stale.clear();
  }
  #callOf(event) {
    const key = callKey(event);
    let call = this.#open.get(key);
    if (event.type === "call_started") call = this.#begin(event, event.connector, event.trackingId, event.language);
    else if (call === void 0) call = this.#recall(event) ?? this.#begin(event, "", "", "");
    else return call;
    setNewest(this.#open, key, call, MOST_AT_HAND);
    return call;
  }
  #begin(event, connector, tracking, language) {
    const { orgId, callId, agentId, at } = event;
    const start = {
      org: this.words.number(orgId),
      callId,
      agent: this.words.number(agentId),
      connector: this.words.number(connector),
      at,
      language: this.words.number(language),
      tracking
    };
    this.minutes.started(at, start.connector);
    return {
      key: callKey(event),
      row: void 0,
      start,
      course: new Course(),
      events: 0,
      fresh: [],
      pieces: 0,
      heard: at,
      end: void 0
    };
  }
  /** Takes up a call that is live, was thought dead, or has ended and is heard of once more, by what is written of it. */
  #recall(event) {
    this.settle();
    const { orgId, callId } = event;
    const found = this.#sql.find.get(callId, this.words.number(orgId), this.session);
    if (!found) return void 0;
    const { id: row, state, ...start } = found;
    if (state !== LIVE2) this.#reopen(row);
    const pieces = this.#written(row);
    const { course, events, heard, end } = retrace(pieces);
    return {
      key: callKey(event),
      row: rowOf(row, course, 0),
      start,
      course,
      events,
      fresh: [],
      pieces: pieces.length,
      heard,
      end
    };
  }
  /** Brings the row of a call up to date, or makes it. Returns its number. */
  #row(call) {
    if (call.row) this.#update(call.row, call);
    else call.row = rowOf(this.#insert(call), call.course, call.heard);
    return call.row.id;
  }
  /** Tells a row what it does not say yet, once in a while and at the end. */
  #update(row, { course, heard, end }) {
    if (end) {
      this.#sql.end.run(
        this.words.number(end.outcome),
        end.reason,
        Math.round(end.at),
        ...this.#outcomeOf(course),
        row.id
      );
      return;
    }
    if (heard - row.heard < BEHIND_MS) return;
    const { turns, waits, code = "", recorded } = course;
    this.#sql.heard.run(Math.round(row.heard = heard), row.id);
    if (turns !== row.turns) this.#sql.turns.run(row.turns = turns, row.id);
    if (waits !== row.waits) {
      this.#sql.waits.run(course.longestWaitMs ?? null, course.medianWaitMs ?? null, row.id);
      row.waits = waits;
    }
    if (code !== row.code) this.#sql.code.run(this.words.number(row.code = code), row.id);
    if (recorded !== row.recorded) this.#sql.recorded.run(Number(row.recorded = recorded), row.id);
  }
  /** What a call's events came to, for the columns that OUTCOME_COLUMNS names. */
  #outcomeOf({ turns, longestWaitMs, medianWaitMs, code = "", recorded }) {
    return [turns, longestWaitMs ?? null, medianWaitMs ?? null, this.words.number(code), Number(recorded)];
  }
  #insert({ start, course, heard, end }) {
    const { lastInsertRowid } = this.#sql.insert.run(
      start.org,
      start.callId,
      start.agent,
      start.connector,
      end ? ENDED : LIVE2,
      this.words.number(end?.outcome ?? ""),
      end?.reason ?? null,
      this.words.number(course.code ?? ""),
      Math.round(start.at),
      end ? Math.round(end.at) : null,
      course.turns,
      course.longestWaitMs ?? null,
      course.medianWaitMs ?? null,
      start.language,
      start.tracking,
      Number(course.recorded),
      this.session,
      Math.round(heard)
    );
    return Number(lastInsertRowid);
  }
  /** What is written of a live call's events, in pieces. */
  #written(row) {
    return this.#sql.events.all(row).map(({ events }) => String(events));
  }
  /** The same, and nothing of it stays where it was. */
  #take(row) {
    const pieces = this.#written(row);
    this.#sql.dropEvents.run(row);
    return pieces;
  }
  #pack(row, pieces) {
    this.#sql.pack.run(row, packEvents(pieces));
    this.texts.add(row);
  }
  #reopen(row) {
    this.#sql.reopen.run(row);
    const packed = this.#sql.packed.get(row)?.events;
    if (packed !== void 0) {
      this.#sql.addEvents.run(row, 0, JSON.stringify(unpackEvents(packed)).slice(1, -1));
    }
    this.#sql.dropPacked.run(row);
    this.texts.drop(row);
  }
};
var ENDED = numberOfState("ended");
var INTERRUPTED = numberOfState("interrupted");
var LIVE2 = numberOfState("live");
function rowOf(id, { turns, waits, code = "", recorded }, heard) {
  return { id, turns, waits, code, recorded, heard };
}
function retrace(pieces) {
  const course = new Course();
  const events = JSON.parse(`[${pieces.join()}]`);
  for (const event of events) course.add(event);
  const end = events.findLast((event) => event.type === "call_ended");
  return { course, events: events.length, heard: events.at(-1)?.at ?? 0, end };
}
var OUTCOME_COLUMNS = "turns = ?, longest = ?, median = ?, code = ?, recorded = ?";
function statements2(database) {
  const sql = (text) => database.prepare(text);
  return {
    insert: sql(`
      INSERT INTO calls (org, call, agent, connector, state, outcome, reason, code, started, ended, turns, longest,
        median, language, tracking, recorded, session, heard)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    find: sql(`
      SELECT id, state, org, call AS callId, agent, connector, started AS at, language, tracking FROM calls
      WHERE call = ? AND org = ? AND session = ? ORDER BY id DESC LIMIT 1`),
    // Each touches the indexes that hold what it names, whether that changes or not.
    heard: sql("UPDATE calls SET heard = ? WHERE id = ?"),
    turns: sql("UPDATE calls SET turns = ? WHERE id = ?"),
    waits: sql("UPDATE calls SET longest = ?, median = ? WHERE id = ?"),
    code: sql("UPDATE calls SET code = ? WHERE id = ?"),
    recorded: sql("UPDATE calls SET recorded = ? WHERE id = ?"),
    end: sql(`UPDATE calls SET state = ${ENDED}, outcome = ?, reason = ?, ended = ?, ${OUTCOME_COLUMNS} WHERE id = ?`),
    interrupt: sql(`UPDATE calls SET state = ${INTERRUPTED}, ended = max(heard, ?), ${OUTCOME_COLUMNS} WHERE id = ?`),
    reopen: sql(`UPDATE calls SET state = ${LIVE2}, ended = NULL WHERE id = ?`),
    forsaken: sql(`
      SELECT id, session FROM calls INDEXED BY live_calls
      WHERE state = ${LIVE2} AND (session NOT IN (SELECT id FROM sessions) OR (session = ? AND heard < ?))
      LIMIT ${CALLS_A_STEP2}`),
    addEvents: sql("INSERT INTO open_events (call, number, events) VALUES (?, ?, ?)"),
    events: sql("SELECT events FROM open_events WHERE call = ? ORDER BY number"),
    dropEvents: sql("DELETE FROM open_events WHERE call = ?"),
    pack: sql("INSERT OR REPLACE INTO packed_events (call, events) VALUES (?, ?)"),
    packed: sql("SELECT events FROM packed_events WHERE call = ?"),
    dropPacked: sql("DELETE FROM packed_events WHERE call = ?"),
    addError: sql("INSERT INTO errors (at, code, connector, org, call) VALUES (?, ?, ?, ?, ?)")
  };
}

// line_pages.ts
var PAGE_BYTES = 64 * 1024;
var encoder = new TextEncoder();
var decoder = new TextDecoder();
function linesOf(text) {
  return decoder.decode(text).split("\n");
}

// ../lib/latest.ts
var Latest = class {
  /** `most`: how many are kept. */
  constructor(most) {
    this.most = most;
  }
  most;
  #ring = [];
  /** Where the next one goes. */
  #next = 0;
  add(item) {
    this.#ring[this.#next] = item;
    this.#next = (this.#next + 1) % this.most;
  }
  /** Those that are kept, the oldest first. */
  all() {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }
  /** The one that came so many before the newest, if it is kept. */
  before(count) {
    return this.#ring[(this.#next + this.most - 1 - count) % this.most];
  }
};

// recent_lines.ts
var LEVELS = ["debug", "info", "warn", "error"];
var MOST_LINES = 1e3;
var RecentLines = class {
  #lines;
  constructor(most) {
    this.#lines = new Latest(most);
  }
  add(line) {
    this.#lines.add(line);
  }
  /** Those that were asked for, the oldest first, however many. */
  find(query) {
    return this.#lines.all().filter(fitting(query));
  }
};
function pageOf(found, { before, after, limit }) {
  const most = Math.min(limit, MOST_LINES);
  const forward = after !== void 0 && before === void 0;
  return forward ? found.slice(0, most) : found.slice(Math.max(0, found.length - most));
}
function fitting({ level = "debug", logger, callId, text, from, to, before, after }) {
  const holds = text === void 0 ? void 0 : holding(text);
  return (line) => LEVELS.indexOf(line.level) >= LEVELS.indexOf(level) && (logger === void 0 || line.logger === logger || line.logger.startsWith(`${logger}.`)) && (callId === void 0 || line.callId === callId) && (holds === void 0 || [line.message, line.logger, JSON.stringify(line.fields)].some(holds)) && (from === void 0 || line.at >= from) && (to === void 0 || line.at < to) && (before === void 0 || line.id < before) && (after === void 0 || line.id > after);
}

// log_book.ts
var MOST_DEBUG = 2e3;
var LogBook = class {
  constructor(database) {
    this.database = database;
    this.#sql = {
      last: database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'logs'"),
      setLast: database.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'logs'"),
      add: database.prepare(
        "INSERT INTO logs (id, at, level, logger, message, call, fields) VALUES (?, ?, ?, ?, ?, ?, ?)"
      )
    };
  }
  database;
  #debug = new RecentLines(MOST_DEBUG);
  #sql;
  /**
   * Writes lines down and gives all their numbers. Belongs into a transaction. Returns those of level debug, to `remember`
   * once it is through.
   */
  write(lines) {
    const debug = [];
    if (lines.length === 0) return debug;
    let id = Number(this.#sql.last.get().seq);
    for (const line of lines) {
      const { at, level, logger, message, callId = null, fields } = line;
      id++;
      if (level === "debug") debug.push({ id, ...line });
      else {
        this.#sql.add.run(id, Math.round(at), LEVELS.indexOf(level), logger, message, callId, JSON.stringify(fields));
      }
    }
    this.#sql.setLast.run(id);
    return debug;
  }
  remember(debug) {
    for (const line of debug) this.#debug.add(line);
  }
  logs(query) {
    const limit = Math.min(query.limit, MOST_LINES);
    const forward = query.after !== void 0 && query.before === void 0;
    const { where, values } = conditions(query);
    const rows = this.database.prepare(
      `SELECT * FROM logs WHERE ${where} ORDER BY id ${forward ? "ASC" : "DESC"} LIMIT :limit`
    ).all({ ...values, limit });
    const lines = [...rows.map(toLine), ...this.#debug.find(query)].sort((a, b) => a.id - b.id);
    return pageOf(lines, query);
  }
};
function conditions({ level = "debug", logger, callId, text, from, to, before, after }) {
  const where = ["level >= :level"];
  const values = { level: LEVELS.indexOf(level) };
  const want = (condition, more) => {
    const [[name, value]] = Object.entries(more);
    if (value === void 0) return;
    where.push(condition);
    values[name] = value;
  };
  want("(logger = :logger OR substr(logger, 1, length(:logger) + 1) = :logger || '.')", { logger });
  want("call = :callId", { callId });
  want("(message LIKE :text ESCAPE '\\' OR logger LIKE :text ESCAPE '\\' OR fields LIKE :text ESCAPE '\\')", {
    text: text === void 0 ? void 0 : `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`
  });
  want("at >= :from", { from });
  want("at < :to", { to });
  want("id < :before", { before });
  want("id > :after", { after });
  return { where: where.join(" AND "), values };
}
function toLine({ id, at, level, logger, message, call, fields }) {
  return {
    id,
    at,
    level: LEVELS[level],
    logger,
    message,
    callId: call ?? void 0,
    fields: JSON.parse(fields)
  };
}

// migrations.ts
var MIGRATIONS = [
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
  `
];
function migrate(database, steps = MIGRATIONS) {
  if (versionOf(database) > steps.length) throw new NewerDatabase(versionOf(database), steps.length);
  database.exec("BEGIN IMMEDIATE");
  try {
    for (let version = versionOf(database); version < steps.length; version++) database.exec(steps[version]);
    database.exec(`PRAGMA user_version = ${steps.length}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
var StrangeDatabase = class extends Error {
  name = "StrangeDatabase";
  constructor() {
    super("is not one of a gateway");
  }
};
var OlderDatabase = class extends Error {
  name = "OlderDatabase";
  constructor(found, known) {
    super(
      `was written by an older gateway (shape ${found}; this one knows ${known}): its next start brings it forward`
    );
  }
};
var NewerDatabase = class extends Error {
  name = "NewerDatabase";
  constructor(found, known) {
    super(`was written by a newer gateway (shape ${found}; this one knows ${known})`);
  }
};
function versionOf(database) {
  return Number(database.prepare("PRAGMA user_version").get().user_version);
}

// waits.ts
var Waits = class {
  #counts = /* @__PURE__ */ new Map();
  /** Counts one wait of `ms` milliseconds. */
  add(ms) {
    const at = ms < 1 ? 0 : Math.min(LAST, 1 + Math.floor(Math.log(ms) / GROWTH));
    this.#counts.set(at, (this.#counts.get(at) ?? 0) + 1);
  }
  /** Adds what `pack` made. */
  addPacked(packed) {
    const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
    for (let offset = 0; offset < packed.length; offset += ENTRY) {
      const at = view.getUint16(offset);
      this.#counts.set(at, (this.#counts.get(at) ?? 0) + view.getUint32(offset + 2));
    }
  }
  /** The counts as bytes: for each class that is not empty its number (16 bits) and its count (32 bits), big-endian. */
  pack() {
    const packed = new Uint8Array(this.#counts.size * ENTRY);
    const view = new DataView(packed.buffer);
    let offset = 0;
    for (const [at, count] of this.#counts) {
      view.setUint16(offset, at);
      view.setUint32(offset + 2, count);
      offset += ENTRY;
    }
    return packed;
  }
  /** The wait in ms that a `share` (0 to 1) of all did not exceed, by nearest rank; undefined when there was none. */
  percentile(share) {
    const classes = [...this.#counts].sort(([a], [b]) => a - b);
    const total = classes.reduce((sum, [, count]) => sum + count, 0);
    let rank = Math.max(1, Math.ceil(share * total));
    for (const [at, count] of classes) {
      rank -= count;
      if (rank <= 0) return at === 0 ? 0 : Math.round(Math.exp((at - 0.5) * GROWTH));
    }
    return void 0;
  }
};
var GROWTH = Math.log(1.04);
var LAST = 415;
var ENTRY = 6;

// minutes.ts
var MINUTE_MS = 6e4;
var MOST_AT_HAND2 = 200;
var MinuteWriter = class {
  constructor(database, session) {
    this.session = session;
    this.#find = database.prepare(
      "SELECT started, ended, failed, waits FROM minutes WHERE minute = ? AND connector = ? AND session = ?"
    );
    this.#write = database.prepare("INSERT OR REPLACE INTO minutes VALUES (?, ?, ?, ?, ?, ?, ?)");
  }
  session;
  #minutes = /* @__PURE__ */ new Map();
  #changed = /* @__PURE__ */ new Set();
  #find;
  #write;
  /** A call of a connector started at that time. */
  started(at, connector) {
    this.#of(at, connector).started++;
  }
  ended(at, connector, failed) {
    const minute = this.#of(at, connector);
    minute.ended++;
    if (failed) minute.failed++;
  }
  waited(at, connector, ms) {
    this.#of(at, connector).waits.add(ms);
  }
  /** Writes what has changed. Throws what SQLite throws. */
  settle() {
    for (const each of this.#changed) {
      const { minute, connector, started, ended, failed, waits } = each;
      this.#write.run(minute, connector, this.session, started, ended, failed, waits.pack());
    }
    this.#changed.clear();
    if (this.#minutes.size > MOST_AT_HAND2) this.#minutes.clear();
  }
  /** Forgets what was learnt in a transaction that came to nothing. */
  forget() {
    this.#minutes.clear();
    this.#changed.clear();
  }
  #of(at, connector) {
    const number = Math.floor(at / MINUTE_MS);
    const key = `${number} ${connector}`;
    const minute = this.#minutes.get(key) ?? this.#read(number, connector);
    this.#minutes.set(key, minute);
    this.#changed.add(minute);
    return minute;
  }
  #read(minute, connector) {
    const waits = new Waits();
    const row = this.#find.get(minute, connector, this.session);
    if (!row) return { minute, connector, started: 0, ended: 0, failed: 0, waits };
    waits.addPacked(row.waits);
    return {
      minute,
      connector,
      started: Number(row.started),
      ended: Number(row.ended),
      failed: Number(row.failed),
      waits
    };
  }
};
var MinuteReader = class {
  constructor(database, words) {
    this.words = words;
    const columns = "SELECT minute, started, ended, failed, waits FROM minutes WHERE minute >= ? AND minute < ?";
    this.#ofAll = database.prepare(columns);
    this.#ofOne = database.prepare(`${columns} AND connector = ?`);
  }
  words;
  #ofAll;
  #ofOne;
  numbers({ from, to, connector }) {
    const [numbers] = this.trend({ from, stepMs: Math.max(1, to - from), steps: 1, ...connector && { connector } });
    return numbers;
  }
  trend({ from, stepMs, steps, connector }) {
    const spans = Array.from({ length: steps }, () => ({ started: 0, ended: 0, failed: 0, waits: new Waits() }));
    const first = Math.floor(from / MINUTE_MS);
    const end = Math.ceil((from + stepMs * steps) / MINUTE_MS);
    const one = connector === void 0 ? void 0 : this.words.find(connector) ?? NOBODY3;
    for (const row of one === void 0 ? this.#ofAll.iterate(first, end) : this.#ofOne.iterate(first, end, one)) {
      const span = spans[Math.min(steps - 1, Math.floor((Number(row.minute) - first) * MINUTE_MS / stepMs))];
      span.started += Number(row.started);
      span.ended += Number(row.ended);
      span.failed += Number(row.failed);
      span.waits.addPacked(row.waits);
    }
    return spans.map(({ waits, ...counts }) => ({
      ...counts,
      p50Ms: waits.percentile(0.5),
      p95Ms: waits.percentile(0.95)
    }));
  }
};
var NOBODY3 = -1;

// retention.ts
var CALLS_A_STEP3 = 200;
var ROWS_A_STEP = 2e3;
var PAGES_A_STEP = 500;
var MOST_ALERTS = 1e4;
var MOST_DEEDS = 1e5;
var MOST_ERRORS = 1e5;
var SHARE_OF_LOGS = 0.5;
var LINE_BYTES = 50;
var ERROR_BYTES = 100;
var LINES_LOOKED_AT = 100;
var MINUTE_MS2 = 6e4;
var ALL = Number.MAX_SAFE_INTEGER;
var LIVE3 = numberOfState("live");
var Retention = class {
  constructor(database, texts, settings) {
    this.database = database;
    this.texts = texts;
    this.settings = settings;
    this.#sql = statements3(database);
  }
  database;
  texts;
  settings;
  #sql;
  /** Does one step, which belongs into a transaction. Returns whether there may be more to do. */
  step(now) {
    const { keepMs, logLines } = this.settings;
    const oldest = Math.round(now - keepMs);
    const tooMuch = this.#isTooBig() ? this.#largest() : void 0;
    const calls = this.#sql.oldCalls.all(tooMuch === "calls" ? ALL : oldest);
    for (const { id } of calls) {
      this.texts.drop(Number(id));
      for (const drop of this.#sql.dropCall) drop.run(id);
    }
    const rows = [
      this.#sql.dropMinutes.run(Math.floor(oldest / MINUTE_MS2)),
      this.#sql.dropOldLogs.run(tooMuch === "logs" ? ALL : oldest),
      this.#sql.dropLogs.run(logLines),
      this.#sql.dropErrors.run(tooMuch === "errors" ? ALL : oldest, MOST_ERRORS),
      this.#sql.dropAlerts.run(oldest, MOST_ALERTS),
      this.#sql.dropDeeds.run(MOST_DEEDS)
    ].reduce((sum, { changes }) => sum + Number(changes), calls.length);
    return rows > 0;
  }
  /** Gives back to the disk some of the pages that nothing is on. Not within a transaction. Returns whether there are more. */
  vacuum() {
    this.database.exec(`PRAGMA incremental_vacuum(${PAGES_A_STEP})`);
    return this.#pragma("freelist_count") > 0;
  }
  #isTooBig() {
    const used = this.#pragma("page_count") - this.#pragma("freelist_count");
    return used * this.#pragma("page_size") > this.settings.maxBytes;
  }
  /** What gives way in a database that is too big. */
  #largest() {
    const logs = this.#bytesOfLogs();
    const errors = Number(this.#sql.errors.get().errors) * ERROR_BYTES;
    if (logs + errors <= this.settings.maxBytes * SHARE_OF_LOGS) return "calls";
    return logs >= errors ? "logs" : "errors";
  }
  /** What the log lines take, about: some that stand at even distances speak for all. */
  #bytesOfLogs() {
    const { lines, first, last } = this.#sql.logs.get();
    const distance = (last - first) / LINES_LOOKED_AT;
    let bytes = 0;
    for (let at = 0; at < LINES_LOOKED_AT; at++) {
      bytes += Number(this.#sql.line.get(Math.floor(first + at * distance))?.bytes ?? 0);
    }
    return lines * bytes / LINES_LOOKED_AT;
  }
  #pragma(name) {
    return Number(this.#sql[name].get()[name]);
  }
};
function statements3(database) {
  const sql = (text) => database.prepare(text);
  const beyond = (table, order) => `id IN (
      SELECT id FROM ${table} ${order} LIMIT max(0, min(${ROWS_A_STEP}, (SELECT count(*) FROM ${table}) - ?))
    )`;
  const old = (table, column) => `id IN (SELECT id FROM ${table} WHERE ${column} < ? ORDER BY ${column} LIMIT ${ROWS_A_STEP})`;
  return {
    page_count: sql("PRAGMA page_count"),
    freelist_count: sql("PRAGMA freelist_count"),
    page_size: sql("PRAGMA page_size"),
    oldCalls: sql(`SELECT id FROM calls WHERE started < ? AND state <> ${LIVE3} ORDER BY started LIMIT ${CALLS_A_STEP3}`),
    logs: sql("SELECT count(*) AS lines, min(id) AS first, max(id) AS last FROM logs"),
    line: sql(`
      SELECT ${LINE_BYTES} + octet_length(logger) + octet_length(message) + octet_length(fields)
        + 2 * octet_length(coalesce(call, '')) AS bytes
      FROM logs WHERE id >= ? ORDER BY id LIMIT 1`),
    errors: sql("SELECT count(*) AS errors FROM errors"),
    dropCall: [
      sql("DELETE FROM packed_events WHERE call = ?"),
      sql("DELETE FROM calls WHERE id = ?")
    ],
    dropMinutes: sql("DELETE FROM minutes WHERE minute < ?"),
    dropOldLogs: sql(`DELETE FROM logs WHERE ${old("logs", "at")}`),
    dropLogs: sql(`DELETE FROM logs WHERE ${beyond("logs", "ORDER BY id")}`),
    dropErrors: sql(`DELETE FROM errors WHERE ${old("errors", "at")} OR ${beyond("errors", "ORDER BY id")}`),
    // One that is firing stays.
    dropAlerts: sql(`
      DELETE FROM alerts
      WHERE (state = 'resolved' AND since < ?) OR ${beyond("alerts", "WHERE state = 'resolved' ORDER BY since, id")}`),
    dropDeeds: sql(`DELETE FROM deeds WHERE ${beyond("deeds", "ORDER BY id")}`)
  };
}

// trail.ts
var MOST_ROWS2 = 1e3;
var Trail = class {
  constructor(database) {
    this.database = database;
    this.#sql = {
      keepAlert: database.prepare("INSERT OR REPLACE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      alerts: database.prepare("SELECT * FROM alerts ORDER BY since DESC, id DESC LIMIT ? OFFSET ?"),
      alertsIn: database.prepare("SELECT * FROM alerts WHERE state = ? ORDER BY since DESC, id DESC LIMIT ? OFFSET ?"),
      keepDeed: database.prepare("INSERT INTO deeds (at, who, via, action, about) VALUES (?, ?, ?, ?, ?)"),
      deeds: database.prepare("SELECT at, who, via, action, about FROM deeds ORDER BY id DESC LIMIT ? OFFSET ?")
    };
  }
  database;
  #sql;
  /** Writes an alert anew, or over the one of that id. */
  keepAlert({ id, rule, severity, state, message, value, since, resolvedAt, delivery }) {
    const resolved = resolvedAt === void 0 ? null : Math.round(resolvedAt);
    this.#sql.keepAlert.run(id, rule, severity, state, message, value ?? null, Math.round(since), resolved, delivery);
  }
  alerts({ state, offset, limit }) {
    const most = Math.min(limit, MOST_ROWS2);
    const rows = state === void 0 ? this.#sql.alerts.all(most, offset) : this.#sql.alertsIn.all(state, most, offset);
    return rows.map(toAlert);
  }
  keepDeed({ at, who, via, action, about }) {
    this.#sql.keepDeed.run(Math.round(at), who, via, action, about);
  }
  deeds({ offset, limit }) {
    return this.#sql.deeds.all(Math.min(limit, MOST_ROWS2), offset);
  }
};
function toAlert({ id, rule, severity, state, message, value, since, resolved, delivery }) {
  return {
    id,
    rule,
    severity,
    state,
    message,
    value: value ?? void 0,
    since,
    resolvedAt: resolved ?? void 0,
    delivery
  };
}

// words.ts
var MOST_KNOWN = 1e4;
var Words = class {
  #numbers = /* @__PURE__ */ new Map();
  #insert;
  #find;
  constructor(database) {
    this.#insert = database.prepare("INSERT INTO words (text) VALUES (?) ON CONFLICT DO NOTHING");
    this.#find = database.prepare("SELECT id FROM words WHERE text = ?");
  }
  /** The number of a text, which is written down when it is new. */
  number(text) {
    const known = this.#numbers.get(text) ?? this.find(text);
    if (known !== void 0) return known;
    this.#insert.run(text);
    return this.find(text);
  }
  /** The number of a text, if it has one. */
  find(text) {
    const known = this.#numbers.get(text);
    if (known !== void 0) return known;
    const found = this.#find.get(text)?.id;
    if (typeof found !== "number") return void 0;
    if (this.#numbers.size >= MOST_KNOWN) this.#numbers.clear();
    this.#numbers.set(text, found);
    return found;
  }
  /** Forgets what was learnt in a transaction that came to nothing. */
  forget() {
    this.#numbers.clear();
  }
};

// open_database.ts
var PAGE_BYTES2 = 4096;
var BUSY_MS = 5e3;
var CACHE_KIB = 4096;
var MOST_WAL_BYTES = 16 * 1024 * 1024;
var BEATS_OF_THE_DEAD = 5;
function openFile(path, { readOnly = false } = {}) {
  if (!readOnly) keepPrivate(path);
  const database = new DatabaseSync(path, { readOnly, timeout: BUSY_MS, enableForeignKeyConstraints: false });
  database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  if (readOnly) return database;
  try {
    database.exec(`
      PRAGMA page_size = ${PAGE_BYTES2};
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA journal_size_limit = ${MOST_WAL_BYTES};
      PRAGMA temp_store = MEMORY;`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
function keepPrivate(path) {
  try {
    Deno.openSync(path, { write: true, create: true, mode: 384 }).close();
  } catch {
  }
}
var OpenDatabase = class _OpenDatabase {
  constructor(database, settings, session, clock) {
    this.database = database;
    this.settings = settings;
    this.clock = clock;
    this.#sql = {
      enter: database.prepare("INSERT INTO sessions (seen, batch) VALUES (?, 0)"),
      enterAgain: database.prepare("INSERT INTO sessions (id, seen, batch) VALUES (?, ?, ?)"),
      beat: database.prepare("UPDATE sessions SET seen = ? WHERE id = ?"),
      wrote: database.prepare("UPDATE sessions SET batch = ? WHERE id = ?"),
      batch: database.prepare("SELECT batch FROM sessions WHERE id = ?"),
      leaveDead: database.prepare("DELETE FROM sessions WHERE seen < ? AND id <> ?"),
      leave: database.prepare("DELETE FROM sessions WHERE id = ?"),
      calls: database.prepare("SELECT count(*) AS calls FROM calls"),
      pages: database.prepare("PRAGMA page_count")
    };
    this.session = session ?? Number(this.#sql.enter.run(clock.date()).lastInsertRowid);
    this.#words = new Words(database);
    this.#minutes = new MinuteWriter(database, this.session);
    this.#texts = new CallTexts(database);
    this.#calls = new CallWriter(database, this.#words, this.#minutes, this.#texts, this.session);
    this.#logs = new LogBook(database);
    this.#trail = new Trail(database);
    this.#retention = new Retention(database, this.#texts, settings);
    const lister = new CallLister(database, this.#words, { now: () => clock.date() });
    const reader = new CallReader(database, this.#words);
    const minutes = new MinuteReader(database, this.#words);
    this.answers = {
      calls: (query) => lister.calls(query),
      call: (query) => reader.call(query),
      errors: (query) => reader.errors(query),
      numbers: (query) => minutes.numbers(query),
      trend: (query) => minutes.trend(query),
      logs: (query) => this.#logs.logs(query),
      alerts: (query) => this.#trail.alerts(query),
      deeds: (query) => this.#trail.deeds(query)
    };
  }
  database;
  settings;
  clock;
  answers;
  /** This process among those that share the database. */
  session;
  #words;
  #minutes;
  #texts;
  #calls;
  #logs;
  #trail;
  #retention;
  #sql;
  /** `session`: this process, if it has written to this file before. */
  static open(settings, session, clock) {
    const database = openFile(settings.file);
    try {
      migrate(database);
      return new _OpenDatabase(database, settings, session, clock);
    } catch (error) {
      database.close();
      throw error;
    }
  }
  /** Writes all of a batch, unless that was done before. */
  write({ number, events, logs, alerts, deeds }) {
    const debug = this.#transact(() => {
      if (this.#stay(number - 1) >= number) return [];
      for (const page of events) for (const event of linesOf(page)) this.#calls.write(JSON.parse(event));
      this.#calls.settle();
      this.#minutes.settle();
      const debug2 = this.#logs.write(logs);
      for (const alert of alerts) this.#trail.keepAlert(alert);
      for (const deed of deeds) this.#trail.keepDeed(deed);
      this.#sql.wrote.run(number, this.session);
      return debug2;
    });
    this.#logs.remember(debug);
  }
  /** Gives a sign of life, and marks some calls of processes that have ceased to. Returns how many were marked. */
  beat(lastBatch) {
    return this.#transact(() => {
      const now = this.clock.date();
      const { beatMs, maxCallMs } = this.settings;
      this.#stay(lastBatch);
      this.#sql.beat.run(now, this.session);
      this.#sql.leaveDead.run(now - beatMs * BEATS_OF_THE_DEAD, this.session);
      return this.#calls.interrupt(now - maxCallMs);
    });
  }
  /** Lets go of a little of what is too old or too much. Returns whether there may be more. */
  tidy() {
    const more = this.#transact(() => this.#retention.step(this.clock.date()));
    return this.#retention.vacuum() || more;
  }
  /** Makes a few more calls found by parts of their ids without looking at each. Returns whether there may be more. */
  index() {
    return this.#transact(() => this.#texts.step());
  }
  /** What the database takes on disk, in bytes. */
  get bytes() {
    return Number(this.#sql.pages.get().page_count) * PAGE_BYTES2;
  }
  countCalls() {
    return Number(this.#sql.calls.get().calls);
  }
  /** Leaves the database, as somebody whose calls are over. */
  leave() {
    this.#transact(() => this.#sql.leave.run(this.session));
    while (this.#transact(() => this.#calls.interrupt(0)) > 0) ;
  }
  [Symbol.dispose]() {
    this.database.close();
  }
  /**
   * Enters again if others have taken this process for dead: then they have marked its calls, or are about to. Belongs into
   * a transaction, ahead of all else. Returns the last batch that is written: `known` if that has gone with the entry.
   */
  #stay(known) {
    const entry = this.#sql.batch.get(this.session);
    if (entry) return Number(entry.batch);
    this.#sql.enterAgain.run(this.session, this.clock.date(), known);
    this.#forget();
    return known;
  }
  #transact(act) {
    this.database.exec("BEGIN IMMEDIATE");
    try {
      const result = act();
      this.database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#forget();
      if (this.database.isTransaction) this.database.exec("ROLLBACK");
      throw error;
    }
  }
  #forget() {
    this.#words.forget();
    this.#minutes.forget();
    this.#calls.forget();
  }
};

// trouble.ts
var SAID = [
  [/malformed|not a database/, { code: "STORE-CORRUPT", why: "is damaged", remedy: "begin anew" }],
  [/is full|No space left/, {
    code: "STORE-FULL",
    why: "cannot grow: the disk is full",
    remedy: "wait"
  }],
  [/readonly|Read-only/, { code: "STORE-UNWRITABLE", why: "cannot be written: it is read-only", remedy: "wait" }],
  [/locked|busy/, { code: "STORE-BUSY", why: "is held by another program", remedy: "wait" }],
  [/unable to open/, { code: "STORE-UNWRITABLE", why: "cannot be opened or made", remedy: "wait" }],
  [/disk I\/O error/, { code: "STORE-UNWRITABLE", why: "cannot be reached: the disk fails", remedy: "wait" }]
];
function troubleOf(error) {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NewerDatabase) return { code: "STORE-NEWER", why: message, remedy: "none" };
  if (error instanceof OlderDatabase) return { code: "STORE-OLDER", why: message, remedy: "none" };
  if (error instanceof StrangeDatabase) return { code: "STORE-MISSING", why: message, remedy: "none" };
  if (error instanceof Deno.errors.NotCapable) {
    return {
      code: "STORE-UNWRITABLE",
      why: "may not be written: the start command needs --allow-read and --allow-write for its folder",
      remedy: "none"
    };
  }
  if (error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory) {
    return { code: "STORE-UNWRITABLE", why: "cannot be made: what should be its folder is a file", remedy: "wait" };
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return { code: "STORE-UNWRITABLE", why: "cannot be written: the system does not allow it", remedy: "wait" };
  }
  return SAID.find(([words]) => words.test(message))?.[1];
}

// keeper.ts
var FIRST_RETRY_MS = 1e3;
var LONGEST_RETRY_MS = 3e4;
var COUNT_BEATS = 30;
var TIDY_MS = 100;
var TIDY_BEATS = 5;
var Keeper = class {
  #settings;
  #clock;
  #tell;
  #session;
  #database;
  /** The file that was opened, as `fileAt` names it. */
  #opened;
  #waiting = [];
  #lastBatch = 0;
  #trouble;
  #retryMs = FIRST_RETRY_MS;
  #callOffRetry = () => {
  };
  #callOffBeat = () => {
  };
  #callOffTidying = () => {
  };
  #beats = 0;
  #calls = 0;
  #bytes = 0;
  constructor(settings, session, clock, tell) {
    this.#settings = settings;
    this.#session = session;
    this.#clock = clock;
    this.#tell = tell;
    this.#work();
    this.#beat();
    this.#tidy();
  }
  receive(message) {
    switch (message.type) {
      case "keep":
        this.#waiting.push(message.batch);
        if (this.#trouble === void 0) this.#work();
        break;
      case "ask":
        this.#answer(message);
        break;
      case "ping":
        this.#tell({ type: "pong" });
        break;
      case "close":
        this.#close();
        break;
    }
  }
  [Symbol.dispose]() {
    this.#callOffRetry();
    this.#callOffBeat();
    this.#callOffTidying();
    this.#database?.[Symbol.dispose]();
    this.#database = void 0;
  }
  /** Does what is to be done, and comes back to it when it cannot be. */
  #work() {
    this.#callOffRetry();
    try {
      const database = this.#open();
      for (let batch = this.#waiting[0]; batch !== void 0; batch = this.#waiting[0]) {
        this.#write(database, batch);
        this.#waiting.shift();
      }
      this.#recovered();
    } catch (error) {
      this.#suffer(error);
    }
  }
  #open() {
    if (this.#database) return this.#database;
    const { file } = this.#settings;
    Deno.mkdirSync(folderOf(file), { recursive: true });
    this.#opened = fileAt(file);
    const database = OpenDatabase.open(this.#settings, this.#session, this.#clock);
    this.#opened ??= fileAt(file);
    this.#database = database;
    this.#session = database.session;
    this.#calls = database.countCalls();
    this.#bytes = database.bytes;
    this.#tell({ type: "opened", session: database.session });
    return database;
  }
  /** Writes a batch, or says that it is lost since there is something in it that cannot be written. */
  #write(database, batch) {
    let lost = 0;
    try {
      database.write(batch);
    } catch (error) {
      if (troubleOf(error)) throw error;
      lost = batch.size;
      this.#say("error", "the store could not keep what it was told", {
        code: "STORE-DEFECT",
        lost,
        problem: messageOf(error)
      });
    }
    this.#lastBatch = batch.number;
    this.#tell({ type: "kept", batch: batch.number, lost });
  }
  #answer({ id, question, query }) {
    try {
      if (!this.#database) throw new Error(this.#why || "it is not open yet");
      const answer = this.#database.answers[question](query);
      this.#tell({ type: "answer", id, answer });
    } catch (error) {
      this.#tell({ type: "refused", id, why: messageOf(error) });
      if (this.#database && troubleOf(error)) this.#suffer(error);
    }
  }
  #beat() {
    this.#callOffBeat = this.#clock.setTimer(this.#settings.beatMs, () => this.#beat());
    if (!this.#database || this.#trouble) return;
    try {
      const marked = this.#database.beat(this.#lastBatch);
      if (marked > 0) this.#say("warn", "calls were interrupted: their gateway is gone", { calls: marked });
      if (++this.#beats % COUNT_BEATS === 0 || marked > 0) this.#calls = this.#database.countCalls();
      this.#bytes = this.#database.bytes;
      this.#tellState();
    } catch (error) {
      this.#suffer(error);
    }
  }
  /** Makes room, also while the disk is full: what is let go of is written over. And does what nobody waits for. */
  #tidy() {
    let more = false;
    try {
      if (this.#database && (!this.#trouble || this.#trouble.code === "STORE-FULL")) more = this.#database.tidy();
      if (this.#database && !this.#trouble) more = this.#database.index() || more;
    } catch (error) {
      this.#suffer(error);
    }
    this.#callOffTidying = this.#clock.setTimer(
      more ? TIDY_MS : TIDY_BEATS * this.#settings.beatMs,
      () => this.#tidy()
    );
  }
  /** Says what is wrong, sees to it if that can be done, and otherwise tries again later. */
  #suffer(error) {
    const trouble = troubleOf(error) ?? { code: "STORE-DEFECT", why: messageOf(error), remedy: "wait" };
    const news = this.#trouble?.code !== trouble.code;
    this.#trouble = trouble;
    if (news) {
      this.#say("error", "the store does not work: calls go on, and what happens in them is not kept", {
        code: trouble.code,
        problem: this.#why
      });
    }
    this.#tellState();
    if (trouble.remedy === "none") return;
    if (trouble.remedy === "begin anew") this.#beginAnew(trouble.code);
    this.#callOffRetry();
    this.#callOffRetry = this.#clock.setTimer(this.#retryMs, () => this.#work());
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
  }
  #beginAnew(code) {
    this.#database?.[Symbol.dispose]();
    this.#database = void 0;
    this.#session = void 0;
    try {
      const copy = setAside(this.#settings.file, this.#opened, this.#clock.date());
      if (copy) this.#say("error", "the damaged database was moved aside and a new one begun", { code, copy });
    } catch (failure) {
      this.#say("error", "the damaged database cannot be moved aside", { code, problem: messageOf(failure) });
    }
  }
  #recovered() {
    this.#retryMs = FIRST_RETRY_MS;
    if (this.#trouble === void 0) return;
    this.#say("info", "the store works again", { code: this.#trouble.code });
    this.#trouble = void 0;
    this.#tellState();
  }
  /** What is wrong, as a sentence. */
  get #why() {
    return this.#trouble ? `The database ${this.#settings.file} ${this.#trouble.why}` : "";
  }
  #tellState() {
    this.#tell({
      type: "state",
      state: {
        state: this.#trouble ? "degraded" : "ok",
        why: this.#why,
        bytes: this.#bytes,
        calls: this.#calls
      }
    });
  }
  #say(level, message, fields) {
    this.#tell({ type: "said", level, message, fields });
  }
  #close() {
    try {
      this.#database?.leave();
    } catch (error) {
      this.#say("warn", "the store could not be left in order", { problem: messageOf(error) });
    }
    this[Symbol.dispose]();
    this.#tell({ type: "closed" });
  }
};
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

// worker.ts
var port = self;
var keeper;
port.onmessage = ({ data }) => {
  if (data.type !== "open") keeper?.receive(data);
  else keeper ??= new Keeper(data.settings, data.session, systemClock, (message) => port.postMessage(message));
};
