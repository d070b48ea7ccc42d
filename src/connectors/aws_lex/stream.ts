import type {
  StartConversationRequestEventStream as Sent,
  StartConversationResponseEventStream as Received,
} from "@aws-sdk/client-lex-runtime-v2";
import { Queue } from "../../lib/queue.ts";
import { unlessAborted } from "../../lib/unless_aborted.ts";
import type { LexFields } from "./answer.ts";
import type { AskOptions, LexSession } from "./ask.ts";
import { LexFailure, lexFailure } from "./failure.ts";
import { StartConversationCommand } from "./sdk.ts";

/** What Lex says on its stream, in the order in which it comes. */
export type LexEvent =
  /** Its ear has noticed that the caller cuts in. */
  | { readonly type: "interrupted"; readonly by: "voice" | "keys" }
  /** It has heard the caller out. */
  | { readonly type: "understood"; readonly heard: string }
  /** What it made of it. */
  | { readonly type: "decided"; readonly fields: LexFields }
  | { readonly type: "worded"; readonly messages: NonNullable<LexFields["messages"]> }
  | { readonly type: "spoke"; readonly data: Uint8Array }
  /** What was spoken is complete. */
  | { readonly type: "spoken_out" }
  /** Nothing more comes, and we did not end it. */
  | { readonly type: "lost"; readonly failure: LexFailure };

/** The only form that the stream takes (Lex V2 API reference, AudioInputEvent). */
const CALLER_AUDIO = "audio/lpcm; sample-rate=8000; sample-size-bits=16; channel-count=1; is-big-endian=false";
/** Events that may wait to be sent: ten seconds of audio. A stream that takes no more is lost. */
const MOST_WAITING = 250;
/** How long Lex may take to end a stream that we have ended, in ms. */
const FAREWELL_MS = 500;

/** One StartConversation: the caller's sound and keys go in as they come, Lex's answers come out. */
export class LexStream {
  readonly #input = new Queue<Sent>(MOST_WAITING);
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #opened = false;
  #closed = false;

  /** `deliver`: takes each event; Lex waits while it does. It must not throw. */
  constructor(
    readonly session: LexSession,
    readonly options: AskOptions,
    readonly deliver: (event: LexEvent) => void | Promise<void>,
  ) {
    this.#push({
      ConfigurationEvent: {
        responseContentType: options.config.response_content_type,
        requestAttributes: { ...session.attributes.request },
        disablePlayback: false,
      },
    });
    this.#running = this.#run();
  }

  /** Sends sound: 16-bit samples at 8 kHz. */
  audio(audioChunk: Uint8Array): void {
    this.#push({ AudioInputEvent: { audioChunk, contentType: CALLER_AUDIO } });
  }

  /** Sends a key: 0 to 9, *, #, A to D. */
  key(inputCharacter: string): void {
    this.#push({ DTMFInputEvent: { inputCharacter } });
  }

  /** The caller has heard the answer, or cut it short: Lex's own clocks for silence start. */
  playedOut(): void {
    this.#push({ PlaybackCompletionEvent: {} });
  }

  /** Says goodbye, if Lex has taken the stream, and waits until it is gone. */
  async close(): Promise<void> {
    this.#push({ DisconnectionEvent: {} });
    this.#closed = true;
    this.#input.close();
    if (!this.#opened) this.#abort.abort();
    const callOff = this.options.clock.setTimer(FAREWELL_MS, () => this.#abort.abort());
    await this.#running;
    callOff();
  }

  #push(event: Sent): void {
    if (this.#closed || this.#input.push(event)) return;
    this.#lose(new LexFailure("lex_stream_lost", "it takes no more sound"));
  }

  #lose(failure: LexFailure): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#input.close();
    this.#abort.abort();
    this.deliver({ type: "lost", failure });
  }

  /** The SDK ends the loop without a word when the connection is lost or aborted: whoever did not close, lost. */
  async #run(): Promise<void> {
    const { runtime } = this.options;
    const { id, bot } = this.session;
    try {
      const start = new StartConversationCommand({
        botId: bot.id,
        botAliasId: bot.aliasId,
        localeId: bot.localeId,
        sessionId: id,
        conversationMode: "AUDIO",
        requestEventStream: this.#input,
      });
      const { signal } = this.#abort;
      const { responseEventStream } = await unlessAborted(runtime.send(start, { abortSignal: signal }), signal);
      this.#opened = true;
      for await (const received of responseEventStream ?? []) {
        const event = eventOf(received);
        if (event && !this.#closed) await this.deliver(event);
      }
      this.#lose(new LexFailure("lex_stream_lost", "it ended"));
    } catch (error) {
      this.#lose(lexFailure(error, "lex_stream_lost"));
    } finally {
      await this.#input.return();
    }
  }
}

/** Reads an event; undefined for a heartbeat and what this version of us does not know. Throws Lex's exceptions. */
function eventOf(received: Received): LexEvent | undefined {
  if (received.PlaybackInterruptionEvent) {
    const by = received.PlaybackInterruptionEvent.eventReason === "DTMF_START_DETECTED" ? "keys" : "voice";
    return { type: "interrupted", by };
  }
  if (received.TranscriptEvent) return { type: "understood", heard: received.TranscriptEvent.transcript ?? "" };
  if (received.IntentResultEvent) {
    const { interpretations, sessionState } = received.IntentResultEvent;
    return { type: "decided", fields: { interpretations, sessionState } };
  }
  if (received.TextResponseEvent) return { type: "worded", messages: received.TextResponseEvent.messages ?? [] };
  if (received.AudioResponseEvent) {
    const { audioChunk } = received.AudioResponseEvent;
    return audioChunk && audioChunk.length > 0 ? { type: "spoke", data: audioChunk } : { type: "spoken_out" };
  }
  const exception = Object.values(received).find((member) => member instanceof Error);
  if (exception) throw exception;
  return undefined;
}
