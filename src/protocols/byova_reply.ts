import { type Audio, type AudioFormat, sameFormat, TELEPHONY } from "../audio/format.ts";
import { silenceByte } from "../audio/g711.ts";
import { convert, Converter } from "../audio/convert.ts";
import { HEADER_BYTES, writeWav } from "../audio/wav.ts";
import type { Connector } from "../call/connector.ts";
import type { InputExpectation, Remarks, Say } from "../call/output.ts";
import type { DeliveryListener, TurnOutput } from "../call/turn.ts";
import type { Rpc } from "../grpc/server.ts";
import { writer } from "../lib/protobuf.ts";
import { KEYS } from "./byova_request.ts";
import { type InputHandlingConfig, type OutputEvent, OutputEvent_EventType as EventType } from "./gen/byova_common.ts";
import {
  encodeVoiceVAResponse,
  type Prompt,
  VoiceVAInputMode as InputMode,
  VoiceVAResponse_ResponseType as ResponseType,
  writeVoiceVAResponse,
} from "./gen/voicevirtualagent.ts";

type Response = Parameters<typeof encodeVoiceVAResponse>[0];

/** What Webex takes in one chunk of audio, in bytes. */
export const SMALLEST_CHUNK = 100;
export const LARGEST_CHUNK = 65_536;

const NOTHING: Uint8Array = new Uint8Array();

/** How replies are given on a stream. */
export interface ReplyOptions {
  /** "prompts": WAV delivery, one FINAL with every prompt; "pieces": CHUNKs as they come and one FINAL. The same for a whole call. */
  readonly speaks: Connector["speaks"];
  /** Whether the caller's side takes PARTIAL responses. */
  readonly partials: boolean;
  /** Overrides whether prompts can be barged into, those that are no farewell: for the welcome. */
  readonly bargeIn: boolean | undefined;
  /** What an agent that says nothing about it is ready to take. */
  readonly expects: InputExpectation;
  /** What this one was ready to take when it last listened. */
  readonly expected: () => Partial<InputExpectation>;
  /** How much audio goes into a chunk at most, SMALLEST_CHUNK to LARGEST_CHUNK bytes. */
  readonly chunkBytes: number;
  /** Overrides the type of the responses that mark where the caller's input starts and ends. */
  readonly boundaryType: "final" | "chunk" | undefined;
  readonly language: string;
}

/** Says on one stream what happens in its turn, in Webex's words. */
export class Reply {
  #prompts: Partial<Prompt>[] = [];
  #event: Partial<OutputEvent> | undefined;
  #converter: Converter | undefined;
  /** Audio in the telephone's format that is not yet sent, and how it may be interrupted. */
  #audio = NOTHING;
  #bargeIn = true;
  #chunks = 0;
  #room = true;
  #listener: DeliveryListener | undefined;

  constructor(readonly rpc: Rpc, readonly options: ReplyOptions) {}

  /** Says an output, as TurnSink.put() wants it. */
  put(output: TurnOutput, listener: DeliveryListener): boolean {
    this.#room = true;
    this.#listener = listener;
    switch (output.type) {
      case "input_started":
        this.#mark({ eventType: EventType.START_OF_INPUT }, ResponseType.FINAL, {});
        break;
      case "input_ended":
        this.#mark(
          { eventType: EventType.END_OF_INPUT, name: "end_of_input" },
          this.options.speaks === "pieces" ? ResponseType.CHUNK : ResponseType.FINAL,
          { inputMode: inputMode(this.#expected()) },
        );
        break;
      case "say":
        this.#say(output);
        break;
      case "no_match":
        this.#announce({ eventType: EventType.NO_MATCH, name: "no_match" });
        break;
      case "custom":
        this.#announce({ eventType: EventType.CUSTOM_EVENT, name: output.name, metadata: output.data });
        break;
      case "listening":
        this.#complete({ ...this.options.expects, ...output.expects }, output);
        break;
      case "cut_short":
        this.#letGo();
        this.#complete(this.#expected(), {});
        break;
      case "broken_off":
        this.#letGo();
        this.#event = undefined;
        break;
      case "transfer":
        this.#end({ eventType: EventType.TRANSFER_TO_AGENT, name: "transfer_requested" }, output);
        break;
      case "hang_up":
        this.#end({ eventType: EventType.SESSION_END, name: "session_ended" }, output);
        break;
    }
    return this.#room;
  }

  #letGo(): void {
    this.#prompts = [];
    this.#audio = NOTHING;
    this.#converter = undefined;
  }

  /** Tells where the caller's input starts or ends. */
  #mark(event: Partial<OutputEvent>, usualType: ResponseType, mode: { readonly inputMode?: InputMode }): void {
    const { boundaryType } = this.options;
    const responseType = boundaryType === undefined
      ? usualType
      : ResponseType[boundaryType === "final" ? "FINAL" : "CHUNK"];
    this.#send({ outputEvents: [event], responseType, ...mode, ...handling(this.#expected()) });
  }

  #expected(): InputExpectation {
    return { ...this.options.expects, ...this.options.expected() };
  }

  #say(say: Say): void {
    if (this.options.speaks === "pieces" && say.audio) return this.#stream(say);
    if (say.piece && say.audio) return this.#gather(say);
    this.#bindPieces();
    this.#prompts.push({
      isBargeInEnabled: this.#mayInterrupt(say),
      ...(say.text === undefined ? {} : { text: say.text }),
      ...(say.audio ? { audioContent: wavOf(say.audio) } : {}),
    });
    if (say.interim && this.options.partials) {
      this.#send({ prompts: this.#prompts.splice(0), responseType: ResponseType.PARTIAL });
    }
  }

  #mayInterrupt({ bargeIn, farewell }: Say): boolean {
    return !farewell && (this.options.bargeIn ?? bargeIn);
  }

  /** Sends audio as it comes, in chunks of a size that Webex takes; less than the smallest waits for more. */
  #stream(say: Say): void {
    const bargeIn = this.#mayInterrupt(say);
    if (bargeIn !== this.#bargeIn) this.#flush();
    this.#bargeIn = bargeIn;
    this.#queue(this.#toTelephone(say.audio!.data, say.audio!.format));
    this.#sendChunks();
  }

  /** Keeps a piece of a prompt that goes out whole. */
  #gather(say: Say): void {
    this.#bargeIn = this.#mayInterrupt(say);
    this.#queue(this.#toTelephone(say.audio!.data, say.audio!.format));
  }

  /** Makes one prompt of the pieces that have come so far. */
  #bindPieces(): void {
    if (this.options.speaks === "pieces") return;
    this.#drainConverter();
    if (this.#audio.length === 0) return;
    this.#prompts.push({
      isBargeInEnabled: this.#bargeIn,
      audioContent: writeWav({ format: TELEPHONY, data: this.#audio }),
    });
    this.#audio = NOTHING;
  }

  #toTelephone(data: Uint8Array, format: AudioFormat): Uint8Array {
    if (this.#converter && !sameFormat(this.#converter.from, format)) this.#drainConverter();
    this.#converter ??= new Converter(format, TELEPHONY);
    return this.#converter.convert(data);
  }

  #drainConverter(): void {
    const rest = this.#converter?.flush();
    if (rest) this.#queue(rest);
    this.#converter = undefined;
  }

  #queue(audio: Uint8Array): void {
    this.#audio = this.#audio.length === 0 ? audio : concat(this.#audio, audio);
  }

  #sendChunks(): void {
    let at = 0;
    while (this.#audio.length - at >= SMALLEST_CHUNK) {
      this.#chunk(this.#audio.subarray(at, at += Math.min(this.#audio.length - at, this.options.chunkBytes)));
    }
    this.#audio = at < this.#audio.length ? this.#audio.slice(at) : NOTHING;
  }

  /** Sends what is left of an answer's audio; a piece too short for Webex is filled up with silence. */
  #flush(): void {
    this.#drainConverter();
    this.#sendChunks();
    const rest = this.#audio.length;
    if (rest > 0) this.#chunk(concat(this.#audio, silence(SMALLEST_CHUNK - rest)));
    this.#audio = NOTHING;
  }

  #chunk(audio: Uint8Array): void {
    this.#chunks++;
    const prompts = [{ audioContent: audio, isBargeInEnabled: this.#bargeIn }];
    this.#send({ prompts, responseType: ResponseType.CHUNK });
  }

  /**
   * Webex considers only the first event of a response: an earlier one goes out in a response of its own. Where the FINAL
   * is the only response, it carries the end of the call, or else the first event.
   */
  #announce(event: Partial<OutputEvent>, ends = false): void {
    const { speaks, partials } = this.options;
    const earlier = this.#event;
    if (earlier && (speaks === "pieces" || partials)) {
      const responseType = speaks === "pieces" ? ResponseType.CHUNK : ResponseType.PARTIAL;
      this.#send({ outputEvents: [earlier], responseType });
    } else if (earlier && !ends) return;
    this.#event = event;
  }

  #complete(expects: InputExpectation, remarks: Remarks): void {
    const events = this.#event ? [this.#event] : [];
    this.#event = undefined;
    this.#finalize({
      outputEvents: events,
      inputMode: inputMode(expects),
      inputSensitive: expects.sensitive,
      ...handling(expects),
      ...this.#remarks(remarks),
    }, this.options.speaks === "pieces");
  }

  #end(event: Partial<OutputEvent>, { reason, data, ...remarks }: Remarks & { reason?: string; data?: object }): void {
    this.#bindPieces();
    this.#prompts = this.#prompts.map((prompt) => ({ ...prompt, isBargeInEnabled: false }));
    this.#bargeIn = false;
    this.#announce(data || reason ? { ...event, metadata: { ...(reason ? { reason } : {}), ...data } } : event, true);
    const ending = [this.#event!];
    this.#event = undefined;
    const { expects } = this.options;
    const onwards = event.eventType === EventType.TRANSFER_TO_AGENT
      ? { inputMode: inputMode(expects), ...handling(expects) }
      : {};
    this.#finalize({ outputEvents: ending, ...onwards, ...this.#remarks(remarks) }, false);
  }

  /** Sends the one FINAL of a reply. A reply in chunks is closed by a prompt whose audio is empty. */
  #finalize(response: Response, closesChunks: boolean): void {
    this.#bindPieces();
    this.#flush();
    const prompts = this.#prompts.splice(0);
    if (closesChunks || this.#chunks > 0) prompts.push({ audioContent: NOTHING });
    this.#chunks = 0;
    this.#send({ ...response, prompts, responseType: ResponseType.FINAL });
    this.#listener?.answerSent();
  }

  #remarks({ transcript, summary }: Remarks): Response {
    const languageCode = this.options.language;
    return {
      ...(transcript === undefined ? {} : { sessionTranscript: { text: transcript, languageCode } }),
      ...(summary === undefined ? {} : { sessionSummary: { text: summary, languageCode } }),
    };
  }

  #send(response: Response): void {
    writeVoiceVAResponse(writer.start(), response);
    this.#room = this.rpc.send(writer.view());
    const header = response.responseType === ResponseType.CHUNK ? 0 : HEADER_BYTES;
    for (const { text = "", audioContent = NOTHING, isBargeInEnabled = false } of response.prompts ?? []) {
      const audio = audioContent.subarray(header);
      if (text !== "" || audio.length > 0) this.#listener?.promptSent(audio, isBargeInEnabled);
    }
  }
}

/** The reply to a caller who has hung up: no prompt, no mode, no configuration. */
export const FAREWELL = encodeVoiceVAResponse({});

/** A recorded prompt is said many times: its file is made once, and kept as long as the prompt is. */
const WAVS = new WeakMap<Audio, Uint8Array>();

function wavOf(audio: Audio): Uint8Array {
  const known = WAVS.get(audio);
  if (known) return known;
  const wav = writeWav(convert(audio, TELEPHONY));
  WAVS.set(audio, wav);
  return wav;
}

function inputMode({ voice, keys }: InputExpectation): InputMode {
  if (voice && keys) return InputMode.INPUT_VOICE_DTMF;
  return voice ? InputMode.INPUT_VOICE : InputMode.INPUT_EVENT_DTMF;
}

function handling(expects: InputExpectation): { inputHandlingConfig: Partial<InputHandlingConfig> } {
  return {
    inputHandlingConfig: {
      dtmfConfig: {
        interDigitTimeoutMsec: expects.betweenKeysMs,
        termchar: Math.max(0, KEYS.indexOf(expects.terminator)),
        dtmfInputLength: expects.keyCount,
      },
      speechTimers: {
        maxSpeechTimeoutMsec: expects.maxSpeechMs,
        completeTimeoutMsec: expects.completeMs,
        incompleteTimeoutMsec: expects.incompleteMs,
        noInputTimeoutMsec: expects.noInputMs,
      },
    },
  };
}

function silence(bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill(silenceByte(TELEPHONY.encoding));
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
