import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

/**
 * The time that a page shows. The server draws a page in UTC and at its own time; once the browser has taken over, `local`
 * is true and `now` moves on.
 */
export interface Now {
  /** ms since 1970, by the gateway's clock. */
  readonly now: number;
  readonly local: boolean;
}

export const NowContext = createContext<Now>({ now: 0, local: false });

/** The time as the page knows it, renewed each second. */
export function useNow(): Now {
  return useContext(NowContext);
}

/** Keeps the time of a page that was drawn at `drawn` (ms since 1970, by the gateway's clock). */
export function useTicking(drawn: number): Now {
  const [now, setNow] = useState<Now>({ now: drawn, local: false });
  useEffect(() => {
    const ahead = drawn - Date.now();
    // A page from the browser's store is older than it looks: then the browser's own clock is the better one.
    const shift = Math.abs(ahead) < 5000 || ahead > 0 ? ahead : 0;
    const tick = () => setNow({ now: Date.now() + shift, local: true });
    tick();
    const timer = setInterval(() => document.visibilityState === "visible" && tick(), 1000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, []);
  return now;
}
