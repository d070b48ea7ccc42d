import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

/** One column of a table. */
export interface Column<Row> {
  readonly name: string;
  readonly label: string;
  /** Set to the right, as numbers are. */
  readonly number?: boolean;
  /** Takes a line of its own where rows are cards. */
  readonly wide?: boolean;
  /** What rows are put in order by. */
  value(row: Row): string | number | null;
  cell(row: Row): ComponentChildren;
}

/** Which column rows are in order of, "-" before its name for the greatest first. */
export type Order = string;

/** Rows in the order of a column; those without a value come last. */
export function inOrder<Row>(rows: readonly Row[], columns: readonly Column<Row>[], order: Order): readonly Row[] {
  const down = order.startsWith("-");
  const column = columns.find(({ name }) => name === order.replace(/^-/, ""));
  if (!column) return rows;
  return rows.toSorted((one, other) => {
    const [a, b] = [column.value(one), column.value(other)];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    const way = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
    return down ? -way : way;
  });
}

/** A table whose rows are all here: a click on a column's name puts them in its order. */
export function DataTable<Row>({ label, columns, rows, keyOf, usual }: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
  usual: Order;
}) {
  const [order, setOrder] = useState(usual);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="cards">
        <thead>
          <tr>
            {columns.map(({ name, label, number }) => {
              const way = order === name ? "ascending" : order === `-${name}` ? "descending" : undefined;
              return (
                <th key={name} scope="col" class={number ? "number" : undefined} aria-sort={way}>
                  <button
                    type="button"
                    class="sort"
                    onClick={() => setOrder(way === "ascending" ? `-${name}` : name)}
                  >
                    {label}
                    {way && <span aria-hidden="true">{way === "ascending" ? " ↑" : " ↓"}</span>}
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {inOrder(rows, columns, order).map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, label, number, wide, cell }) => (
                <td
                  key={name}
                  data-label={label}
                  class={[number && "number", wide && "wide-cell"].filter(Boolean).join(" ") || undefined}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
