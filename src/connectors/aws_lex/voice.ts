import { Converter } from "../../audio/convert.ts";
import { type AudioFormat, durationMs, TELEPHONY } from "../../audio/format.ts";
import type { Say } from "../../call/output.ts";

/** What `audio/pcm` is (Lex V2 API reference, responseContentType). */
export const LEX_VOICE: AudioFormat = { encoding: "linear16", sampleRate: 16_000 };
/** An answer longer than this is not kept to be said again, in ms. */
const MOST_KEPT_MS = 60_000;

/** Turns the audio of one answer into what the telephone plays, as it comes. */
export class Voice {
  readonly #converter = new Converter(LEX_VOICE, TELEPHONY);
  readonly #said: Say[] = [];
  /** How much has been said, in ms. */
  saidMs = 0;

  /** `bargeIn`: whether the caller may cut it short. */
  constructor(readonly bargeIn: boolean) {}

  /** Takes the next bytes. Returns what can be said of them, if anything. */
  say(data: Uint8Array): Say | undefined {
    return this.#piece(this.#converter.convert(data));
  }

  /** Returns what is left to be said. */
  rest(): Say | undefined {
    return this.#piece(this.#converter.flush());
  }

  /** What was said, to be said again; nothing if it was very long. */
  get said(): readonly Say[] {
    return this.saidMs > MOST_KEPT_MS ? [] : this.#said;
  }

  #piece(data: Uint8Array): Say | undefined {
    if (data.length === 0) return undefined;
    const say: Say = { type: "say", audio: { format: TELEPHONY, data }, bargeIn: this.bargeIn, piece: true };
    this.saidMs += durationMs(say.audio!);
    if (this.saidMs <= MOST_KEPT_MS) this.#said.push(say);
    return say;
  }
}
