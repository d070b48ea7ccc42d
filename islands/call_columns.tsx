import type { ComponentChildren } from "preact";
import type { CallRow } from "./facts.ts";
import { legible } from "./legible.ts";
import { outcomeWords, standing } from "./outcome.ts";
import { callPath } from "./parts.tsx";
import { Lasting, showMs, Time } from "./Time.tsx";

/** A column of the table of calls. */
export interface CallColumn {
  readonly name: keyof CallRow;
  readonly label: string;
  readonly number?: boolean;
  readonly usual?: boolean;
  /** On a phone it has a line of its own, which needs no name. */
  readonly wide?: boolean;
  readonly cell: (call: CallRow) => ComponentChildren;
}

/** All columns, in the order in which they stand. */
export const CALL_COLUMNS: readonly CallColumn[] = [
  { name: "started_at", label: "Started", usual: true, cell: (call) => <Time at={call.started_at} of="date" /> },
  {
    name: "call_id",
    label: "Call",
    usual: true,
    wide: true,
    cell: (call) => (
      <a class="row-link mono cut" data-row-link href={callPath(call)} title={legible(call.call_id)}>
        {legible(call.call_id)}
      </a>
    ),
  },
  { name: "state", label: "State", usual: true, cell: (call) => <State call={call} /> },
  { name: "outcome", label: "Outcome", usual: true, cell: (call) => <Outcome call={call} /> },
  { name: "reason", label: "Reason", cell: ({ reason }) => text(reason?.replaceAll("_", " ")) },
  {
    name: "code",
    label: "Error",
    usual: true,
    wide: true,
    cell: ({ code }) => code && <span class="bad mono">{legible(code)}</span>,
  },
  { name: "agent_id", label: "Agent", usual: true, wide: true, cell: ({ agent_id }) => text(agent_id) },
  { name: "connector", label: "Connector", cell: ({ connector }) => text(connector) },
  { name: "org_id", label: "Organization", cell: ({ org_id }) => text(org_id) },
  { name: "turns", label: "Turns", number: true, usual: true, cell: ({ turns }) => turns },
  { name: "median_wait_ms", label: "Median wait", number: true, cell: (call) => showMs(call.median_wait_ms) },
  {
    name: "longest_wait_ms",
    label: "Longest wait",
    number: true,
    usual: true,
    cell: (call) => showMs(call.longest_wait_ms),
  },
  {
    name: "duration_ms",
    label: "Lasted",
    number: true,
    usual: true,
    cell: (call) => <Lasting ms={call.duration_ms} since={call.state === "live" ? call.started_at : undefined} />,
  },
  { name: "ended_at", label: "Ended", cell: ({ ended_at }) => ended_at && <Time at={ended_at} of="date" /> },
  { name: "language", label: "Language", cell: ({ language }) => text(language) },
  { name: "tracking_id", label: "Tracking id", cell: ({ tracking_id }) => text(tracking_id) },
  { name: "recorded", label: "Recorded", cell: ({ recorded }) => recorded ? "yes" : "" },
];

/** The columns of these names, or the usual ones where none is known. */
export function columnsOf(names: readonly string[]): readonly CallColumn[] {
  const chosen = CALL_COLUMNS.filter(({ name }) => names.includes(name));
  return chosen.length > 0 ? chosen : CALL_COLUMNS.filter(({ usual }) => usual);
}

function text(value: string | null | undefined) {
  return value && <span class="cut" title={legible(value)}>{legible(value)}</span>;
}

function State({ call: { state } }: { call: CallRow }) {
  if (state === "ended") return <span class="quiet">{state}</span>;
  return <span class={`badge ${state === "live" ? "live" : "warn"}`}>{state}</span>;
}

function Outcome({ call }: { call: CallRow }) {
  if (call.outcome === null) return null;
  return <span class={`nowrap ${standing(call).tone}`}>{legible(outcomeWords(call.outcome))}</span>;
}
