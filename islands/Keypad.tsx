import { useEffect, useRef } from "preact/hooks";

/** The keys of a telephone, as they stand on it. */
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** The keys of a telephone; they can be typed too, wherever nothing else is typed into. */
export function Keypad({ disabled, press }: { disabled: boolean; press: (key: string) => void }) {
  const latest = useRef(press);
  latest.current = press;
  useEffect(() => {
    if (disabled) return;
    const typed = ({ key, target, ctrlKey, metaKey, altKey, repeat }: KeyboardEvent) => {
      if (ctrlKey || metaKey || altKey || repeat || !KEYS.includes(key)) return;
      if (target instanceof HTMLElement && target.matches("input, textarea, select")) return;
      latest.current(key);
    };
    document.addEventListener("keydown", typed);
    return () => document.removeEventListener("keydown", typed);
  }, [disabled]);
  return (
    <div class="keypad" role="group" aria-label="Keypad">
      {KEYS.map((key) => (
        <button type="button" key={key} class="button" disabled={disabled} onClick={() => press(key)}>{key}</button>
      ))}
    </div>
  );
}
