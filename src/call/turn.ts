import { Converter } from "../audio/convert.ts";
import { type AudioFormat, bytesPerSample, sameFormat } from "../audio/format.ts";
import { type SpeechListener, SpeechMarker, type SpeechOptions } from "../audio/speech.ts";
import type { Clock } from "../lib/clock.ts";
import { AudioMeter } from "./audio_meter.ts";
import type { Connector } from "./connector.ts";
import type { AudioQuality } from "./event.ts";
import type { CallerInput } from "./input.ts";
import type { AgentAct } from "./output.ts";
import type { CallRecorder } from "./recorder.ts";
import { UtteranceBuffer } from "./utterance.ts";

/** What a wire is given to send: what the agent does, and what the gateway itself has to say about the caller's turn. */
export type TurnOutput =
  | AgentAct
  | { readonly type: "input_started" }
  | { readonly type: "input_ended" }
  /** The caller went on, or left, before this answer was complete: let go of what has not been sent, and close it. */
  | { readonly type: "cut_short" }
  /** The call ends in the middle of this answer: let go of what has not been sent. */
  | { readonly type: "broken_off" };

/** Who wants to know when an answer is handed to the wire, which may gather a whole one first. */
export interface DeliveryListener {
  /** A prompt, or a piece of one, is on its way. `audio`: 8 kHz mu-law that nobody changes any more; empty for text alone. */
  promptSent(audio: Uint8Array, bargeIn: boolean): void;
  /** An answer is on its way to the end. */
  answerSent(): void;
}

/** The wire's side of a turn. */
export interface TurnSink {
  /** Sends an output. Returns false when no more should come until `Turn.drained()` is called. */
  put(output: TurnOutput, listener: DeliveryListener): boolean;
  /** The turn is over, nothing follows. */
  close(): void;
  /** After `hearAudio()` returned false: more may come. */
  resume(): void;
}

/** What is told of a turn as it happens. */
export type TurnStep = "audio_started" | "speech_started" | "speech_ended" | "prompt_sent" | "answer_sent";

/** The conversation's side of a turn. */
export interface TurnHost {
  readonly clock: Clock;
  readonly recorder: CallRecorder | undefined;
  readonly hears: Connector["hears"];
  readonly speech: SpeechOptions;
  readonly maxUtteranceMs: number;
  /** Passes an input on to the agent. Returns false when the agent lags behind. */
  pass(input: CallerInput): boolean;
  /** Whether one more answer may be owed, to this turn; where it may not, the log says so. */
  mayOwe(turn: Turn): boolean;
  /** The caller has something to say: passes it on and owes the turn an answer. */
  ask(turn: Turn, input: CallerInput): void;
  /** The caller speaks or presses keys: answers are of no use any more, but those of the turn that goes on with it. */
  interrupt(goesOn?: Turn): void;
  /** A step of the turn is done, at this very moment. */
  mark(turn: Turn, step: TurnStep): void;
  turnClosed(turn: Turn, cancelled: boolean): void;
}

/**
 * One exchange of a call: in goes what the caller does, out comes what is done
 * about it, until it is the caller's turn again. Everything here is
 * synchronous; a frame of audio is neither copied nor awaited, unless the agent
 * hears frames.
 */
export class Turn implements SpeechListener, DeliveryListener {
  /** Answers that this turn waits for. */
  owed = 0;
  /** Since when the caller has been waiting for the first words of an answer, in ms of the host's clock. */
  askedAt: number | undefined;
  /** Whether the caller has been heard since this was last set to false: how a sweep finds the dead. */
  heard = true;
  /** Packets of audio that have come. */
  frames = 0;
  /** Whether anything of the agent's has gone out. */
  spoken = false;
  /** Whether anything of the answer in hand is on its way to the caller. */
  #answerBegun = false;
  #meter: AudioMeter | undefined;
  #state: "hearing" | "answering" | "closed" = "hearing";
  #marker: SpeechMarker | undefined;
  #format: AudioFormat | undefined;
  #utterance: UtteranceBuffer | undefined;
  #converter: Converter | undefined;
  /** Whether the caller is speaking, as far as anybody has noticed. */
  #speaking = false;
  /** How much of the speech has been heard, and the most that is. */
  #speechBytes = 0;
  #mostSpeechBytes = 0;
  /** The frame being heard, and how much of it is dealt with. */
  #frame: Uint8Array | undefined;
  #taken = 0;
  /** That the wire has room again: everybody who put something while it had none waits for the same. */
  #room: PromiseWithResolvers<void> | undefined;

  constructor(readonly host: TurnHost, readonly sink: TurnSink, readonly number: number) {}

  get open(): boolean {
    return this.#state !== "closed";
  }

  /** Whether the caller is speaking here: the speech will be answered, so its place is taken. */
  get speaking(): boolean {
    return this.#state === "hearing" && this.#speaking;
  }

  /** What the audio that was listened to was like; undefined without any. */
  get audio(): AudioQuality | undefined {
    return this.#meter?.quality();
  }

  /**
   * Hears the bytes of `data` from `from` to `to`, which may be reused after
   * the call. Once the caller's turn is over, the rest is not for us: Webex
   * stops by itself. Returns false when the agent lags behind: hold back until
   * `sink.resume()`.
   */
  hearAudio(data: Uint8Array, format: AudioFormat, from = 0, to = data.length): boolean {
    this.heard = true;
    if (this.frames++ === 0 && this.open) this.host.mark(this, "audio_started");
    const now = this.host.clock.now();
    this.host.recorder?.heard(data, format, from, to, now, this.frames > 1);
    if (this.#state !== "hearing") return true;
    if (this.#format === undefined || !sameFormat(this.#format, format)) this.#listen(format);
    if (!this.#marker) return true;
    this.#meter ??= new AudioMeter();
    this.#meter.hear(data, format, from, to, now);
    const room = this.#converter === undefined || this.#passFrame(data.subarray(from, to));
    this.#frame = data;
    this.#taken = from;
    this.#marker.hear(data, from, to);
    this.#frame = undefined;
    if (this.#state !== "hearing") return room;
    this.#utterance?.add(data, this.#taken, to);
    if (this.#speaking) {
      this.#speechBytes += to - from;
      if (this.#speechBytes >= this.#mostSpeechBytes) this.#endSpeech(0);
    }
    return room;
  }

  /** Hears anything but audio. */
  hear(input: CallerInput): void {
    this.heard = true;
    if (!this.open || this.#turnedAway()) return;
    if (input.type === "keys_started") {
      // The keys come in a turn of their own.
      this.host.interrupt();
      this.host.pass(input);
      this.close();
      return;
    }
    if (input.type === "keys") this.host.interrupt(this);
    this.#answer(input);
  }

  /** The caller's side will send no more: speech that has not ended ends here, and a turn that asked for nothing closes. */
  halfClosed(): void {
    if (this.#state !== "hearing") return;
    if (this.#speaking) this.#endSpeech(0);
    else this.close();
  }

  /** The agent's own ear has heard the caller begin, or end. Says so to the caller's side, unless the gateway's ear was first. */
  agentHeard(what: "speech_started" | "speech_ended"): void {
    if (!this.#marker) return;
    this.speechStarted(0);
    if (what === "speech_ended") this.#endSpeech(0);
  }

  /** The stream is gone. The call goes on without it. */
  cancelled(): void {
    this.#close(true);
  }

  /** The wire has room again. */
  drained(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** Sends an output, if the turn is still open. Returns a promise only when the wire has no room. */
  put(output: TurnOutput): Promise<void> | undefined {
    if (!this.open) return;
    this.spoken ||= output.type === "say";
    if (this.sink.put(output, this) || !this.open) return;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  /** Ends the turn in good order. */
  close(): void {
    this.#close(false);
  }

  promptSent(audio: Uint8Array, bargeIn: boolean): void {
    if (!this.#answerBegun) this.host.mark(this, "prompt_sent");
    this.#answerBegun = true;
    this.host.recorder?.spoken(audio, bargeIn);
  }

  answerSent(): void {
    this.#answerBegun = false;
    this.host.mark(this, "answer_sent");
  }

  speechStarted(offset: number): void {
    if (this.#state !== "hearing" || this.#speaking || this.#turnedAway()) return;
    this.#speaking = true;
    this.#speechBytes = 0;
    this.#take(offset);
    this.#utterance?.begin();
    this.host.interrupt(this);
    if (!this.open) return;
    this.put({ type: "input_started" });
    if (!this.open) return;
    this.host.mark(this, "speech_started");
    if (this.host.hears.as !== "utterances") this.host.pass({ type: "speech_started" });
  }

  speechEnded(offset: number): void {
    if (this.#state !== "hearing") return;
    this.#take(offset);
    this.#endSpeech(this.host.speech.endMs);
  }

  /** Pricks up the ears for a format. Speech that was under way in another one ends there. */
  #listen(format: AudioFormat): void {
    if (this.#speaking) return this.#endSpeech(0);
    this.#marker?.[Symbol.dispose]();
    this.#marker = new SpeechMarker(format, this.host.speech, this);
    this.#format = format;
    this.#mostSpeechBytes = this.host.maxUtteranceMs * format.sampleRate * bytesPerSample(format) / 1000;
    this.#utterance?.[Symbol.dispose]();
    const { hears } = this.host;
    if (hears.as === "utterances") this.#utterance = new UtteranceBuffer(format, this.host.maxUtteranceMs);
    else if (hears.as === "frames") this.#converter = new Converter(format, hears.format);
  }

  #take(offset: number): void {
    if (!this.#frame) return;
    this.#utterance?.add(this.#frame, this.#taken, offset);
    this.#taken = offset;
  }

  #passFrame(data: Uint8Array): boolean {
    const format = this.host.hears.format;
    const heard = this.#converter!.convert(data);
    if (heard.length === 0) return true;
    return this.host.pass({ type: "audio", audio: { format, data: heard === data ? data.slice() : heard } });
  }

  #endSpeech(silenceMs: number): void {
    this.put({ type: "input_ended" });
    if (!this.open) return;
    this.host.mark(this, "speech_ended");
    const input: CallerInput = this.#utterance
      ? { type: "utterance", audio: this.#utterance.end(silenceMs) }
      : { type: "speech_ended" };
    this.#answer(input);
  }

  /** Where no more may be owed, the caller's side gets an end that says nothing, and the call goes on as it was. */
  #turnedAway(): boolean {
    if (this.host.mayOwe(this)) return false;
    this.put({ type: "cut_short" });
    this.close();
    return true;
  }

  /** What was said before to any stream of the connection may have ended it, and this turn with it. */
  #answer(input: CallerInput): void {
    if (!this.open) return;
    this.#state = "answering";
    this.#quiet();
    this.host.ask(this, input);
  }

  /** The ear is of no more use: its memory goes back at once. */
  #quiet(): void {
    this.#marker?.[Symbol.dispose]();
    this.#marker = undefined;
    this.#utterance?.[Symbol.dispose]();
    this.#utterance = undefined;
    this.#converter = undefined;
  }

  #close(cancelled: boolean): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#quiet();
    if (!cancelled) this.sink.close();
    this.drained();
    this.host.turnClosed(this, cancelled);
  }
}
