import defaultResponse from "../../audio/default_response.wav" with { type: "bytes" };
import error from "../../audio/error.wav" with { type: "bytes" };
import goodbye from "../../audio/goodbye.wav" with { type: "bytes" };
import noInput from "../../audio/no_input.wav" with { type: "bytes" };
import transferring from "../../audio/transferring.wav" with { type: "bytes" };
import welcome from "../../audio/welcome.wav" with { type: "bytes" };

/** The recordings that the program carries, as WAV files of 8 kHz mu-law: what to play when nothing else can be. */
export const PROMPTS: {
  readonly welcome: Uint8Array;
  readonly transfer: Uint8Array;
  readonly goodbye: Uint8Array;
  readonly error: Uint8Array;
  readonly default: Uint8Array;
  readonly no_input: Uint8Array;
} = { welcome, transfer: transferring, goodbye, error, default: defaultResponse, no_input: noInput };
