import { TELEPHONY } from "../src/audio/format.ts";
import { SPEECH_DEFAULTS } from "../src/audio/speech.ts";
import type { ConversationOptions } from "../src/call/conversation_options.ts";
import { Redactor } from "../src/lib/redaction.ts";

export const KEEP_NOTHING: ConversationOptions["keep"] = { parameters: false, transcripts: false };

/** What a conversation is handed in a test, the usual values where the test says nothing. */
export function conversationOptions(
  given: Pick<ConversationOptions, "clock" | "log" | "publish"> & Partial<ConversationOptions>,
): ConversationOptions {
  return {
    speech: SPEECH_DEFAULTS,
    maxUtteranceMs: 60_000,
    format: TELEPHONY,
    answerMs: 30_000,
    inboxSize: 100,
    apology: { format: TELEPHONY, data: new Uint8Array(1) },
    redactor: new Redactor([]),
    sensitive: false,
    keep: KEEP_NOTHING,
    ...given,
  };
}
