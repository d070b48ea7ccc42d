/**
 * Returns plain JSON with about the first `most` characters of its texts and names. What is missing says so: a text ends
 * in "… (12 characters left out)", a list in "… (3 more left out)", and an object has a member "…" with these words.
 */
export function excerptOf<Value>(value: Value, most: number): Value {
  return new Excerpt(most).of(value) as Value;
}

/** What a member of a list or an object counts as, beside its text. */
const MEMBER = 8;

class Excerpt {
  constructor(private room: number) {}

  of(value: unknown): unknown {
    if (typeof value === "string") return this.#text(value);
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value);
    const taken: [string, unknown][] = [];
    for (const [name, inside] of members) {
      if (this.room <= 0) break;
      this.room -= MEMBER;
      taken.push(Array.isArray(value) ? [name, this.of(inside)] : [this.#text(name), this.of(inside)]);
    }
    const missing = members.length - taken.length;
    if (missing > 0) taken.push(["…", `… (${missing} more left out)`]);
    return Array.isArray(value) ? taken.map(([, inside]) => inside) : Object.fromEntries(taken);
  }

  #text(text: string): string {
    const room = Math.max(0, this.room);
    this.room -= text.length;
    if (text.length <= room) return text;
    return `${text.slice(0, room).toWellFormed()}… (${text.length - room} characters left out)`;
  }
}
