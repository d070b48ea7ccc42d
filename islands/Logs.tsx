import { useEffect, useState } from "preact/hooks";
import { type Answer, readAnswer, useAnswer } from "./answer.ts";
import { withParams } from "./call_query.ts";
import type { LogFact } from "./facts.ts";
import { useKeys } from "./keys.ts";
import { legibleText } from "./legible.ts";
import { useLive } from "./live.ts";
import { isWanted, LEVELS, logPath, readLogQuery } from "./log_query.ts";
import { LogLines } from "./LogLines.tsx";
import { Moment } from "./Moment.tsx";
import { useNow } from "./now.ts";
import { definePage, type PageProps } from "./page.ts";
import { useSearch } from "./search.ts";
import { SearchField } from "./SearchField.tsx";
import { TypedField } from "./TypedField.tsx";

interface Lines {
  readonly lines: readonly LogFact[];
}

interface Facts {
  readonly logs: Lines;
}

/** Lines that the page holds; beyond that the oldest go. */
const MOST_LINES = 1000;

/** A live tail of the log, and a search in it. */
export const Logs = definePage<Facts>({
  path: "/logs",
  nav: { label: "Logs", key: "l" },
  title: () => "Logs",
  asks: ({ search }) => ({ logs: logPath(readLogQuery(search)) }),
  live: () => "topics=logs",
  View,
});

function View({ facts, address }: PageProps<Facts>) {
  const [search, go] = useSearch(address.search);
  const { local } = useNow();
  const query = readLogQuery(search);
  const [logs, again, change] = useAnswer(facts.logs, logPath(query));
  const [paused, setPaused] = useState(false);
  const [missed, setMissed] = useState(0);
  const [end, setEnd] = useState(false);
  const [told, setTold] = useState("");
  const following = !paused && query.line === undefined;
  useEffect(() => {
    setEnd(false);
    setMissed(0);
  }, [search]);
  useLive("logs", (news) => {
    const wanted = news.filter((line) => isWanted(line, query)).toReversed();
    if (wanted.length === 0) return;
    if (!following) return setMissed((count) => count + wanted.length);
    change(({ lines }) => ({ lines: [...wanted, ...lines].slice(0, MOST_LINES) }));
  });
  const follow = () => {
    setPaused(false);
    setMissed(0);
    setTold("");
    if (query.line !== undefined) go(withParams(location.search, { line: "" }));
    else if (missed > 0) again();
  };
  const pause = () => following ? setPaused(true) : follow();
  const link = async (id: number) => {
    go(`?line=${id}`);
    setTold(await copy(`${location.origin}/logs?line=${id}`) ? "link copied" : "the link is this page's address");
  };
  const older = async () => {
    if (!logs.ok || logs.value.lines.length === 0) return;
    const answer = await ask(logPath(query, logs.value.lines.at(-1)!.id));
    if (!answer.ok) return setTold(answer.problem);
    setPaused(true);
    setTold("");
    setEnd(answer.value.lines.length === 0);
    change(({ lines }) => ({ lines: [...lines, ...answer.value.lines].slice(-MOST_LINES) }));
  };
  useKeys([
    { keys: "p", does: "pause the tail, or follow it again", act: pause },
    { keys: "x", does: "clear the filters", act: () => go("") },
  ]);
  const set = (name: string, value: string) => go(withParams(location.search, { [name]: value.trim(), line: "" }));
  const filtered = search !== "" && search !== "?";
  return (
    <>
      <div class="page-head">
        <h1>Logs</h1>
        <p class="quiet" aria-live="polite">
          {following ? "following" : missed > 0 ? `paused; ${missed} new` : "paused"}
          {told && ` · ${legibleText(told)}`}
        </p>
        <div class="actions">
          <button type="button" class="button" aria-pressed={!following} onClick={pause}>
            {following ? "Pause" : "Follow"}
          </button>
        </div>
      </div>
      <form class="filters" method="get" action="/logs" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          label="Find in message, logger and fields"
          placeholder="Find message, field, code …"
          value={query.text}
          find={(text) => go(withParams(location.search, { text, line: "" }), "instead")}
        />
        <label>
          <span>Level</span>
          <select name="level" value={query.level} onChange={({ currentTarget }) => set("level", currentTarget.value)}>
            <option value="">any</option>
            {LEVELS.slice(1).map((level) => <option key={level} value={level}>{`${level} and up`}</option>)}
          </select>
        </label>
        <label>
          <span>Logger</span>
          <TypedField
            name="logger"
            value={query.logger}
            placeholder="any, such as byova.call"
            choose={(text) => set("logger", text)}
          />
        </label>
        <label>
          <span>Call</span>
          <TypedField
            name="call"
            value={query.call}
            placeholder="any"
            choose={(text) => set("call", text)}
          />
        </label>
        {local && (
          <>
            <Moment name="from" label="From" value={query.from || undefined} set={set} />
            <Moment name="to" label="To" value={query.to || undefined} set={set} />
          </>
        )}
        {!local && <button type="submit" class="button">Find</button>}
        {filtered && <a class="button" href="/logs" title="Clear the filters (x)">Clear</a>}
      </form>
      <section class="panel" aria-label="Lines of the log">
        {!logs.ok ? <p class="empty">{legibleText(logs.problem)}</p> : logs.value.lines.length === 0
          ? (
            <p class="empty">
              {filtered
                ? (
                  <>
                    No line is like that. <a href="/logs">Show all lines</a>
                  </>
                )
                : "Nothing has been logged yet."}
            </p>
          )
          : <LogLines lines={logs.value.lines} marked={query.line} link={link} />}
        {logs.ok && logs.value.lines.length > 0 && (
          <p class="body">
            {end
              ? <span class="quiet">There are no older lines.</span>
              : <button type="button" class="button" onClick={older}>Older lines</button>}
          </p>
        )}
      </section>
    </>
  );
}

async function ask(path: string): Promise<Answer<Lines>> {
  try {
    return await readAnswer(await fetch(path));
  } catch {
    return { ok: false, status: 0, problem: "Cannot reach the gateway: try again" };
  }
}

/** Puts a text where it can be pasted from; false where the browser does not let a page do so, as over plain http. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
