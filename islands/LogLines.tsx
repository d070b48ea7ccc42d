import { useEffect, useRef } from "preact/hooks";
import type { LogFact } from "./facts.ts";
import { Fields } from "./Fields.tsx";
import { legible, legibleText } from "./legible.ts";
import { isPlainClick } from "./search.ts";
import { Time } from "./Time.tsx";

/**
 * Lines of the log, the newest first. `marked`: the line that a link is to; it is scrolled to. `link` hears of a line
 * whose link is wanted.
 */
export function LogLines({ lines, marked, link }: {
  lines: readonly LogFact[];
  marked: number | undefined;
  link: (id: number) => void;
}) {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => line.current?.scrollIntoView({ block: "center" }), [marked]);
  return (
    <ol class="lines log">
      {lines.map(({ id, at, level, logger, message, call_id, fields }) => (
        <li key={id} ref={id === marked ? line : null} class={id === marked ? "marked" : undefined}>
          <a
            class="to-line"
            href={`/logs?line=${id}`}
            title="Copy a link to this line"
            aria-label={`Link to line ${id}`}
            onClick={(event) => {
              if (!isPlainClick(event)) {
                return;
              }
              event.preventDefault();
              link(id);
            }}
          >
            #
          </a>
          <Time at={at} of="ms" />
          <span class={`level ${level}`}>{level}</span>
          <span class="quiet">{legible(logger)}</span>
          <span>
            {legibleText(message)}{" "}
            {call_id !== null && <a class="mono" href={`/calls/${encodeURIComponent(call_id)}`}>{legible(call_id)}</a>}
            {" "}
            <Fields of={fields} />
          </span>
        </li>
      ))}
    </ol>
  );
}
