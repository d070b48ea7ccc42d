/** How many values a label may take before the rest are one. */
const MOST_VALUES = 100;
/** What a value may look like: a word, an id of a connector, a method's path. */
const PRESENTABLE = /^[\p{L}\p{N}_ .:()/+-]{1,100}$/u;

/** Keeps a label's values few: one that is new when there are enough, or that looks strange, is "other". */
export class Fold {
  readonly #known = new Set<string>();

  fold(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= MOST_VALUES || !PRESENTABLE.test(value)) return "other";
    this.#known.add(value);
    return value;
  }
}
