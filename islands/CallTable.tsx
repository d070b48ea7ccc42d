import type { CallColumn } from "./call_columns.tsx";
import { keyOf, type TableQuery, USUAL_SORT, withParams } from "./call_query.ts";
import type { CallPage } from "./facts.ts";
import { NoCalls } from "./NoCalls.tsx";
import { useNow } from "./now.ts";
import { isPlainClick } from "./search.ts";

export interface CallTableProps {
  readonly page: CallPage;
  readonly columns: readonly CallColumn[];
  readonly query: TableQuery;
  readonly search: string;
  readonly go: (search: string) => void;
}

/** How long a row counts as just arrived, in ms. */
const ARRIVED_MS = 5000;

/** One page of calls. */
export function CallTable({ page, columns, query, search, go }: CallTableProps) {
  const { now, local } = useNow();
  if (page.calls.length === 0) return <Nothing filtered={Object.keys(query.filters).length > 0 || page.offset > 0} />;
  const link = (changes: Readonly<Record<string, string>>) => {
    const target = withParams(search, changes);
    return {
      href: `/calls${target}`,
      onClick: (event: MouseEvent) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        go(target);
      },
    };
  };
  return (
    <section class="panel" aria-label="Calls">
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of calls">
        <table class="cards">
          <thead>
            <tr>
              {columns.map(({ name, label, number }) => {
                const direction = query.sort === name
                  ? "ascending"
                  : query.sort === `-${name}`
                  ? "descending"
                  : undefined;
                const next = direction === "descending" ? name : `-${name}`;
                return (
                  <th key={name} scope="col" class={number ? "number" : undefined} aria-sort={direction}>
                    <a class="sort" {...link({ sort: next === USUAL_SORT ? "" : next })}>
                      {label}
                      {direction && <span aria-hidden="true">{direction === "ascending" ? " ↑" : " ↓"}</span>}
                    </a>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {page.calls.map((call) => (
              <tr
                key={keyOf(call)}
                data-call={call.call_id}
                class={local && now - Date.parse(call.started_at) < ARRIVED_MS ? "arrived" : undefined}
              >
                {columns.map(({ name, label, number, wide, cell }) => (
                  <td
                    key={name}
                    data-label={label}
                    data-name={name}
                    class={number ? "number" : wide ? "wide-cell" : undefined}
                  >
                    {cell(call)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager page={page} link={link} />
    </section>
  );
}

function Pager({ page: { calls, total, offset, limit }, link }: {
  page: CallPage;
  link: (changes: Readonly<Record<string, string>>) => { href: string; onClick: (event: MouseEvent) => void };
}) {
  const before = Math.max(0, offset - limit);
  const after = offset + limit;
  return (
    <nav class="pager" aria-label="Pages of the table">
      <span class="quiet">
        {`${offset + 1}–${offset + calls.length} of ${total > 10_000 ? "more than 10,000" : total}`}
      </span>
      {offset > 0 && (
        <a class="button" rel="prev" {...link({ offset: before === 0 ? "" : String(before) })}>Newer page</a>
      )}
      {after < total && <a class="button" rel="next" {...link({ offset: String(after) })}>Next page</a>}
    </nav>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  return (
    <section class="panel" aria-label="Calls">
      {filtered
        ? (
          <p class="empty">
            No call is like that. <a href="/calls">Show all calls</a>
          </p>
        )
        : <NoCalls />}
    </section>
  );
}
