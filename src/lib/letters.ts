/** A text in small letters as far as they are of ASCII: as lower() and LIKE of SQLite see it. */
export function smallLetters(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Returns whether a text holds `sought`, the letters of ASCII being the same in both cases: what the store finds, so. */
export function holding(sought: string): (text: string | null | undefined) => boolean {
  const small = smallLetters(sought);
  return (text) => text !== null && text !== undefined && smallLetters(text).includes(small);
}
