import defaultResponse from "../../audio/default_response.wav" with { type: "bytes" };
import error from "../../audio/error.wav" with { type: "bytes" };
import goodbye from "../../audio/goodbye.wav" with { type: "bytes" };
import noInput from "../../audio/no_input.wav" with { type: "bytes" };
import oneMoment from "../../audio/one_moment.wav" with { type: "bytes" };
import sayAgain from "../../audio/say_again.wav" with { type: "bytes" };
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

/** What bridges a gap of an agent that lives elsewhere, in the same form: while it takes its time, when its answer got lost. */
export const BRIDGES: {
  readonly one_moment: Uint8Array;
  readonly say_again: Uint8Array;
} = { one_moment: oneMoment, say_again: sayAgain };
