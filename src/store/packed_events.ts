import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { KeptEvent } from "./course.ts";

/** The most that the events of one call may unfold to, in bytes. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Events repeat what stands right before them: a window of 4 KB finds as much as the usual one of 32, in less time. */
const SMALL = { windowBits: 12, memLevel: 5 };

/** Packs the events of a call that is over, given as JSON with commas between them, in pieces: a JSON array, deflated (RFC 1951). */
export function packEvents(pieces: readonly string[]): Uint8Array {
  return deflateRawSync(`[${pieces.join()}]`, SMALL);
}

/** Unfolds what `packEvents` made. Throws when it is something else. */
export function unpackEvents(packed: Uint8Array): KeptEvent[] {
  return JSON.parse(inflateRawSync(packed, { maxOutputLength: MOST_BYTES }).toString());
}
