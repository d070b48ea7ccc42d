import type { DatabaseSync, StatementSync } from "node:sqlite";

/** How many texts are kept at hand. */
const MOST_KNOWN = 10_000;

/** The table of texts that many rows share: a row holds a number in their place. */
export class Words {
  readonly #numbers = new Map<string, number>();
  readonly #insert: StatementSync;
  readonly #find: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO words (text) VALUES (?) ON CONFLICT DO NOTHING");
    this.#find = database.prepare("SELECT id FROM words WHERE text = ?");
  }

  /** The number of a text, which is written down when it is new. */
  number(text: string): number {
    const known = this.#numbers.get(text) ?? this.find(text);
    if (known !== undefined) return known;
    this.#insert.run(text);
    return this.find(text)!;
  }

  /** The number of a text, if it has one. */
  find(text: string): number | undefined {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const found = this.#find.get(text)?.id;
    if (typeof found !== "number") return undefined;
    if (this.#numbers.size >= MOST_KNOWN) this.#numbers.clear();
    this.#numbers.set(text, found);
    return found;
  }

  /** Forgets what was learnt in a transaction that came to nothing. */
  forget(): void {
    this.#numbers.clear();
  }
}
