import { type ErrorCode, isAlias, isMap, isNode, isPair, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { ErrorCode as Code } from "../lib/error_codes.ts";

/** A key's way through the file: names of mappings, positions in lists. */
export type Path = readonly (string | number)[];

/** One thing wrong with the configuration, on one line; `offset` orders problems as the file does. */
export interface Problem {
  readonly code: Code;
  readonly text: string;
  readonly offset: number;
}

/** A file as it was read: what it says, and where it says it. */
export interface ConfigDocument {
  /** The values as written, nothing substituted. */
  readonly written: Readonly<Record<string, unknown>>;
  /** Whether the file itself names the key at `path`. */
  has(path: Path): boolean;
  /** The line and column (both from 1) of the key at `path`, or of the nearest one around it. */
  place(path: Path): { readonly line: number; readonly column: number; readonly offset: number };
}

/**
 * What each of the parser's complaints means. Said here because the parser's own sentences quote the file, which may
 * be quoting a password.
 */
const SYNTAX: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "an alias takes no tag or anchor of its own",
  BAD_ALIAS: "an alias must name an anchor that stands before it",
  BAD_COLLECTION_TYPE: "the tag and the kind of collection do not agree",
  BAD_DIRECTIVE: "not a directive that YAML knows",
  BAD_DQ_ESCAPE: "not an escape sequence that YAML knows: single quotes take a backslash as it is",
  BAD_INDENT: "wrong indentation",
  BAD_PROP_ORDER: "anchors and tags stand after the indicators",
  BAD_SCALAR_START: "plain text cannot start with this character: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "a nested mapping cannot start on this line",
  BLOCK_IN_FLOW: "a block collection cannot stand inside brackets",
  DUPLICATE_KEY: "this key was already given above",
  IMPOSSIBLE: "this cannot be read as YAML",
  KEY_OVER_1024_CHARS: "this key is too long",
  MISSING_CHAR: "something is missing here, such as a closing quote or bracket, a comma, or the space after a colon",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line",
  MULTIPLE_ANCHORS: "only one anchor is allowed here",
  MULTIPLE_DOCS: "only one document is allowed in the file",
  MULTIPLE_TAGS: "only one tag is allowed here",
  NON_STRING_KEY: "a key must be text",
  RESOURCE_EXHAUSTION: "this is nested too deeply",
  TAB_AS_INDENT: "tabs cannot indent: use spaces",
  TAG_RESOLVE_FAILED: "not a tag that is known here: text that starts with ! needs quotes",
  UNEXPECTED_TOKEN: "this was not expected here",
};

/** Reads the YAML `text` of the file called `name`, or says everything that is wrong with its form. */
export function readDocument(
  name: string,
  text: string,
): { readonly document: ConfigDocument } | { readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, stringKeys: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, offset };
  };
  const problem = (offset: number, message: string): Problem => {
    const { line, column } = at(offset);
    return { code: "CFG-YAML", offset, text: `${name}:${line}:${column} ${message}` };
  };

  const complaints: { readonly code: ErrorCode; readonly pos: readonly number[] }[] = [
    ...document.errors,
    ...document.warnings,
  ];
  visit(document, {
    Alias(_, alias) {
      if (!alias.resolve(document)) complaints.push({ code: "BAD_ALIAS", pos: alias.range ?? [0] });
    },
  });
  if (complaints.length > 0) {
    return {
      problems: complaints.map(({ code, pos: [at = 0] }) => problem(at, keyed(keyAt(document, at), SYNTAX[code]))),
    };
  }
  const { contents } = document;
  if (contents !== null && !isMap(contents)) {
    return { problems: [problem(contents.range?.[0] ?? 0, "expected a mapping of sections, such as gateway:")] };
  }
  let written: Record<string, unknown>;
  try {
    written = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch {
    return { problems: [problem(0, "the aliases in this file unfold without end")] };
  }

  const find = (path: Path): { offset: number; depth: number } => {
    let node: unknown = contents;
    let offset = 0;
    for (const [depth, key] of path.entries()) {
      if (isAlias(node)) node = node.resolve(document);
      const pair = isMap(node) ? node.items.find((item) => String(item.key) === key) : undefined;
      const item = isSeq(node) && typeof key === "number" ? node.items[key] : undefined;
      const anchor = pair?.key ?? item;
      if (!isNode(anchor)) return { offset, depth };
      offset = anchor.range?.[0] ?? offset;
      node = pair ? pair.value : item;
    }
    return { offset, depth: path.length };
  };
  return {
    document: {
      written,
      has: (path) => find(path).depth === path.length,
      place: (path) => at(find(path).offset),
    },
  };
}

/** The name of the key that starts at `offset`, if one does. */
function keyAt(document: ReturnType<typeof parseDocument>, offset: number): string | undefined {
  let name: string | undefined;
  visit(document, (_, node) => {
    if (!isPair(node) || !isNode(node.key) || node.key.range?.[0] !== offset) return;
    name = String(node.key);
    return visit.BREAK;
  });
  return name;
}

function keyed(key: string | undefined, message: string): string {
  return key === undefined ? message : `${JSON.stringify(key)}: ${message}`;
}
