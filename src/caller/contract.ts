import { Status } from "../grpc/status.ts";
import { OutputEvent_EventType as EventType } from "../protocols/gen/byova_common.ts";
import {
  type VoiceVAResponse,
  VoiceVAResponse_ResponseType as ResponseType,
} from "../protocols/gen/voicevirtualagent.ts";
import { readWav, WavError } from "../audio/wav.ts";

/** What an RPC was opened for. */
export type Purpose = "start" | "voice" | "keys_started" | "keys" | "silence" | "custom" | "hang_up";

/** Smallest and largest piece of audio in a CHUNK response, in bytes. */
const SMALLEST_CHUNK = 100;
const LARGEST_CHUNK = 65_536;

/** Whether an RPC for this must bring a FINAL response. */
const NEEDS_ANSWER: { readonly [P in Purpose]: boolean } = {
  start: true,
  voice: false,
  keys_started: false,
  keys: true,
  silence: true,
  custom: true,
  hang_up: false,
};

/** What must be the same in every RPC of one call, and where breaches are told. */
export interface CallRules {
  readonly partials: boolean;
  /** How answers are delivered, known from the first audio on. */
  delivery?: "WAV" | "CHUNK";
  /** Whether the endpoint has ended the call. */
  terminal?: boolean;
  breach(rpc: number, what: string): void;
}

/** Checks what one RPC brings against the rules of the protocol: of order, of number and of form. */
export class ContractCheck {
  #finals = 0;
  #chunks = 0;
  #responses = 0;
  #terminal = false;
  #boundary: "START_OF_INPUT" | "END_OF_INPUT" | undefined;
  #endedByFinal = false;

  constructor(readonly call: CallRules, readonly rpc: number, readonly purpose: Purpose) {}

  /** Whether the answer is complete: a FINAL response that is more than the mark of an input's start or end. */
  get answered(): boolean {
    return this.#finals > 0;
  }

  response(response: VoiceVAResponse): void {
    this.#responses++;
    const event = response.outputEvents[0]?.eventType ?? EventType.UNSPECIFIED_EVENT;
    const boundary = boundaryOf(event);
    if (this.#terminal) this.#breach("a response follows the one that ended the call");
    if (response.outputEvents.length > 1) this.#breach("a response has more than one output event");
    if (this.purpose === "hang_up") this.#checkFarewell(response);
    if (this.purpose === "keys_started" && response.prompts.length > 0) this.#breach("START_OF_DTMF brings a prompt");
    if (boundary) this.#checkBoundary(boundary, response);
    else this.#checkAnswer(response);
    this.#checkAudio(response);
    if (event === EventType.SESSION_END || event === EventType.TRANSFER_TO_AGENT) this.#checkTerminal(event, response);
  }

  /** The endpoint has completed the RPC. */
  ended(status: Status): void {
    if (status !== Status.OK) return;
    if (NEEDS_ANSWER[this.purpose] && !this.answered) this.#breach("completed without a FINAL response");
    if (!NEEDS_ANSWER[this.purpose] && this.#chunks > 0 && !this.answered) {
      this.#breach("completed without the FINAL response that closes its CHUNKs");
    }
  }

  #checkFarewell({ prompts, inputMode, inputHandlingConfig }: VoiceVAResponse): void {
    if (this.#responses > 1) this.#breach("more than one response to a caller who hung up");
    if (prompts.length > 0) this.#breach("a prompt for a caller who hung up");
    if (inputMode !== 0 || inputHandlingConfig) this.#breach("input rules for a caller who hung up");
  }

  #checkBoundary(boundary: "START_OF_INPUT" | "END_OF_INPUT", { prompts, responseType }: VoiceVAResponse): void {
    if (this.purpose !== "voice") this.#breach(`${boundary} on an RPC without audio`);
    if (prompts.length > 0) this.#breach(`${boundary} comes with a prompt`);
    if (boundary === this.#boundary) this.#breach(`${boundary} comes twice in a row`);
    if (boundary === "END_OF_INPUT" && this.#boundary === undefined) {
      this.#breach("END_OF_INPUT without START_OF_INPUT");
    }
    this.#boundary = boundary;
    this.#endedByFinal = boundary === "END_OF_INPUT" && responseType === ResponseType.FINAL;
  }

  #checkAnswer({ responseType, prompts }: VoiceVAResponse): void {
    if (this.#finals > 0) this.#breach("a response follows the FINAL one");
    if (responseType === ResponseType.PARTIAL && !this.call.partials) this.#breach("PARTIAL was not allowed");
    if (responseType === ResponseType.CHUNK) {
      if (this.#endedByFinal && this.#chunks === 0) this.#breach("END_OF_INPUT before CHUNKs is FINAL");
      this.#chunks++;
    }
    if (responseType !== ResponseType.FINAL) return;
    this.#finals++;
    if (this.#chunks > 0 && prompts.some(({ audioContent }) => audioContent.length > 0)) {
      this.#breach("the FINAL response after CHUNKs has audio");
    }
  }

  #checkAudio({ responseType, prompts }: VoiceVAResponse): void {
    for (const { audioContent } of prompts) {
      if (audioContent.length === 0) continue;
      if (responseType === ResponseType.CHUNK) this.#checkChunk(audioContent);
      else this.#checkWav(audioContent);
      if (responseType !== ResponseType.PARTIAL) {
        this.#checkDelivery(responseType === ResponseType.CHUNK ? "CHUNK" : "WAV");
      }
    }
  }

  #checkChunk(audio: Uint8Array): void {
    if (audio.length < SMALLEST_CHUNK || audio.length > LARGEST_CHUNK) {
      this.#breach(`a chunk has ${audio.length} bytes, not ${SMALLEST_CHUNK} to ${LARGEST_CHUNK}`);
    }
    if (isRiff(audio)) this.#breach("a chunk has a WAV header");
  }

  #checkWav(audio: Uint8Array): void {
    if (!isRiff(audio)) return this.#breach("a prompt has no WAV header");
    const said = new DataView(audio.buffer, audio.byteOffset, audio.byteLength);
    try {
      const wav = readWav(audio);
      if (wav.encoding !== "mulaw" || wav.sampleRate !== 8000 || wav.channels !== 1) {
        this.#breach(
          `a prompt is ${wav.encoding} of ${wav.sampleRate} Hz and ${wav.channels} channel(s), not 8 kHz mono mu-law`,
        );
      } else if (said.getUint32(4, true) !== audio.length - 8) {
        this.#breach(`a prompt's WAV header says ${said.getUint32(4, true) + 8} bytes, not ${audio.length}`);
      }
    } catch (error) {
      if (!(error instanceof WavError)) throw error;
      this.#breach("a prompt's WAV header cannot be read");
    }
  }

  #checkDelivery(delivery: "WAV" | "CHUNK"): void {
    this.call.delivery ??= delivery;
    if (this.call.delivery !== delivery) {
      this.#breach(`a ${delivery} answer in a call of ${this.call.delivery} answers`);
    }
  }

  #checkTerminal(event: EventType, { inputMode, inputHandlingConfig }: VoiceVAResponse): void {
    if (this.purpose === "hang_up") return;
    if (this.call.terminal) this.#breach("the call is ended twice");
    if (event === EventType.SESSION_END && (inputMode !== 0 || inputHandlingConfig)) {
      this.#breach("SESSION_END comes with input rules");
    }
    this.call.terminal = this.#terminal = true;
  }

  #breach(what: string): void {
    this.call.breach(this.rpc, what);
  }
}

/** Returns the name of an event that marks the start or the end of the caller's input. */
export function boundaryOf(event: EventType): "START_OF_INPUT" | "END_OF_INPUT" | undefined {
  if (event === EventType.START_OF_INPUT) return "START_OF_INPUT";
  if (event === EventType.END_OF_INPUT) return "END_OF_INPUT";
}

function isRiff(audio: Uint8Array): boolean {
  return audio[0] === 0x52 && audio[1] === 0x49 && audio[2] === 0x46 && audio[3] === 0x46;
}
