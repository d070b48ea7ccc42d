import type { TurnFact } from "./facts.ts";
import { legible, legibleLines, legibleText } from "./legible.ts";
import { showMs } from "./Time.tsx";
import {
  originOf,
  type Owner,
  placeOf,
  type Scale,
  scaleOf,
  stepsOf,
  ticksOf,
  type Wait,
  waitedFor,
  waitsOf,
} from "./waterfall.ts";

const OWNERS: readonly Owner[] = ["caller", "gateway", "connector"];
/** The least width at which something is seen, in %. */
const LEAST = 0.25;

/** Each turn as a line: when its steps came, and whose each wait was. `now`: ms since the call started, while it goes on. */
export function Waterfall({ turns, now }: { turns: readonly TurnFact[]; now: number | undefined }) {
  const scale = scaleOf(turns, now);
  return (
    <div class="waterfall">
      <ul class="legend" aria-label="Whose each wait was">
        {OWNERS.map((owner) => (
          <li key={owner}>
            <svg width="12" height="12" aria-hidden="true">
              <rect class={owner} width="12" height="12" rx="2" />
            </svg>
            {owner}
          </li>
        ))}
        <li class="quiet">every turn begins its count where the caller had finished; open a turn for its steps</li>
      </ul>
      <div class="turn-grid axis" aria-hidden="true">
        <span />
        <svg width="100%" height="18">
          {ticksOf(scale).map((ms) => {
            const place = placeOf(ms, scale);
            const anchor = place > 95 ? "end" : place < 5 ? "start" : "middle";
            const between = [-scale.before, 0, scale.after / 2, scale.after].includes(ms) ? undefined : "between";
            return (
              <text key={ms} class={between} x={`${place}%`} y="13" text-anchor={anchor}>
                {ms === 0 ? "0" : tick(ms)}
              </text>
            );
          })}
        </svg>
        <span>wait</span>
      </div>
      {turns.map((turn) => <Turn key={turn.turn} turn={turn} scale={scale} now={now} />)}
    </div>
  );
}

function Turn({ turn, scale, now }: { turn: TurnFact; scale: Scale; now: number | undefined }) {
  const waits = waitsOf(turn, now);
  const waited = waitedFor(turn);
  return (
    <details class="turn">
      <summary class="turn-grid" data-turn={turn.turn} data-row-link>
        <span class="turn-name">
          <strong>{turn.turn}</strong> {turn.by ?? (turn.closed_ms === null ? "…" : "no input")}
          {turn.cut_short && <span class="badge" title="The caller cut the answer short">barge-in</span>}
          {turn.cancelled && <span class="badge warn">cancelled</span>}
          {turn.codes.map((code) => <span key={code} class="badge bad mono">{legible(code)}</span>)}
        </span>
        <Bar turn={turn} waits={waits} scale={scale} origin={originOf(turn, now)} />
        <span class="number">{waited === undefined ? "–" : showMs(waited)}</span>
      </summary>
      <Steps turn={turn} waits={waits} />
    </details>
  );
}

function Bar({ turn, waits, scale, origin }: {
  turn: TurnFact;
  waits: readonly Wait[];
  scale: Scale;
  origin: number;
}) {
  const place = (at: number) => placeOf(at - origin, scale);
  const sums = OWNERS.map((owner) => {
    const sum = waits.filter((wait) => wait.owner === owner).reduce((sum, { from, to }) => sum + to - from, 0);
    return `${owner} ${showMs(sum)}`;
  });
  return (
    <svg class="bar" width="100%" height="26" role="img" aria-label={`${sums.join(", ")} in turn ${turn.turn}`}>
      <line class="origin" x1={`${scale.origin}%`} x2={`${scale.origin}%`} y1="0" y2="26" />
      {waits.map(({ owner, what, from, to, open, speech }, at) => (
        <rect
          key={at}
          class={`${owner}${open ? " open" : ""}${speech ? " speech" : ""}`}
          x={`${place(from)}%`}
          width={`${Math.max(LEAST, place(to) - place(from))}%`}
          y="5"
          height="16"
        >
          <title>{`${owner}: ${what}, ${exact(to - from)}`}</title>
        </rect>
      ))}
      {stepsOf(turn).map(({ name, label, at }) => (
        <line key={name} class="step" x1={`${place(at)}%`} x2={`${place(at)}%`} y1="2" y2="24">
          <title>{`${label} at ${exact(at)}`}</title>
        </line>
      ))}
    </svg>
  );
}

/** The steps of a turn with their times, each with the wait before it. */
function Steps({ turn, waits }: { turn: TurnFact; waits: readonly Wait[] }) {
  const steps = stepsOf(turn);
  const open = waits.find((wait) => wait.open);
  return (
    <ol class="steps">
      {steps.map(({ name, label, at }, index) => (
        <li key={name} class={index === 0 ? undefined : waits[index - 1]!.owner}>
          <span class="number">{exact(at)}</span>
          <span>{label}</span>
          {index > 0 && (
            <span class="quiet">
              {`${exact(at - steps[index - 1]!.at)} · ${waits[index - 1]!.owner}: ${waits[index - 1]!.what}`}
            </span>
          )}
        </li>
      ))}
      {open && (
        <li class={open.owner}>
          <span class="number">…</span>
          <span>{open.what}</span>
          <span class="quiet">{`${showMs(open.to - open.from)} so far · ${open.owner}`}</span>
        </li>
      )}
      {turn.transcript !== null && (
        <li>
          <span />
          <span>transcript</span>
          <span>{legibleLines(turn.transcript).map((line, at) => <span key={at} class="said">{line}</span>)}</span>
        </li>
      )}
      {turn.summary !== null && (
        <li>
          <span />
          <span>summary</span>
          <span>{legibleText(turn.summary)}</span>
        </li>
      )}
    </ol>
  );
}

/** To the ms, with a space between thousands: "12 345 ms". */
function exact(ms: number): string {
  return `${String(Math.round(ms)).replace(/\B(?=(\d{3})+$)/g, "\u202f")} ms`;
}

function tick(ms: number): string {
  const size = Math.abs(ms) >= 1000 ? `${Math.abs(ms) / 1000} s` : `${Math.abs(ms)} ms`;
  return ms < 0 ? `−${size}` : size;
}
