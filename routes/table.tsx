import type { ComponentChildren } from "preact";
import { humanDuration } from "../src/lib/duration.ts";
import { legible } from "./legible.ts";

/** A cell: a text from anywhere, a number, or an element that this room has made. */
export type Cell = string | number | ComponentChildren;

/** A titled table; `children` are shown in its place while it has no rows, `note` below it. */
export function Table({ title, head, rows, note, children }: {
  title: string;
  head: readonly string[];
  rows: readonly (readonly Cell[])[];
  note?: string | undefined;
  children: ComponentChildren;
}) {
  const id = title.toLowerCase().replaceAll(" ", "-");
  if (rows.length === 0) {
    return (
      <section>
        <h2 id={id}>{title}</h2>
        <p class="empty">{children}</p>
      </section>
    );
  }
  return (
    <section>
      <h2 id={id}>{title}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby={id}>
        <table>
          <thead>
            <tr>{head.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                {row.map((cell, column) => (
                  <td key={column} data-label={head[column]}>
                    {typeof cell === "string" ? legible(cell) : cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {note && <p class="note">{note}</p>}
    </section>
  );
}

/** A moment (ms since 1970) as a span, which reads the same in every time zone; the exact time is in its title. */
export function Ago({ at, now }: { at: number; now: number }) {
  const iso = new Date(at).toISOString();
  return <time dateTime={iso} title={`${iso} (UTC)`}>{`${humanDuration(now - at)} ago`}</time>;
}
