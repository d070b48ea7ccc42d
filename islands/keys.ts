import { useEffect, useRef } from "preact/hooks";

/** What a key, or two after each other ("g o"), does in a page. */
export interface KeyBinding {
  readonly keys: string;
  readonly does: string;
  readonly act: (event: KeyboardEvent) => void;
}

/** How long a first key waits for its second, in ms. */
const PATIENCE_MS = 1500;

const bound = new Set<{ current: readonly KeyBinding[] }>();

/** All that keys do in the page as it is now, in the order in which it was bound. */
export function boundKeys(): readonly KeyBinding[] {
  return [...bound].flatMap(({ current }) => current);
}

/** Binds keys for as long as the component stands. A key that is typed into a field is left alone. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => {
    bound.add(latest);
    return () => void bound.delete(latest);
  }, []);
}

/** Listens to the keys of the whole page; the shell does so once. */
export function useKeyboard(): void {
  useEffect(() => {
    let first = "";
    let firstAt = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const { target } = event;
      if (target instanceof HTMLElement && (target.isContentEditable || target.matches(TYPED_INTO))) {
        if (event.key === "Escape") target.blur();
        return;
      }
      const pair = event.timeStamp - firstAt < PATIENCE_MS ? `${first} ${event.key}` : event.key;
      const binding = boundKeys().find(({ keys }) => keys === pair) ??
        boundKeys().find(({ keys }) => keys === event.key);
      first = event.key;
      firstAt = event.timeStamp;
      if (!binding) return;
      event.preventDefault();
      binding.act(event);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

const TYPED_INTO = "input:not([type=checkbox]):not([type=radio]), textarea, select";

/** Moves the focus by `by` among the rows' links of a page's table, as j and k do. */
export function moveAmongRows(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>("[data-row-link]")];
  const at = links.findIndex((link) => link === document.activeElement);
  const next = links[at === -1 ? (by === 1 ? 0 : links.length - 1) : at + by];
  next?.focus();
}
