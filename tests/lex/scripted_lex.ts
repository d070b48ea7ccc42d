import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type {
  StartConversationRequestEventStream as Sent,
  StartConversationResponseEventStream as Received,
} from "@aws-sdk/client-lex-runtime-v2";
import { RecognizeUtteranceCommand, StartConversationCommand } from "../../src/connectors/aws_lex/sdk.ts";
import type { LexFields } from "../../src/connectors/aws_lex/answer.ts";
import type { LexRuntime } from "../../src/connectors/aws_lex/ask.ts";
import { Queue } from "../../src/lib/queue.ts";

/** What a test's Lex says to a turn. */
export interface LexLine extends LexFields {
  /** How long its voice speaks, in ms; 0 for none. */
  readonly voiceMs?: number;
  /** Its voice breaks off there. */
  readonly breaksOff?: boolean;
  /** Its voice goes on after that, until somebody cuts in. */
  readonly goesOn?: boolean;
  /** It says nothing before this has come true. */
  readonly after?: Promise<unknown>;
}

/** What Lex was told in a turn: text, how many bytes of sound, or keys. */
export interface LexTurn {
  readonly text?: string;
  readonly sound?: Uint8Array;
  readonly keys?: string;
}

/** Bytes of silence after sound that tell this Lex that the caller has finished: 600 ms of 16-bit samples at 8 kHz. */
const END_BYTES = 9600;
/** Sound that is loud enough to be somebody. */
const LOUD = 1000;

/** A line that says these words, in an intent that goes on. */
export function says(words: string, more: LexLine = {}): LexLine {
  return { messages: [{ content: words, contentType: "PlainText" }], voiceMs: 200, ...more };
}

/** A line with an intent in a state. */
export function decides(name: string, state: string, words = "Done.", more: LexLine = {}): LexLine {
  const slots = { City: { value: { interpretedValue: "Berlin" } }, Card: { value: { interpretedValue: "4111" } } };
  return says(words, { interpretations: [{ intent: { name, state, slots } }], ...more });
}

/** An exception of AWS's, as the SDK throws it. */
export function exception(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error("the caller said 4111"), { name, $metadata: { httpStatusCode } });
}

/** The SDK's client with a script behind it instead of AWS: for the talk's own rules, without a wire. */
export class ScriptedLex {
  readonly turns: LexTurn[] = [];
  /** What came with each request of RecognizeUtterance. */
  readonly requests: RecognizeUtteranceCommand["input"][] = [];
  /** What was sent on each stream, in order: "config", "audio", "key 1", "played out", "bye". Audio is told once. */
  readonly streams: string[][] = [];
  /** How each stream was to be. */
  readonly configurations: NonNullable<Sent["ConfigurationEvent"]>[] = [];
  /** Streams that are open, to be hurt. */
  readonly open: { end(): void; fail(error: Error): void; /** Unasked. */ says(line: LexLine): void }[] = [];

  constructor(readonly script: (turn: LexTurn, at: number) => LexLine | Error) {}

  readonly runtime: LexRuntime = {
    send:
      ((command: unknown, options?: { abortSignal?: AbortSignal }) =>
        command instanceof RecognizeUtteranceCommand
          ? this.#recognize(command.input, options?.abortSignal)
          : this.#converse(
            (command as StartConversationCommand).input.requestEventStream!,
            options?.abortSignal,
          )) as never,
  };

  #line(turn: LexTurn): LexLine | Error {
    this.turns.push(turn);
    return this.script(turn, this.turns.length - 1);
  }

  async #recognize(input: RecognizeUtteranceCommand["input"], signal?: AbortSignal) {
    this.requests.push(input);
    const body = input.inputStream as Uint8Array;
    const isText = input.requestContentType!.startsWith("text/");
    const line = this.#line(isText ? { text: new TextDecoder().decode(body) } : { sound: body });
    if (line instanceof Error) throw line;
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(exception("AbortError", 0)));
    });
    aborted.catch(() => {});
    await Promise.race([line.after, aborted]);
    return {
      inputTranscript: packed(line.heard),
      messages: packed(line.messages),
      interpretations: packed(line.interpretations),
      sessionState: packed(line.sessionState),
      audioStream: (async function* () {
        for (const piece of voice(line)) yield piece;
        if (line.breaksOff) throw new TypeError("error reading a body from connection");
      })(),
    };
  }

  #converse(sent: AsyncIterable<Sent>, signal?: AbortSignal) {
    const out = new Queue<Received | Error>(1000);
    const seen: string[] = [];
    this.streams.push(seen);
    signal?.addEventListener("abort", () => out.close());
    let mostKeys = 1024, keys = "", spoken: Uint8Array[] = [], silence = 0;
    const answer = async (turn: LexTurn) => {
      const line = this.#line(turn);
      if (line instanceof Error) return void out.push(line);
      await line.after;
      say(line, turn);
    };
    const say = (line: LexLine, turn: LexTurn) => {
      mostKeys = Number(line.sessionState?.sessionAttributes?.["x-amz-lex:dtmf:max-length:*:*"] ?? mostKeys);
      if (turn.sound && line.heard) out.push({ TranscriptEvent: { transcript: line.heard } } as Received);
      const { interpretations, sessionState } = line;
      out.push({ IntentResultEvent: { interpretations, sessionState } } as Received);
      if (line.messages) out.push({ TextResponseEvent: { messages: line.messages } } as Received);
      for (const audioChunk of voice(line)) out.push({ AudioResponseEvent: { audioChunk } } as Received);
      if (line.breaksOff) out.close();
      else if (line.voiceMs && !line.goesOn) out.push({ AudioResponseEvent: {} } as Received);
    };
    this.open.push({
      end: () => out.close(),
      fail: (error) => void out.push(error),
      says: (line) => say(line, {}),
    });
    const hear = (audio: Uint8Array) => {
      const loud = new Int16Array(audio.slice().buffer).some((sample) => Math.abs(sample) > LOUD);
      if (loud && spoken.length === 0) {
        out.push({ PlaybackInterruptionEvent: { eventReason: "VOICE_START_DETECTED" } } as Received);
      }
      if (loud || spoken.length > 0) spoken.push(audio);
      silence = loud ? 0 : silence + audio.length;
      if (spoken.length === 0 || silence < END_BYTES) return;
      const sound = Buffer.concat(spoken);
      spoken = [];
      answer({ sound });
    };
    (async () => {
      for await (const event of sent) {
        if (event.AudioInputEvent) {
          if (seen.at(-1) !== "audio") seen.push("audio");
          hear(event.AudioInputEvent.audioChunk!);
        } else if (event.DTMFInputEvent) {
          const key = event.DTMFInputEvent.inputCharacter!;
          seen.push(`key ${key}`);
          if (keys === "") out.push({ PlaybackInterruptionEvent: { eventReason: "DTMF_START_DETECTED" } } as Received);
          if (key !== "#") keys += key;
          if (key === "#" || keys.length === mostKeys) {
            answer({ keys });
            keys = "";
          }
        } else if (event.ConfigurationEvent) {
          seen.push("config");
          this.configurations.push(event.ConfigurationEvent);
        } else seen.push(event.PlaybackCompletionEvent ? "played out" : "bye");
      }
      out.close();
    })();
    return Promise.resolve({
      responseEventStream: (async function* () {
        for await (const event of out) {
          if (event instanceof Error) throw event;
          yield event;
        }
      })(),
    });
  }
}

/** A tone of 16-bit samples at 16 kHz in pieces of odd lengths, as a network brings it. */
function* voice({ voiceMs = 0 }: LexLine): Generator<Uint8Array> {
  const samples = Int16Array.from({ length: voiceMs * 16 }, (_, n) => 8000 * Math.sin(2 * Math.PI * 440 * n / 16_000));
  const bytes = new Uint8Array(samples.buffer);
  for (let at = 0; at < bytes.length; at += 1601) yield bytes.slice(at, at + 1601);
}

function packed(value: unknown): string | undefined {
  return value === undefined ? undefined : Buffer.from(gzipSync(JSON.stringify(value))).toString("base64");
}
