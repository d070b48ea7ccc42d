/** What stands in at most one LinkedList at a time, which alone writes these. */
export abstract class Linked<T extends Linked<T>> {
  list: LinkedList<T> | undefined;
  before: T | undefined;
  after: T | undefined;
}

/**
 * A list whose order its members carry themselves, so that coming and going makes no garbage. A Map or a Set from which
 * much comes and goes makes its table anew again and again, and V8 keeps every table that has grown old, with all that
 * it held, until the whole heap is collected: each leads to the next.
 */
export class LinkedList<T extends Linked<T>> implements Iterable<T> {
  size = 0;
  first: T | undefined;
  #last: T | undefined;

  /** Whether `member` stands in this list. */
  has(member: T): boolean {
    return member.list === this;
  }

  /** Puts `member`, which stands in no list, at the end. */
  append(member: T): void {
    member.list = this;
    member.before = this.#last;
    if (this.#last === undefined) this.first = member;
    else this.#last.after = member;
    this.#last = member;
    this.size++;
  }

  /** Takes `member` out. Returns whether it stood in this list. */
  remove(member: T): boolean {
    if (member.list !== this) return false;
    const { before, after } = member;
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    member.list = member.before = member.after = undefined;
    this.size--;
    return true;
  }

  /** The members, the first first. The one that was handed out last may be taken out meanwhile. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let member = this.first; member !== undefined;) {
      const { after } = member;
      yield member;
      member = after;
    }
  }
}
