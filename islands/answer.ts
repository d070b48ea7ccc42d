import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { useLive } from "./live.ts";

/** What came of a question to the API: a value, or a sentence that says why there is none. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: number; readonly problem: string };

/** Reads an answer of the API. */
export async function readAnswer<T>(response: Response): Promise<Answer<T>> {
  const told: unknown = await response.json().catch(() => undefined);
  if (response.ok && told !== undefined) return { ok: true, value: told as T };
  const problem = told !== null && typeof told === "object" && "error" in told ? String(told.error) : "";
  return {
    ok: false,
    status: response.status,
    problem: problem || `Cannot tell: the gateway answered with ${response.status}`,
  };
}

/**
 * Asks the API what stands at `path`: begins with what the server knew, asks again when the path changes, when the line to
 * the gateway has been opened anew, and when told to. Without a connection the last answer stays. Returns the answer, what
 * asks again, and what changes the value by what is learned otherwise.
 */
export function useAnswer<T>(
  known: Answer<T>,
  path: string,
): readonly [Answer<T>, () => void, (change: (value: T) => T) => void] {
  const [answer, setAnswer] = useState(known);
  const asking = useRef<AbortController | undefined>(undefined);
  const asked = useRef(path);
  const ask = useCallback(async (path: string) => {
    asked.current = path;
    asking.current?.abort();
    const { signal } = asking.current = new AbortController();
    try {
      const response = await fetch(path, { signal, headers: { Accept: "application/json" } });
      if (response.status === 401) return location.reload(); // the server knows where to log in
      const answer = await readAnswer<T>(response);
      if (!signal.aborted) setAnswer(answer);
    } catch {
      // no connection: the banner tells, and the line's return asks again
    }
  }, []);
  useEffect(() => {
    if (asked.current !== path) ask(path);
  }, [path]);
  const again = useCallback(() => void ask(asked.current), []);
  useLive("snapshot", again);
  useEffect(() => () => asking.current?.abort(), []);
  const change = useCallback((change: (value: T) => T) => {
    setAnswer((answer) => answer.ok ? { ok: true, value: change(answer.value) } : answer);
  }, []);
  return [answer, again, change];
}

/** Acts every `ms`, while the page is looked at. */
export function useEvery(ms: number, act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && latest.current(), ms);
    return () => clearInterval(timer);
  }, [ms]);
}

/** Returns a function that acts at once, but not twice within `ms`: what came in between is made up for at the end. */
export function useThrottle(act: () => void, ms: number): () => void {
  const resting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const wanted = useRef(false);
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => () => clearTimeout(resting.current), []);
  return useCallback(() => {
    const go = () => {
      wanted.current = false;
      latest.current();
      resting.current = setTimeout(() => {
        resting.current = undefined;
        if (wanted.current) go();
      }, ms);
    };
    if (resting.current === undefined) go();
    else wanted.current = true;
  }, [ms]);
}
