import * as z from "zod";
import { flag, oneOf, text, whole } from "../lib/scalars.ts";
import type { InputExpectation } from "./output.ts";

const TERMINATOR = 'expected one of 0 to 9, *, #, A to D, or ""';
const ms = () => whole(0, 600_000).optional();
const terminator = () =>
  text().pipe(z.string().regex(/^[0-9*#A-Da-d]?$/, TERMINATOR)).transform((key) => key.toUpperCase());

/** What Webex is told to take next, as an operator writes it: every key may be left out. */
export const expectationConfig = z.strictObject({
  mode: oneOf(["voice_dtmf", "voice", "dtmf"]).optional(),
  dtmf_length: whole(1, 32).optional(),
  inter_digit_timeout_ms: ms(),
  terminator: terminator().optional(),
  no_input_timeout_ms: ms(),
  complete_timeout_ms: ms(),
  incomplete_timeout_ms: ms(),
  max_speech_timeout_ms: ms(),
  sensitive: flag().optional(),
});

/** Returns what the operator wrote in the house's words, and nothing of what was left out. */
export function readExpectation(config: z.output<typeof expectationConfig> = {}): Partial<InputExpectation> {
  const { mode } = config;
  const read: { readonly [K in keyof InputExpectation]?: InputExpectation[K] | undefined } = {
    voice: mode && mode !== "dtmf",
    keys: mode && mode !== "voice",
    keyCount: config.dtmf_length,
    betweenKeysMs: config.inter_digit_timeout_ms,
    terminator: config.terminator,
    noInputMs: config.no_input_timeout_ms,
    completeMs: config.complete_timeout_ms,
    incompleteMs: config.incomplete_timeout_ms,
    maxSpeechMs: config.max_speech_timeout_ms,
    sensitive: config.sensitive,
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}
