import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { LiveEvents } from "./facts.ts";
import type { LineState, LiveEvent, LiveLine } from "./live_line.ts";

/** The line of this page; on the server there is none. */
export const Line = createContext<LiveLine | undefined>(undefined);

/** Hears what the gateway tells under a name for as long as the component stands. */
export function useLive<E extends LiveEvent>(event: E, listener: (data: LiveEvents[E]) => void): void {
  const line = useContext(Line);
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => line?.on(event, (data) => latest.current(data)), [line, event]);
}

/** How the line is. */
export function useLineState(): LineState | undefined {
  const line = useContext(Line);
  const [state, setState] = useState<LineState>();
  useEffect(() => line?.watch(setState), [line]);
  return state;
}
