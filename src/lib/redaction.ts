/** What stands where something was taken out. */
export const MASK = "••••";

/** Characters of a text that are searched; what is longer goes out masked as a whole. */
const LONGEST = 100_000;
/** Values inside values; what is deeper goes out masked. */
const DEEPEST = 16;

/** Takes out of texts what nobody after us shall read: the one place where that is done. */
export class Redactor {
  readonly #patterns: readonly RegExp[];

  /** `patterns`: regular expressions; what each of them matches is taken out, wherever it stands. Throws SyntaxError. */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map((pattern) => new RegExp(pattern, "gu"));
  }

  /** The text without what the patterns match and without `words`, which are taken out as they are. */
  text(text: string, words: Iterable<string> = []): string {
    if (text.length > LONGEST) return MASK;
    let left = text;
    for (const word of words) if (word !== "") left = left.replaceAll(word, MASK);
    for (const pattern of this.#patterns) left = left.replace(pattern, (found) => found === "" ? "" : MASK);
    return left;
  }

  /** The same for plain JSON: every text and number in it, the names of members left alone. */
  data<Value>(value: Value, words: readonly string[] = []): Value {
    return this.#value(value, words, 0) as Value;
  }

  #value(value: unknown, words: readonly string[], depth: number): unknown {
    if (typeof value === "string") return this.text(value, words);
    if (typeof value === "number") {
      const text = String(value);
      const left = this.text(text, words);
      return left === text ? value : left;
    }
    if (typeof value !== "object" || value === null) return value;
    if (depth >= DEEPEST) return MASK;
    if (Array.isArray(value)) return value.map((item) => this.#value(item, words, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([name, inside]) => [name, this.#value(inside, words, depth + 1)]),
    );
  }
}
