import { useEffect, useRef, useState } from "preact/hooks";

/** How long after the last letter is looked for, in ms. */
const SETTLE_MS = 200;

/**
 * A field to search with, which "/" leads to. `value`: what is looked for, without blanks around it; what is typed stays
 * as it is typed. `find` hears of it a moment after the last letter, and at once with Enter.
 */
export function SearchField({ value, label, placeholder, find }: {
  value: string;
  label: string;
  placeholder: string;
  find: (text: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(find);
  latest.current = find;
  useEffect(() => {
    if (typed.trim() !== value) setTyped(value);
  }, [value]);
  useEffect(() => () => clearTimeout(settling.current), []);
  const type = (text: string, afterMs: number) => {
    setTyped(text);
    clearTimeout(settling.current);
    settling.current = setTimeout(() => latest.current(text.trim()), afterMs);
  };
  return (
    <input
      type="search"
      name="text"
      data-search
      aria-label={label}
      placeholder={`${placeholder}  ( / )`}
      value={typed}
      onInput={({ currentTarget }) => type(currentTarget.value, SETTLE_MS)}
      onChange={({ currentTarget }) => type(currentTarget.value, 0)}
    />
  );
}
