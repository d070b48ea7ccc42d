import { useKeys } from "./keys.ts";

/** The keys of a telephone, as they stand on it. */
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** The keys of a telephone; they can be typed too, wherever nothing else is typed into. */
export function Keypad({ disabled, press }: { disabled: boolean; press: (key: string) => void }) {
  useKeys(KEYS.map((key) => ({
    keys: key,
    does: "press the telephone's key",
    act: ({ repeat }) => disabled || repeat || press(key),
  })));
  return (
    <div class="keypad" role="group" aria-label="Keypad">
      {KEYS.map((key) => (
        <button type="button" key={key} class="button" disabled={disabled} onClick={() => press(key)}>{key}</button>
      ))}
    </div>
  );
}
