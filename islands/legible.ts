/** How much of a text is shown, in characters. */
const MOST_SHOWN = 120;

/**
 * Returns a text from outside as a reader can trust it: controls and format characters, which could turn a line around
 * or hide part of it, as `\u{202e}`; what is longer than 120 characters, cut.
 */
export function legible(text: string): string {
  const cut = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  return cut.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
