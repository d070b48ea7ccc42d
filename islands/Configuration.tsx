import { type Column, DataTable } from "./DataTable.tsx";
import { useAnswer } from "./answer.ts";
import { withParams } from "./call_query.ts";
import type { SettingFact } from "./facts.ts";
import { legible, legibleLines, legibleText } from "./legible.ts";
import { definePage, type PageProps } from "./page.ts";
import { save } from "./save.ts";
import { useSearch } from "./search.ts";
import { SearchField } from "./SearchField.tsx";

interface Facts {
  readonly configuration: { readonly settings: readonly SettingFact[]; readonly warnings: readonly string[] };
}

const ASKS = "/api/configuration";

const COLUMNS: readonly Column<SettingFact>[] = [
  {
    name: "key",
    label: "Key",
    wide: true,
    value: ({ key }) => key,
    cell: ({ key }) => <span class="mono">{legible(key)}</span>,
  },
  {
    name: "value",
    label: "Value",
    wide: true,
    value: ({ value }) => shown(value),
    cell: ({ value }) => <span class="mono setting">{legibleLines(shown(value)).join("\n")}</span>,
  },
  {
    name: "from",
    label: "From",
    value: ({ from }) => from,
    cell: ({ from }) => <span class={from === "default" ? "quiet" : undefined}>{legibleText(from)}</span>,
  },
];

/** Each value that the gateway goes by, and where it came from. */
export const Configuration = definePage<Facts>({
  path: "/configuration",
  nav: { label: "Configuration", key: "f" },
  title: () => "Configuration",
  asks: () => ({ configuration: ASKS }),
  live: () => "topics=overview",
  View,
});

function View({ facts, address }: PageProps<Facts>) {
  const [configuration] = useAnswer(facts.configuration, ASKS);
  const [search, go] = useSearch(address.search);
  const params = new URLSearchParams(search);
  const text = params.get("text") ?? "";
  const changed = params.get("changed") === "1";
  if (!configuration.ok) return <p class="problem">{legibleText(configuration.problem)}</p>;
  const { settings, warnings } = configuration.value;
  const found = settings.filter(({ key, value, from }) =>
    (!changed || from !== "default") && `${key} ${shown(value)} ${from}`.toLowerCase().includes(text.toLowerCase())
  );
  return (
    <>
      <div class="page-head">
        <h1>Configuration</h1>
        <p class="quiet" aria-live="polite">{`${found.length} of ${settings.length} keys`}</p>
        <div class="actions">
          <button
            type="button"
            class="button"
            onClick={() => save("configuration.json", "application/json", JSON.stringify(found, undefined, 2))}
          >
            JSON
          </button>
        </div>
      </div>
      {warnings.map((warning) => <p key={warning} class="notice">{legibleText(warning)}</p>)}
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          label="Find in key, value or origin"
          placeholder="Find key, value, origin …"
          value={text}
          find={(text) => go(withParams(location.search, { text }), "instead")}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={changed}
            onChange={({ currentTarget }) =>
              go(withParams(location.search, { changed: currentTarget.checked ? "1" : "" }))}
          />
          <span>Only what is not the default</span>
        </label>
      </form>
      <section class="panel" aria-label="Settings">
        {found.length === 0
          ? (
            <p class="empty">
              No key is like that. <a href="/configuration">Show all keys</a>
            </p>
          )
          : <DataTable label="Settings" columns={COLUMNS} rows={found} keyOf={({ key }) => key} usual="key" />}
      </section>
    </>
  );
}

/** A value as a reader takes it in: of a list of mappings, each on a line of its own. */
function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value) || !value.every((item) => item !== null && typeof item === "object")) {
    return JSON.stringify(value) ?? "";
  }
  if (value.length === 0) return "[]";
  const line = (item: object) => Object.entries(item).map(([key, own]) => `${key}: ${JSON.stringify(own)}`).join(", ");
  return value.map(line).join("\n");
}
