/** What a page holds: so many bytes, and so many lines. A longer line has a page of its own. */
const PAGE_BYTES = 64 * 1024;
const PAGE_LINES = 500;
/** Pages that are kept for what comes next. */
const MOST_SPARE = 8;
/** Bytes of UTF-8 that one unit of a string may need. */
const MOST_BYTES_A_UNIT = 3;
const NEW_LINE = 10;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Lines of text as UTF-8, with line feeds between them. */
export class Page {
  lines = 0;
  #used = 0;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: number) {
    this.#bytes = new Uint8Array(bytes);
  }

  /** What it takes of memory. */
  get bytes(): number {
    return this.#bytes.length;
  }

  /** A view of what stands on it. */
  get text(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#used);
  }

  /** Whether it is of the usual size. */
  get usual(): boolean {
    return this.bytes === PAGE_BYTES;
  }

  /** Adds a line without line feeds. Returns false when it has no room, and is as it was. */
  add(line: string): boolean {
    if (this.lines >= PAGE_LINES) return false;
    const from = this.lines > 0 ? this.#used + 1 : 0;
    const { read, written } = encoder.encodeInto(line, this.#bytes.subarray(from));
    if (read < line.length) return false;
    if (from > 0) this.#bytes[this.#used] = NEW_LINE;
    this.#used = from + written;
    this.lines++;
    return true;
  }

  clear(): void {
    this.lines = this.#used = 0;
  }
}

/**
 * Lines that wait, the oldest first, on pages of memory that are used again and again. As strings, V8's collector would
 * carry each of them along: they wait just long enough to grow old.
 */
export class LinePages {
  /** Lines that wait. */
  lines = 0;
  /** What the pages take on which they do. */
  bytes = 0;
  readonly #pages: Page[] = [];
  readonly #spare: Page[] = [];

  /** Adds a line without line feeds. */
  put(line: string): void {
    this.lines++;
    if (this.#pages.at(-1)?.add(line)) return;
    const bytes = line.length * MOST_BYTES_A_UNIT;
    const page = bytes > PAGE_BYTES ? new Page(bytes) : this.#spare.pop() ?? new Page(PAGE_BYTES);
    page.add(line);
    this.#pages.push(page);
    this.bytes += page.bytes;
  }

  /** Takes the oldest pages with `most` lines together, or a single one with more; `release` them in the end. */
  take(most: number): Page[] {
    let count = 0, lines = 0, bytes = 0;
    for (const page of this.#pages) {
      if (count > 0 && lines + page.lines > most) break;
      count++;
      lines += page.lines;
      bytes += page.bytes;
    }
    this.lines -= lines;
    this.bytes -= bytes;
    return this.#pages.splice(0, count);
  }

  /** Lets go of the oldest page. Returns how many lines were on it. */
  drop(): number {
    const before = this.lines;
    this.release(this.take(0));
    return before - this.lines;
  }

  /** Nobody reads these pages any more. */
  release(pages: readonly Page[]): void {
    for (const page of pages) {
      if (!page.usual || this.#spare.length >= MOST_SPARE) continue;
      page.clear();
      this.#spare.push(page);
    }
  }
}

/** The lines of a page's text. */
export function linesOf(text: Uint8Array): string[] {
  return decoder.decode(text).split("\n");
}
