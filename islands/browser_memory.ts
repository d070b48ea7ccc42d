/** What this browser was told to keep under a name; null where it keeps nothing. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // a browser may be told to keep nothing at all
  }
}

/** Keeps a text in this browser, if it keeps anything. */
export function keep(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {
    // what was chosen then holds for this page only
  }
}
