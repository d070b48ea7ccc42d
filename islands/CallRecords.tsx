import { useState } from "preact/hooks";
import type { EventFact, LogFact } from "./facts.ts";
import { Fields } from "./Fields.tsx";
import { legible, legibleText } from "./legible.ts";
import { Panel } from "./parts.tsx";
import { Time } from "./Time.tsx";

/** What the log says of a call. */
export function CallLines({ lines, callId }: { lines: readonly LogFact[]; callId: string }) {
  const all = `/logs?${new URLSearchParams({ call: callId })}`;
  return (
    <Panel title="Log" aside={<a href={all}>Open in the log</a>}>
      {lines.length === 0 ? <p class="empty">The log has no line of this call.</p> : (
        <ol class="lines">
          {lines.toReversed().map(({ id, at, level, logger, message, fields }) => (
            <li key={id}>
              <Time at={at} of="ms" />
              <span class={`level ${level}`}>{level}</span>
              <span class="quiet">{legible(logger)}</span>
              <span>
                {legibleText(message)} <Fields of={fields} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** All that happened in a call, as it was told; shown when asked for. */
export function CallEvents({ events }: { events: readonly EventFact[] }) {
  const [type, setType] = useState("");
  const types = [...new Set(events.map((event) => event.type))].sort();
  const shown = type === "" ? events : events.filter((event) => event.type === type);
  return (
    <details class="panel events">
      <summary>
        <h2>Events</h2> <span class="quiet">{events.length}</span>
      </summary>
      <label class="body">
        <span class="unseen">Type of event</span>
        <select value={type} onChange={({ currentTarget }) => setType(currentTarget.value)}>
          <option value="">all types</option>
          {types.map((each) => <option key={each} value={each}>{each.replaceAll("_", " ")}</option>)}
        </select>
      </label>
      <ol class="lines">
        {shown.map(({ at, at_ms, type, ...rest }, index) => (
          <li key={index}>
            <Time at={at} of="ms" />
            <span class="number quiet">{`${Math.round(at_ms)} ms`}</span>
            <strong>{type.replaceAll("_", " ")}</strong>
            <Fields of={rest} />
          </li>
        ))}
      </ol>
    </details>
  );
}
