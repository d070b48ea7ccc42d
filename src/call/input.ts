import type { Audio } from "../audio/format.ts";

/** What a flow hands along with an event, as plain JSON. */
export type Data = Readonly<Record<string, unknown>>;

/** Everything a caller can do, whatever wire it came in on. */
export type CallerInput =
  | { readonly type: "started" }
  | { readonly type: "audio"; readonly audio: Audio }
  | { readonly type: "speech_started" }
  | { readonly type: "speech_ended" }
  | { readonly type: "utterance"; readonly audio: Audio }
  | { readonly type: "keys_started" }
  | { readonly type: "keys"; readonly digits: string }
  | { readonly type: "silence" }
  | { readonly type: "custom"; readonly name: string; readonly data: Data }
  | { readonly type: "hung_up"; readonly reason: string };

/**
 * Whether a connector that has heard this owes the caller an answer, to be
 * closed by `listening`, `transfer` or `hang_up`. `speech_ended` reaches only
 * connectors that hear frames; the others get the whole `utterance` instead.
 */
export const EXPECTS_REPLY: { readonly [T in CallerInput["type"]]: boolean } = {
  started: true,
  audio: false,
  speech_started: false,
  speech_ended: true,
  utterance: true,
  keys_started: false,
  keys: true,
  silence: true,
  custom: true,
  hung_up: false,
};
