/** Strings that are remembered, and how long they may be, in octets. */
const MOST_KNOWN = 256;
const LONGEST_KNOWN = 2048;
const PIECE = 4096;

const known: (string | undefined)[] = new Array(MOST_KNOWN).fill(undefined);

/**
 * The octets from `start` up to `end` as characters 0–255: the string of before, where the same came lately. Requests say
 * the same names and values again and again, and each keeps them for as long as it lasts.
 */
export function charactersOf(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length > LONGEST_KNOWN) return made(bytes, start, end);
  const place = hash(bytes, start, end) % MOST_KNOWN;
  const text = known[place];
  if (text !== undefined && text.length === length && isSame(text, bytes, start)) return text;
  return known[place] = made(bytes, start, end);
}

function made(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += PIECE) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(end, at + PIECE)) as unknown as number[]);
  }
  return text;
}

/** FNV-1a, of 32 bits. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}

function isSame(text: string, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}
