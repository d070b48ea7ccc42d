import { PERIODS, type TableQuery, withParams } from "./call_query.ts";
import type { ConnectorFact } from "./facts.ts";
import { legible } from "./legible.ts";
import { Moment } from "./Moment.tsx";
import { useNow } from "./now.ts";
import { OUTCOME_NAMES, outcomeWords } from "./outcome.ts";
import { SearchField } from "./SearchField.tsx";
import { TypedField } from "./TypedField.tsx";

export interface CallFiltersProps {
  readonly query: TableQuery;
  readonly search: string;
  readonly connectors: readonly ConnectorFact[];
  readonly go: (search: string, how?: "step" | "instead") => void;
}

/** Which calls are shown. A form that works by itself too; with a script it acts on each change. */
export function CallFilters({ query, search, connectors, go }: CallFiltersProps) {
  const { filters, period } = query;
  const { local } = useNow();
  const set = (name: string, value: string) => go(withParams(search, { [name]: value }));
  const choose = (name: string) => ({ currentTarget }: { currentTarget: HTMLSelectElement }) =>
    set(name, currentTarget.value);
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <form class="filters" method="get" action="/calls" role="search" onSubmit={(event) => event.preventDefault()}>
      <SearchField
        label="Find in call id, tracking id, agent, reason or error"
        placeholder="Find call, agent, reason, error …"
        value={filters.text ?? ""}
        find={(text) => go(withParams(location.search, { text }), "instead")}
      />
      <Choice name="state" label="State" value={filters.state} choose={choose("state")}>
        {["live", "ended", "interrupted"].map((state) => <option key={state} value={state}>{state}</option>)}
      </Choice>
      <Choice name="outcome" label="Outcome" value={filters.outcome} choose={choose("outcome")}>
        {OUTCOME_NAMES.map((name) => <option key={name} value={name}>{outcomeWords(name)}</option>)}
      </Choice>
      <Choice name="agent" label="Agent" value={filters.agent} choose={choose("agent")}>
        {options(connectors.flatMap(({ agents }) => agents.map(({ id }) => id)), filters.agent)}
      </Choice>
      <Choice name="connector" label="Connector" value={filters.connector} choose={choose("connector")}>
        {options(connectors.map(({ id }) => id), filters.connector)}
      </Choice>
      <label>
        <span>Organization</span>
        <TypedField
          name="org"
          value={filters.org ?? ""}
          placeholder="any"
          choose={(text) => set("org", text.trim())}
        />
      </label>
      <label>
        <span>Period</span>
        <select
          name="period"
          value={period || (filters.from || filters.to ? "custom" : "")}
          onChange={({ currentTarget: { value } }) =>
            go(withParams(
              search,
              value === "custom"
                ? { period: "", from: filters.from ?? new Date(Date.now() - PERIODS["24h"]!.ms).toISOString() }
                : { period: value, from: "", to: "" },
            ))}
        >
          <option value="">any time</option>
          {Object.entries(PERIODS).map(([name, { label }]) => <option key={name} value={name}>{label}</option>)}
          {local && <option value="custom">from … to …</option>}
        </select>
      </label>
      {local && !period && (filters.from !== undefined || filters.to !== undefined) && (
        <>
          <Moment name="from" label="From" value={filters.from} set={set} />
          <Moment name="to" label="To" value={filters.to} set={set} />
        </>
      )}
      {!local && <button type="submit" class="button">Find</button>}
      {isFiltered && <a class="button" href="/calls" title="Clear the filters (x)">Clear</a>}
    </form>
  );
}

function Choice({ name, label, value, choose, children }: {
  name: string;
  label: string;
  value: string | undefined;
  choose: (event: { currentTarget: HTMLSelectElement }) => void;
  children: preact.ComponentChildren;
}) {
  return (
    <label>
      <span>{label}</span>
      <select name={name} value={value ?? ""} onChange={choose}>
        <option value="">any</option>
        {children}
      </select>
    </label>
  );
}

/** The known values, and the one that is chosen even where it is not among them. */
function options(known: readonly string[], chosen: string | undefined) {
  return [...new Set(chosen === undefined ? known : [...known, chosen])].map((value) => (
    <option key={value} value={value}>{legible(value)}</option>
  ));
}
