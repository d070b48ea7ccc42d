import { useEffect, useMemo } from "preact/hooks";
import { useAnswer, useThrottle } from "./answer.ts";
import { keep, recall } from "./browser_memory.ts";
import { CALL_COLUMNS, columnsOf } from "./call_columns.tsx";
import { exportPath, listPath, readQuery, withChanges, withParams } from "./call_query.ts";
import { CallFilters } from "./CallFilters.tsx";
import { CallTable } from "./CallTable.tsx";
import type { CallPage, ConnectorFact } from "./facts.ts";
import { moveAmongRows, useKeys } from "./keys.ts";
import { legibleText } from "./legible.ts";
import { useLive } from "./live.ts";
import { useNow } from "./now.ts";
import { definePage, type PageProps } from "./page.ts";
import { useSearch } from "./search.ts";

interface Facts {
  readonly calls: CallPage;
  readonly agents: { readonly connectors: readonly ConnectorFact[] };
}

/** What the gateway tells is put in its place at once; how many there are in all is asked for again after this, in ms. */
const SETTLE_MS = 10_000;
const COLUMNS = "columns of calls";

export const Calls = definePage<Facts>({
  path: "/calls",
  nav: { label: "Calls", key: "c" },
  title: () => "Calls",
  asks: ({ search }, now) => ({ calls: listPath(readQuery(search, now)), agents: "/api/agents" }),
  live: () => "topics=calls",
  View,
});

function View({ facts, address }: PageProps<Facts>) {
  const [search, go] = useSearch(address.search);
  const { now } = useNow();
  const minute = Math.floor(now / 60_000);
  const query = useMemo(() => readQuery(search, now), [search, minute]);
  const [calls, again, change] = useAnswer(facts.calls, listPath(query));
  const [agents] = useAnswer(facts.agents, "/api/agents");
  const settle = useThrottle(again, SETTLE_MS);
  useLive("calls", (changed) => {
    change((page) => withChanges(page, changed, query));
    settle();
  });
  useKeys([
    { keys: "j", does: "next row", act: () => moveAmongRows(1) },
    { keys: "k", does: "row before", act: () => moveAmongRows(-1) },
    { keys: "x", does: "clear the filters", act: () => go("") },
  ]);
  // Columns that were chosen once hold until others are, here or in an address.
  useEffect(() => {
    const kept = recall(COLUMNS);
    if (query.columns.length === 0 && kept) {
      go(withParams(location.search, { ...page(query.offset), columns: kept }), "instead");
    }
  }, []);
  const columns = columnsOf(query.columns);
  const chooseColumns = (names: readonly string[]) => {
    keep(COLUMNS, names.join(","));
    go(withParams(search, { ...page(query.offset), columns: names.join(",") }), "instead");
  };
  const names = columns.map(({ name }) => name);
  return (
    <>
      <div class="page-head">
        <h1>Calls</h1>
        <p class="quiet" aria-live="polite">{calls.ok && counted(calls.value.total)}</p>
        <div class="actions">
          <details class="menu">
            <summary class="button">Columns</summary>
            <fieldset>
              <legend class="unseen">Columns that are shown</legend>
              {CALL_COLUMNS.map(({ name, label }) => (
                <label key={name}>
                  <input
                    type="checkbox"
                    checked={names.includes(name)}
                    onChange={() => chooseColumns(toggled(names, name))}
                  />
                  {label}
                </label>
              ))}
            </fieldset>
          </details>
          <a class="button" href={exportPath("csv", query, names)} download title="Every call that is found, as CSV">
            CSV
          </a>
          <a class="button" href={exportPath("json", query, names)} download title="Every call that is found, as JSON">
            JSON
          </a>
        </div>
      </div>
      <CallFilters
        query={query}
        search={search}
        connectors={agents.ok ? agents.value.connectors : []}
        go={go}
      />
      {calls.ok
        ? <CallTable page={calls.value} columns={columns} query={query} search={search} go={go} />
        : <p class="problem">{legibleText(calls.problem)}</p>}
    </>
  );
}

function toggled(names: readonly string[], name: string): string[] {
  return CALL_COLUMNS.map((column) => column.name as string)
    .filter((each) => each === name ? !names.includes(name) : names.includes(each));
}

/** Keeps the page where it is. */
function page(offset: number): Record<string, string> {
  return { offset: offset > 0 ? String(offset) : "" };
}

function counted(total: number): string {
  return total > 10_000 ? "more than 10,000 found" : `${total} found`;
}
