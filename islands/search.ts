import { useCallback, useEffect, useState } from "preact/hooks";

/** The "?…" of the page's address, and a function that changes it: each change is a step that the browser can go back. */
export function useSearch(drawn: string): readonly [string, (search: string, how?: "step" | "instead") => void] {
  const [search, setSearch] = useState(drawn);
  useEffect(() => {
    const moved = () => setSearch(location.search);
    addEventListener("popstate", moved);
    return () => removeEventListener("popstate", moved);
  }, []);
  const go = useCallback((search: string, how: "step" | "instead" = "step") => {
    if (search === location.search) return;
    const address = `${location.pathname}${search}`;
    if (how === "step") history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    setSearch(search);
  }, []);
  return [search, go];
}

/** Whether a click on a link is meant for this page rather than for a new tab or a file. */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}
