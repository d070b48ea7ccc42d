import { type Audio, TELEPHONY } from "../src/audio/format.ts";
import { readPrompt } from "../src/audio/convert.ts";

const FOLDER = new URL("./speech/", import.meta.url);

/** Reads one of the recorded sentences of tests/speech as telephone audio. */
export function speech(name: string): Audio {
  return readPrompt(Deno.readFileSync(new URL(`${name}.wav`, FOLDER)));
}

/** Returns `ms` of silence as telephone audio. */
export function silence(ms: number): Audio {
  return { format: TELEPHONY, data: new Uint8Array(ms * 8).fill(0xff) };
}

/** Joins pieces of telephone audio. */
export function join(...pieces: readonly Audio[]): Audio {
  const data = new Uint8Array(pieces.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const piece of pieces) {
    data.set(piece.data, at);
    at += piece.data.length;
  }
  return { format: TELEPHONY, data };
}

/** Cuts audio into frames of `bytes` bytes: 160 are 20 ms. */
export function* frames({ data }: Audio, bytes = 160): Generator<Uint8Array> {
  for (let at = 0; at < data.length; at += bytes) yield data.subarray(at, at + bytes);
}
