/** How much of a text is shown, in characters: of a name, and of what is to be read whole. */
const MOST_OF_NAME = 120;
const MOST_OF_TEXT = 10_000;

/**
 * Returns a text from outside as a reader can trust it: controls and format characters, which could turn a line around
 * or hide part of it, as `\u{202e}`; what is longer than 120 characters, cut.
 */
export function legible(text: string): string {
  return named(cut(text, MOST_OF_NAME));
}

/** The same for a sentence or a value, which is cut after 10,000 characters only. */
export function legibleText(text: string): string {
  return named(cut(text, MOST_OF_TEXT));
}

/** The lines of a text, each as `legibleText()` has it. */
export function legibleLines(text: string): readonly string[] {
  return cut(text, MOST_OF_TEXT).split(/\r?\n/).map(named);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function named(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
