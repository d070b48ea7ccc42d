import { useEffect, useState } from "preact/hooks";
import { chooseTheme, chosenTheme, type Theme, THEMES } from "./theme_choice.ts";

/** Chooses how pages look. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>("system");
  useEffect(() => setTheme(chosenTheme()), []);
  const choose = (theme: Theme) => {
    chooseTheme(theme);
    setTheme(theme);
  };
  return (
    <label class="theme">
      <span class="unseen">Theme</span>
      <select value={theme} onChange={({ currentTarget }) => choose(currentTarget.value as Theme)}>
        {THEMES.map((each) => <option key={each} value={each}>{`${each[0]!.toUpperCase()}${each.slice(1)}`}</option>)}
      </select>
    </label>
  );
}
