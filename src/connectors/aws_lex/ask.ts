import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type { LexRuntimeV2Client, RecognizeUtteranceCommandOutput } from "@aws-sdk/client-lex-runtime-v2";
import { RecognizeUtteranceCommand } from "./sdk.ts";
import { convert } from "../../audio/convert.ts";
import type { Audio, AudioFormat } from "../../audio/format.ts";
import { type Clock, sleep } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import { unlessAborted } from "../../lib/unless_aborted.ts";
import { type LexAnswer, type LexFields, readAnswer, unpack } from "./answer.ts";
import type { LexBot } from "./bots.ts";
import type { Mover } from "./dialogue.ts";
import { LexFailure, lexFailure } from "./failure.ts";
import type { LexConfig } from "./options.ts";
import type { LexAttributes } from "./session.ts";

/** What is needed of the SDK's client. It must not try again by itself: what Lex may have taken must not be said twice. */
export type LexRuntime = Pick<LexRuntimeV2Client, "send">;

/** A conversation as Lex knows it. */
export interface LexSession {
  readonly id: string;
  readonly bot: LexBot;
  readonly attributes: LexAttributes;
}

/** What the caller has said or pressed, or what is said in the caller's place. */
export type Question =
  | { readonly audio: Audio }
  | {
    readonly text: string;
    /** Who says it. What the gateway says may be asked twice. */
    readonly from: Exclude<Mover, "nobody">;
    /** Further attributes of this one request. */
    readonly attributes?: Readonly<Record<string, string>>;
  };

/** An answer, and its audio as it comes. */
export interface Reply {
  readonly answer: LexAnswer;
  /** Reading it throws a LexFailure when it breaks off. */
  readonly audio: AsyncIterable<Uint8Array>;
}

export interface AskOptions {
  readonly runtime: LexRuntime;
  readonly config: LexConfig;
  readonly clock: Clock;
  readonly log: Log;
}

/** The first pause before Lex is asked again, in ms; each next is twice as long. */
const FIRST_PAUSE_MS = 100;

/** Asks Lex turn by turn, by RecognizeUtterance. */
export class Asker {
  #sessionSent = false;

  constructor(readonly session: LexSession, readonly options: AskOptions) {}

  /**
   * Asks once more, up to `max_retries` times, only as long as Lex has surely not taken the question; all within `timeout`.
   * Throws a LexFailure. `signal`: the call is over.
   */
  async ask(question: Question, signal: AbortSignal): Promise<Reply> {
    const { config, clock } = this.options;
    const deadline = deadlineOf(this.options);
    deadline.begin();
    const either = AbortSignal.any([signal, deadline.signal]);
    const ours = "text" in question && question.from === "gateway";
    try {
      for (let attempt = 0;; attempt++) {
        const startedAt = clock.now();
        try {
          const reply = await this.#once(question, either);
          this.tell("lex answered", reply.answer, { attempt, ms: Math.round(clock.now() - startedAt) });
          return { ...reply, audio: heeding(reply.audio, deadline) };
        } catch (error) {
          const failure = deadline.signal.aborted
            ? new LexFailure("lex_timeout", `it took more than ${config.timeout} s`, { cause: error })
            : lexFailure(error, "lex_answer_lost");
          this.tell("lex failed", undefined, { attempt, code: failure.code });
          const again = failure.untaken || (ours && failure.passes);
          if (either.aborted || !again || attempt >= config.max_retries) throw failure;
          await sleep(clock, FIRST_PAUSE_MS * 2 ** attempt, either);
        }
      }
    } catch (error) {
      deadline.end();
      throw error;
    }
  }

  async #once(question: Question, abortSignal: AbortSignal): Promise<Reply> {
    const { runtime, config } = this.options;
    const { id, bot, attributes } = this.session;
    const isText = "text" in question;
    const requestAttributes = { ...attributes.request, ...(isText ? question.attributes : {}) };
    const sent = runtime.send(
      new RecognizeUtteranceCommand({
        botId: bot.id,
        botAliasId: bot.aliasId,
        localeId: bot.localeId,
        sessionId: id,
        requestContentType: isText ? config.text_request_content_type : config.audio_request_content_type,
        responseContentType: config.response_content_type,
        ...(holdsAny(requestAttributes) ? { requestAttributes: pack(requestAttributes) } : {}),
        ...(this.#sessionSent || !holdsAny(attributes.session)
          ? {}
          : { sessionState: pack({ sessionAttributes: attributes.session }) }),
        inputStream: isText
          ? new TextEncoder().encode(question.text)
          : convert(question.audio, requestFormat(config.audio_request_content_type)).data,
      }),
      { abortSignal },
    );
    const output = await unlessAborted(sent, abortSignal);
    this.#sessionSent = true;
    return { answer: readOutput(output), audio: bytesOf(output.audioStream) };
  }

  /** Logs an exchange: the bot's own names, nothing of the caller's. */
  tell(message: string, answer?: LexAnswer, fields: Readonly<Record<string, unknown>> = {}): void {
    const { config, log } = this.options;
    const { intent, dialogAction: action } = answer ?? {};
    const about = { session: this.session.id, intent: intent?.name, state: intent?.state, action };
    log[config.enable_debug_logging ? "info" : "debug"](message, { ...about, ...fields });
  }
}

/** The format that a content type of a request names. */
export function requestFormat(contentType: string): AudioFormat {
  const [, rate] = /rate=(\d+)/.exec(contentType)!;
  return { encoding: "linear16", sampleRate: Number(rate) };
}

/** Returns a field as RecognizeUtterance takes it: JSON, compressed with gzip, in base64. */
function pack(value: object): string {
  return Buffer.from(gzipSync(new TextEncoder().encode(JSON.stringify(value)))).toString("base64");
}

function holdsAny(attributes: Readonly<Record<string, string>>): boolean {
  return Object.keys(attributes).length > 0;
}

function readOutput(output: RecognizeUtteranceCommandOutput): LexAnswer {
  try {
    return readAnswer({
      heard: unpack<string>(output.inputTranscript),
      messages: unpack<LexFields["messages"]>(output.messages) ?? [],
      interpretations: unpack<LexFields["interpretations"]>(output.interpretations),
      sessionState: unpack<LexFields["sessionState"]>(output.sessionState),
    });
  } catch (error) {
    throw new LexFailure("lex_answer_lost", "its fields cannot be read", { cause: error });
  }
}

async function* bytesOf(body: unknown): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw lexFailure(error, "lex_answer_lost");
  }
}

/** What bounds the wait for something: `begin` starts it anew. */
interface Deadline {
  readonly signal: AbortSignal;
  begin(): void;
  end(): void;
}

function deadlineOf({ clock, config }: AskOptions): Deadline {
  const late = new AbortController();
  let callOff = () => {};
  const end = () => callOff();
  const begin = () => {
    end();
    callOff = clock.setTimer(config.timeout * 1000, () => late.abort());
  };
  return { signal: late.signal, begin, end };
}

/** Passes audio on; each piece may take as long as an answer. Who hears it may take any time. */
async function* heeding(audio: AsyncIterable<Uint8Array>, deadline: Deadline): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of audio) {
      deadline.end();
      yield piece;
      deadline.begin();
    }
  } catch (error) {
    throw deadline.signal.aborted ? new LexFailure("lex_timeout", "its audio took too long", { cause: error }) : error;
  } finally {
    deadline.end();
  }
}
