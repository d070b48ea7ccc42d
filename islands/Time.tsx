import { humanDuration } from "../src/lib/duration.ts";
import { useNow } from "./now.ts";

/** A moment (ISO 8601) as the clock on the wall shows it; UTC in its title. `of` says what of it is shown. */
export function Time({ at, of = "time" }: { at: string; of?: "time" | "ms" | "date" }) {
  const { local, now } = useNow();
  return (
    <time dateTime={at} title={`${at.replace("T", " ").replace("Z", " UTC")}`}>{wallClock(at, of, local, now)}</time>
  );
}

/** How long ago a moment is: "2m 5s ago". */
export function Ago({ at }: { at: string }) {
  const { now } = useNow();
  return (
    <time dateTime={at} title={`${at.replace("T", " ").replace("Z", " UTC")}`}>
      {`${humanDuration(now - Date.parse(at))} ago`}
    </time>
  );
}

/** How long something has lasted; `ms` is what is known of it, and it goes on while `since` is given. */
export function Lasting({ ms, since }: { ms: number; since?: string | undefined }) {
  const { now } = useNow();
  return <>{humanDuration(since === undefined ? ms : Math.max(ms, now - Date.parse(since)))}</>;
}

/** A length of time to the ms where that matters: "< 1 ms", "312 ms", "1.24 s", "2m 5s"; "–" for one that is not known. */
export function showMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "–";
  if (ms < 1) return "< 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s` : humanDuration(ms);
}

/** A moment (ISO 8601) as text: UTC until the page is `local`, and with its date where it is not today. */
export function wallClock(at: string, of: "time" | "ms" | "date", local: boolean, now: number): string {
  if (!local) {
    const time = at.slice(11, of === "ms" ? 23 : 19);
    return of === "date" ? `${at.slice(0, 10)} ${time}` : time;
  }
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (of === "ms") return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  const today = new Date(now).toDateString() === date.toDateString();
  return of === "date" && !today
    ? `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`
    : time;
}
