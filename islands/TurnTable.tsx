import type { TurnFact } from "./facts.ts";
import { legible } from "./legible.ts";
import { waitedFor } from "./waterfall.ts";

interface TurnColumn {
  readonly label: string;
  readonly unit?: string;
  readonly value: (turn: TurnFact) => string | number | null | undefined;
}

const MOMENTS: readonly TurnColumn[] = [
  { label: "RPC open", value: ({ opened_ms }) => opened_ms },
  { label: "First frame", value: ({ first_frame_ms }) => first_frame_ms },
  { label: "Speech starts", value: ({ speech_started_ms }) => speech_started_ms },
  { label: "END_OF_INPUT", value: ({ speech_ended_ms }) => speech_ended_ms },
  { label: "Agent asked", value: ({ asked_ms }) => asked_ms },
  { label: "Agent answers", value: ({ agent_ms }) => agent_ms },
  { label: "First prompt", value: ({ prompt_ms }) => prompt_ms },
  { label: "FINAL", value: ({ final_ms }) => final_ms },
  { label: "RPC close", value: ({ closed_ms }) => closed_ms },
  { label: "Wait", value: (turn) => waitedFor(turn) },
  { label: "Frames", value: ({ frames }) => frames },
];

const QUALITY: readonly TurnColumn[] = [
  { label: "Frames", value: ({ frames }) => frames },
  { label: "Late", value: ({ late }) => late },
  { label: "Longest gap", unit: " ms", value: ({ longest_gap_ms }) => longest_gap_ms },
  { label: "Level", value: ({ level_db }) => decibels(level_db) },
  { label: "Peak", value: ({ peak_db }) => decibels(peak_db) },
  { label: "Clipped", unit: " %", value: ({ clipped }) => clipped === null ? null : Math.round(clipped * 1000) / 10 },
];

/** A level in dBFS; nothing at all is told as -100. */
function decibels(level: number | null): string | null {
  return level === null ? null : level <= -100 ? "silent" : `${level.toFixed(1)} dBFS`;
}

/** When each step of each turn came, in ms since the call started. */
export function TurnTable({ turns }: { turns: readonly TurnFact[] }) {
  return <Table name="Turns, in ms since the call started" turns={turns} columns={MOMENTS} />;
}

/** What the caller's audio was like, turn by turn. */
export function QualityTable({ turns }: { turns: readonly TurnFact[] }) {
  return <Table name="Audio of each turn" turns={turns.filter(({ frames }) => frames > 0)} columns={QUALITY} />;
}

function Table({ name, turns, columns }: {
  name: string;
  turns: readonly TurnFact[];
  columns: readonly TurnColumn[];
}) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={name}>
      <table>
        <thead>
          <tr>
            <th scope="col">Turn</th>
            <th scope="col">By</th>
            {columns.map(({ label }) => <th key={label} scope="col" class="number">{label}</th>)}
          </tr>
        </thead>
        <tbody>
          {turns.map((turn) => (
            <tr key={turn.turn} data-turn-row={turn.turn}>
              <th scope="row">{turn.turn}</th>
              <td>
                {turn.by ?? "–"}
                {turn.codes.map((code) => <span key={code} class="bad mono">{` ${legible(code)}`}</span>)}
              </td>
              {columns.map(({ label, unit = "", value }) => {
                const known = value(turn);
                return (
                  <td key={label} class="number" data-name={label}>
                    {known === null || known === undefined ? "–" : `${known}${unit}`}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
