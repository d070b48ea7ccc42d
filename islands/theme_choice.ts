import { keep, recall } from "./browser_memory.ts";

/** How pages look: as the system does, or always light or dark. */
export type Theme = "system" | "light" | "dark";

export const THEMES: readonly Theme[] = ["system", "light", "dark"];

const NAME = "theme";

/** The theme that was chosen in this browser. */
export function chosenTheme(): Theme {
  const kept = recall(NAME);
  return THEMES.find((theme) => theme === kept) ?? "system";
}

/** Shows a theme in this page. */
export function showTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Shows a theme, here and in pages to come. */
export function chooseTheme(theme: Theme): void {
  keep(NAME, theme);
  showTheme(theme);
}
