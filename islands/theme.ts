/** Runs before the first paint, so that no page flashes in the wrong theme: puts the chosen theme where the style looks. */
import { chosenTheme, showTheme } from "./theme_choice.ts";

showTheme(chosenTheme());
