import { useRef, useState } from "preact/hooks";
import type { RecordingFact, TurnFact } from "./facts.ts";
import { legible } from "./legible.ts";
import { Panel, showBytes } from "./parts.tsx";
import { showMs } from "./Time.tsx";

const WIDTH = 1000;
const CHANNEL_HEIGHT = 44;

/** What is recorded of a call, to look at and to hear. */
export function Recordings({ recordings, kept, turns, live }: {
  recordings: readonly RecordingFact[];
  kept: boolean;
  turns: readonly TurnFact[];
  live: boolean;
}) {
  if (recordings.length === 0 && !kept) return null;
  return (
    <Panel title="Recording">
      {recordings.length === 0 && (
        <p class="empty">{live ? "The recording has not begun." : "This call was not recorded."}</p>
      )}
      {recordings.map((recording) => <Recording key={recording.file} recording={recording} turns={turns} />)}
    </Panel>
  );
}

function Recording({ recording: { file, bytes, duration_ms, peaks }, turns }: {
  recording: RecordingFact;
  turns: readonly TurnFact[];
}) {
  const audio = useRef<HTMLAudioElement>(null);
  const [played, setPlayed] = useState(0);
  const path = `/api/recordings/${encodeURIComponent(file)}`;
  const height = (peaks?.length ?? 0) * CHANNEL_HEIGHT;
  const seek = (event: MouseEvent) => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    if (audio.current) audio.current.currentTime = (event.clientX - left) / width * duration_ms / 1000;
  };
  return (
    <div class="body recording">
      {peaks && (
        <figure>
          <svg viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" aria-hidden="true" onClick={seek}>
            {peaks.map((channel, at) => (
              <path key={at} class={`wave ${CHANNELS[at]?.owner ?? ""}`} d={outline(channel, at)} />
            ))}
            {turns.map(({ turn, opened_ms }) => {
              const x = opened_ms / duration_ms * WIDTH;
              return <line key={turn} class="turn-mark" x1={x} x2={x} y1="0" y2={height} />;
            })}
            <line class="played" x1={played * WIDTH} x2={played * WIDTH} y1="0" y2={height} />
          </svg>
          <figcaption class="small quiet">
            {peaks.map((_, at) => CHANNELS[at]?.label).filter((label) => label !== undefined).join(" above, ")}
            {peaks.length > 1 && " below"}; a thin line where each turn opens
          </figcaption>
        </figure>
      )}
      <audio
        ref={audio}
        controls
        preload="none"
        src={path}
        aria-label="Recording of the call"
        onTimeUpdate={({ currentTarget }) => setPlayed(currentTarget.currentTime * 1000 / Math.max(1, duration_ms))}
      />
      <p class="small quiet">
        {`${showMs(duration_ms)}, ${showBytes(bytes)} · `}
        <a href={path} download>{legible(file)}</a>
      </p>
    </div>
  );
}

/** The channels of a recording, in their order. */
const CHANNELS = [{ label: "Caller", owner: "caller" }, { label: "Agent", owner: "connector" }] as const;

/** The outline of a channel's peaks, mirrored at its middle. */
function outline(peaks: readonly number[], channel: number): string {
  const middle = (channel + 0.5) * CHANNEL_HEIGHT;
  const half = CHANNEL_HEIGHT / 2 - 2;
  const point = (peak: number, at: number, sign: 1 | -1) =>
    `${(at / Math.max(1, peaks.length - 1) * WIDTH).toFixed(1)} ${
      (middle - sign * Math.max(0.01, peak) * half).toFixed(1)
    }`;
  const upper = peaks.map((peak, at) => point(peak, at, 1));
  const lower = peaks.map((peak, at) => point(peak, at, -1)).reverse();
  return `M${[...upper, ...lower].join("L")}Z`;
}
