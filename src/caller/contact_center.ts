import { type AudioFormat, durationMs, TELEPHONY } from "../audio/format.ts";
import type { GrpcChannel } from "../grpc/client.ts";
import { Status } from "../grpc/status.ts";
import type { Clock } from "../lib/clock.ts";
import {
  EventInput_EventType as InputEvent,
  type InputHandlingConfig,
  OutputEvent_EventType as EventType,
} from "../protocols/gen/byova_common.ts";
import {
  encodeVoiceVARequest,
  VoiceInput_VoiceEncoding as Encoding,
  VoiceVAInputMode as InputMode,
  VoiceVAResponse_ResponseType as ResponseType,
} from "../protocols/gen/voicevirtualagent.ts";
import type { CallRules, Purpose } from "./contract.ts";
import { describeResponse, nameOf } from "./describe.ts";
import { Exchange, type ExchangeObserver } from "./exchange.ts";
import { KeyEntry, showKeys } from "./keys.ts";
import { Microphone } from "./microphone.ts";
import { audioOf, type Ear, Playout } from "./playout.ts";
import type { Reply } from "./reply.ts";
import { CallerRpc, type Received } from "./rpc.ts";
import { SilenceTimer } from "./silence_timer.ts";
import { showMs, type TimelineEntry } from "./timeline.ts";

/** What is said with every request of a call. */
export interface CallIdentity {
  readonly conversationId: string;
  readonly customerOrgId: string;
  readonly virtualAgentId: string;
  readonly allowPartialResponses: boolean;
  readonly vendorSpecificConfig: string;
  readonly additionalInfo: Readonly<Record<string, string>>;
}

export interface ContactCenterOptions {
  readonly identity: CallIdentity;
  readonly metadata: Iterable<[string, string]>;
  readonly language: string;
  readonly format: AudioFormat;
  /** Bytes of one frame of audio. */
  readonly frameBytes: number;
  /** The call's clock, which counts from dialling, and the endpoint's, which is the real time. */
  readonly clock: Clock;
  readonly realClock: Clock;
  readonly onTimeline: (entry: TimelineEntry) => void;
  readonly onReply: (reply: Reply) => void;
  /** Hears what is played, beside the playout's own record. */
  readonly ear: Ear | undefined;
  /** Something changed that somebody may wait for. */
  readonly onChange: () => void;
}

/** How a call came to its end. */
export type CallEnd = "transfer" | "session_end" | "hung_up" | "failed";

/** How often an endpoint may end an audio RPC without having heard the caller out, one after the other. */
const IDLE_LINES = 10;

const ENCODINGS = { mulaw: Encoding.MULAW_FORMAT, alaw: Encoding.ALAW_FORMAT, linear16: Encoding.LINEAR16_FORMAT };

/**
 * Webex Contact Center's part in one call: which RPC is opened when, what travels on it, what is played to the caller, and
 * when the caller is listened to. The caller speaks into `microphone` and presses keys.
 */
export class ContactCenter implements ExchangeObserver, Disposable {
  readonly playout: Playout;
  readonly microphone: Microphone;
  /** Where the endpoint broke the contract. */
  readonly violations: string[] = [];
  readonly #rules: CallRules;
  readonly #silence: SilenceTimer;
  readonly #open = new Set<Exchange>();
  #rpcs = 0;
  #started = false;
  #line: Exchange | undefined;
  #idleLines = 0;
  #entry: KeyEntry | undefined;
  #mode: InputMode = InputMode.INPUT_VOICE_MODE_UNSPECIFIED;
  #handling: InputHandlingConfig | undefined;
  #end: CallEnd | undefined;

  constructor(readonly channel: GrpcChannel, readonly options: ContactCenterOptions) {
    const { clock, format, frameBytes, identity } = options;
    this.playout = new Playout(clock, () => this.#played(), options.ear);
    this.microphone = new Microphone(clock, format, frameBytes);
    this.#silence = new SilenceTimer(clock, () => this.noInput());
    this.#rules = {
      partials: identity.allowPartialResponses,
      breach: (rpc, what) => {
        this.violations.push(`RPC ${rpc}: ${what}`);
        this.note({ kind: "violation", what, rpc });
      },
    };
  }

  /** How the call ended or is about to end. */
  get end(): CallEnd | undefined {
    return this.#end;
  }

  /** Whether everything of an ended call is said and played. */
  get over(): boolean {
    return this.#end !== undefined && !this.playout.playing && this.#open.size === 0;
  }

  /** Whether it is the caller's turn: everything is played, nothing is being waited for. */
  get callersTurn(): boolean {
    return this.#started && !this.#end && !this.playout.playing && !this.#entry && !this.#owed();
  }

  get takesVoice(): boolean {
    return this.#mode !== InputMode.INPUT_EVENT_DTMF;
  }

  get takesKeys(): boolean {
    return this.#mode !== InputMode.INPUT_VOICE;
  }

  /** How long the caller may be silent before the endpoint is told, in ms; 0: for ever. */
  get noInputMs(): number {
    return this.#handling?.speechTimers?.noInputTimeoutMsec ?? 0;
  }

  /** Opens an RPC that sends one event. */
  sendEvent(purpose: Purpose, eventType: InputEvent, name = "", parameters?: Record<string, unknown>): void {
    const what = nameOf(InputEvent, eventType);
    this.#ask(purpose, eventType === InputEvent.CUSTOM_EVENT ? `${what} ${name}` : what, {
      eventInput: { eventType, name, ...(parameters ? { parameters } : {}) },
    });
  }

  /** The caller has not said anything for too long. */
  noInput(): void {
    this.#closeLine();
    this.sendEvent("silence", InputEvent.NO_INPUT);
  }

  /** The caller presses a key, by its DTMFDigits number. Returns whether anybody takes it. */
  press(digit: number): boolean {
    const ignored = this.#end
      ? "the call has ended"
      : !this.takesKeys
      ? "the endpoint takes voice only"
      : this.playout.playing && !this.playout.playing.bargeIn
      ? "the prompt takes no barge-in"
      : !this.playout.playing && !this.#entry && !this.callersTurn
      ? "it is not the caller's turn"
      : undefined;
    this.note({
      kind: "call",
      what: `caller presses ${showKeys([digit])}`,
      ...(ignored ? { note: `dropped: ${ignored}` } : {}),
    });
    if (ignored) return false;
    if (!this.#entry) this.#startEntry();
    this.#entry!.press(digit);
    this.#attend();
    return true;
  }

  /** The caller hangs up. */
  hangUp(): void {
    this.#end ??= "hung_up";
    this.microphone.hush();
    this.#dropPrompts();
    this.#quiet();
    this.sendEvent("hang_up", InputEvent.SESSION_END);
  }

  /** Opens an RPC of this call's that the call knows nothing of: its requests and responses are the opener's own. */
  openRpc(): CallerRpc {
    return new CallerRpc(this.channel, ++this.#rpcs, this.options.metadata, this.options.clock);
  }

  /** Tells the timeline. */
  note(entry: Omit<TimelineEntry, "atMs">): void {
    this.options.onTimeline({ atMs: this.options.clock.now(), ...entry });
  }

  received(exchange: Exchange, { response }: Received): void {
    const event = response.outputEvents[0]?.eventType ?? EventType.UNSPECIFIED_EVENT;
    const pieces = response.prompts.map((prompt) => ({
      prompt,
      audio: audioOf(prompt, response.responseType === ResponseType.CHUNK),
    }));
    const audioMs = pieces.reduce((sum, { audio }) => sum + durationMs({ format: TELEPHONY, data: audio }), 0);
    this.#noteResponse(exchange, response, audioMs);
    if (event === EventType.START_OF_INPUT) this.#inputStarted(exchange);
    else if (event === EventType.END_OF_INPUT) this.#inputEnded(exchange);
    else this.#takeRules(exchange, response.inputMode);
    if (response.inputHandlingConfig) this.#handling = response.inputHandlingConfig;
    const ending = this.#endOf(exchange, event);
    exchange.audioMs += audioMs;
    for (const { prompt, audio } of pieces) {
      if (audio.length === 0 || this.#end === "hung_up" || (exchange.muted && !ending)) continue;
      this.playout.play(audio, prompt.isBargeInEnabled && !ending);
    }
    if (exchange.answered && exchange.heardOut) exchange.halfClose();
    if (ending) {
      this.#end = ending;
      this.#quiet();
    }
    this.#attend();
  }

  ended(exchange: Exchange, reply: Reply): void {
    this.#open.delete(exchange);
    if (exchange === this.#line) {
      this.#line = undefined;
      this.microphone.disconnect();
      if (!exchange.heardOut && !this.#end && ++this.#idleLines === IDLE_LINES) {
        this.#rules.breach(exchange.number, `${IDLE_LINES} audio RPCs in a row completed before the caller was heard`);
        this.#fail();
      }
    }
    if (reply.outcome === "failed" && this.#end !== "hung_up") {
      const note = reply.statusMessage;
      this.note({ kind: "received", what: nameOf(Status, reply.status), rpc: exchange.number, note });
      if (!this.#end) this.#fail();
    }
    this.options.onReply(reply);
    this.#attend();
  }

  drained(exchange: Exchange): void {
    if (exchange === this.#line) this.microphone.resume();
  }

  [Symbol.dispose](): void {
    this.#end ??= "hung_up";
    this.#quiet();
    this.microphone[Symbol.dispose]();
    this.playout[Symbol.dispose]();
    for (const exchange of this.#open) exchange.rpc.cancel();
  }

  #owed(): boolean {
    for (const exchange of this.#open) if (exchange.owed) return true;
    return false;
  }

  #ask(purpose: Purpose, what: string, input: Parameters<typeof encodeVoiceVARequest>[0]): void {
    this.#started = true;
    const exchange = this.#openExchange(purpose);
    this.note({ kind: "sent", what, rpc: exchange.number });
    exchange.rpc.send(this.#encode(input));
    exchange.halfClose();
    this.#attend();
  }

  #openExchange(purpose: Purpose): Exchange {
    const { metadata, clock, realClock } = this.options;
    const options = { metadata, clock, realClock, rules: this.#rules, observer: this };
    const exchange = new Exchange(this.channel, ++this.#rpcs, purpose, this.playout.playing !== undefined, options);
    this.#open.add(exchange);
    return exchange;
  }

  #encode(input: Parameters<typeof encodeVoiceVARequest>[0]): Uint8Array {
    return encodeVoiceVARequest({ ...this.options.identity, ...input });
  }

  /** Opens what has to be open, and starts or stops the timer for silence, as things stand now. */
  #attend(): void {
    const playing = this.playout.playing;
    const listens = playing ? playing.bargeIn : this.callersTurn;
    if (!this.#end && this.#started) {
      if (!this.takesVoice) this.#closeLine();
      else if (listens && !this.#entry && (!this.#line || this.#line.heardOut)) this.#openLine();
    }
    this.#timeSilence();
    this.options.onChange();
  }

  #timeSilence(): void {
    const waits = this.callersTurn && this.noInputMs > 0 && !this.#line?.hearing;
    if (waits) this.#silence.start(this.noInputMs);
    else this.#silence.stop();
  }

  /** Opens an RPC and lets the caller's line run into it: speech, and silence until there is some. */
  #openLine(): void {
    this.#closeLine();
    const line = this.#openExchange("voice");
    this.#line = line;
    this.note({ kind: "sent", what: line.bargesIn ? "audio, while the prompt plays" : "audio", rpc: line.number });
    const { format, language } = this.options;
    const encoding = ENCODINGS[format.encoding];
    const silence = this.microphone.silence;
    this.microphone.connect((frame, speech) => {
      // While a prompt plays that takes no barge-in, nobody hears the caller.
      const unheard = this.playout.playing?.bargeIn === false || line.heardOut;
      line.count(unheard && speech ? false : speech);
      return line.rpc.send(this.#encode({
        audioInput: {
          callerAudio: unheard ? silence : frame,
          encoding,
          sampleRateHertz: format.sampleRate,
          audioTimestamp: this.options.clock.date(),
          languageCode: language,
        },
      }));
    });
  }

  #closeLine(): void {
    const line = this.#line;
    if (!line) return;
    this.#line = undefined;
    this.microphone.disconnect();
    line.halfClose();
  }

  #startEntry(): void {
    this.#entry = new KeyEntry(this.options.clock, this.#handling?.dtmfConfig, () => this.#sendEntry());
    this.#idleLines = 0;
    this.#dropPrompts();
    const line = this.#line;
    if (!line?.rpc.sending || line.heardOut) return this.sendEvent("keys_started", InputEvent.START_OF_DTMF);
    this.note({ kind: "sent", what: "START_OF_DTMF", rpc: line.number });
    line.rpc.send(this.#encode({ eventInput: { eventType: InputEvent.START_OF_DTMF } }));
    this.#closeLine();
  }

  #sendEntry(): void {
    const digits = this.#entry!.digits;
    this.#entry![Symbol.dispose]();
    this.#entry = undefined;
    this.#ask("keys", `keys ${showKeys(digits)}`, { dtmfInput: { dtmfEvents: digits } });
  }

  #inputStarted(exchange: Exchange): void {
    exchange.hearing = true;
    this.#dropPrompts(exchange.number);
  }

  /** Webex stops sending and half-closes at once, unless the audio runs for a barge-in: then silence goes on. */
  #inputEnded(exchange: Exchange): void {
    this.#idleLines = 0;
    exchange.hearing = false;
    exchange.heardOut = true;
    exchange.inputEndedMs = this.options.clock.now();
    if (exchange !== this.#line) return;
    this.microphone.hush();
    if (!exchange.bargesIn) this.#closeLine();
  }

  #takeRules(exchange: Exchange, mode: InputMode): void {
    if (exchange.muted || exchange.purpose === "hang_up") return;
    if (mode !== InputMode.INPUT_VOICE_MODE_UNSPECIFIED) this.#mode = mode;
    else if (exchange.answered && exchange.chunks === 0) this.#mode = InputMode.INPUT_VOICE_DTMF;
  }

  #endOf(exchange: Exchange, event: EventType): CallEnd | undefined {
    if (exchange.purpose === "hang_up") return undefined;
    if (event === EventType.TRANSFER_TO_AGENT) return "transfer";
    return event === EventType.SESSION_END ? "session_end" : undefined;
  }

  /** The caller goes on: what is being played stops, and what older RPCs still bring is not for the caller any more. */
  #dropPrompts(before = Infinity): void {
    for (const exchange of this.#open) if (exchange.number < before) exchange.muted = true;
    const unheardMs = this.playout.drop();
    if (unheardMs > 0) this.note({ kind: "call", what: "prompt cut off", note: `${showMs(unheardMs)} not heard` });
  }

  #played(): void {
    if (!this.playout.playing) this.note({ kind: "call", what: "played to the end" });
    this.#attend();
  }

  #fail(): void {
    this.#end = "failed";
    this.#dropPrompts();
    this.#quiet();
  }

  /** Nothing of the caller's is wanted any more. */
  #quiet(): void {
    this.#closeLine();
    this.#entry?.[Symbol.dispose]();
    this.#entry = undefined;
    this.#silence.stop();
  }

  #noteResponse(exchange: Exchange, response: Received["response"], audioMs: number): void {
    if (response.responseType === ResponseType.CHUNK && audioMs > 0 && ++exchange.chunks > 1) return;
    const { what, note } = describeResponse(response, audioMs, exchange, this.microphone.frameMs);
    this.note({ kind: "received", what, rpc: exchange.number, ...(note === "" ? {} : { note }) });
  }
}
