import { useEffect, useRef } from "preact/hooks";
import type { LogFact } from "./facts.ts";
import { Fields } from "./Fields.tsx";
import { legible } from "./legible.ts";
import { Time } from "./Time.tsx";

/** Lines of the log, the newest first. `marked`: the line that a link is to; it is scrolled to. */
export function LogLines({ lines, marked }: { lines: readonly LogFact[]; marked: number | undefined }) {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => line.current?.scrollIntoView({ block: "center" }), [marked]);
  return (
    <ol class="lines log">
      {lines.map(({ id, at, level, logger, message, call_id, fields }) => (
        <li key={id} ref={id === marked ? line : null} class={id === marked ? "marked" : undefined}>
          <a class="to-line" href={`/logs?line=${id}`} title="A link to this line" aria-label={`Link to line ${id}`}>
            #
          </a>
          <Time at={at} of="ms" />
          <span class={`level ${level}`}>{level}</span>
          <span class="quiet">{legible(logger)}</span>
          <span>
            {legible(message)}{" "}
            {call_id !== null && <a class="mono" href={`/calls/${encodeURIComponent(call_id)}`}>{legible(call_id)}</a>}
            {" "}
            <Fields of={fields} />
          </span>
        </li>
      ))}
    </ol>
  );
}
