import type { Audio, AudioFormat } from "../audio/format.ts";
import type { SpeechOptions } from "../audio/speech.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Redactor } from "../lib/redaction.ts";
import type { CallEvent } from "./event.ts";
import type { KeepOptions } from "./keepsakes.ts";
import type { StartRecorder } from "./recorder.ts";

/** What a conversation is handed from outside. Times in ms. */
export interface ConversationOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: (event: CallEvent) => void;
  readonly speech: SpeechOptions;
  readonly maxUtteranceMs: number;
  /** How the caller's audio comes when the wire does not say. */
  readonly format: AudioFormat;
  /** How long an agent that owes an answer may say nothing. */
  readonly answerMs: number;
  /** How many inputs may wait for an agent. */
  readonly inboxSize: number;
  /** What a caller hears before a human takes over, when the agent fails and its connector has no words of its own. */
  readonly apology: Audio;
  /** Takes out of what goes on to others what the operator wants masked. */
  readonly redactor: Redactor;
  /** Whether the caller's input is sensitive when an agent does not say. */
  readonly sensitive: boolean;
  /** What of calls is kept in their events. */
  readonly keep: KeepOptions;
  /** Records calls, if they are. */
  readonly record?: StartRecorder | undefined;
}
