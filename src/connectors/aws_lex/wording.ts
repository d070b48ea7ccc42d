/** One thing that a bot says, as Lex hands it over. */
export interface LexMessage {
  readonly content: string;
  /** PlainText, SSML, CustomPayload or ImageResponseCard. */
  readonly contentType: string;
}

/** Characters of markup that are read; Lex allows its bots a quarter of that. */
const MOST_MARKUP = 4096;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Returns SSML (W3C Speech Synthesis Markup Language 1.1) as the words that it makes a voice say: substitutes for what they stand in for. */
export function plainText(ssml: string): string {
  return ssml
    .slice(0, MOST_MARKUP)
    .replaceAll(/<!--[\s\S]*?-->/g, " ")
    .replaceAll(/<sub\b[^>]*?\balias\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>[\s\S]*?<\/sub\s*>/gi, "$1$2")
    .replaceAll(/<\/?(?:speak|p|s|break)\b[^>]*>/gi, " ")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? parseInt(hex, 16) : Number(decimal);
      return code <= 0x10FFFF ? String.fromCodePoint(code) : whole;
    })
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Returns the words of what can be spoken; payloads and cards are for programs and screens. */
export function wordsOf(messages: readonly LexMessage[]): string {
  return messages
    .filter(({ contentType }) => contentType === "PlainText" || contentType === "SSML")
    .map(({ content, contentType }) => contentType === "SSML" ? plainText(content) : content.trim())
    .filter((words) => words !== "")
    .join(" ");
}
