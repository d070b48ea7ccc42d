import type { ClientCall, GrpcChannel } from "../src/grpc/client.ts";
import { Status } from "../src/grpc/status.ts";
import {
  EventInput_EventType as InputEvent,
  OutputEvent_EventType as EventType,
} from "../src/protocols/gen/byova_common.ts";
import {
  decodeVoiceVAResponse,
  encodeVoiceVARequest,
  VoiceInput_VoiceEncoding as Encoding,
  VoiceVirtualAgent,
} from "../src/protocols/gen/voicevirtualagent.ts";
import { Histogram } from "./calls_histogram.ts";

export const FRAME_BYTES = 160;
export const FRAME_MS = 20;
/** Silence before each utterance, and the longest after it, in frames. */
const LEAD_FRAMES = 10, TRAIL_FRAMES = 400;
/** An RPC that stands still for so long has failed, in ms. */
const STALL_MS = 10_000;

/** Everything a caller says in one turn, as frames of 8 kHz mu-law: silence, speech, silence. */
export function utterance(speech: Uint8Array): Uint8Array[] {
  const silence = new Uint8Array(FRAME_BYTES).fill(0xFF);
  const frames = Array.from({ length: Math.ceil(speech.length / FRAME_BYTES) }, (_, at) => {
    const frame = silence.slice();
    frame.set(speech.subarray(at * FRAME_BYTES, (at + 1) * FRAME_BYTES));
    return frame;
  });
  const repeat = (times: number) => Array.from({ length: times }, () => silence);
  return [...repeat(LEAD_FRAMES), ...frames, ...repeat(TRAIL_FRAMES)];
}

/** In each turn of a call, the index of the last frame sent before START_OF_INPUT and END_OF_INPUT came. */
export type Deciding = readonly { start: number; end: number }[];

/** What was measured, over all calls. Times in ms. */
export class Tally {
  readonly startLatency = new Histogram();
  readonly endLatency = new Histogram();
  /** From SESSION_START, and from END_OF_INPUT, to the first response with audio. */
  readonly welcome = new Histogram();
  readonly answer = new Histogram();
  /** From an RPC's last message to its trailers. */
  readonly closing = new Histogram();
  readonly lateness = new Histogram();
  frames = 0;
  calls = 0;
  turns = 0;
  /** Events that came before the frame that calibration took for the deciding one. */
  early = 0;
  readonly failures = new Map<string, number>();

  clear(): void {
    const { startLatency, endLatency, welcome, answer, closing, lateness } = this;
    for (const histogram of [startLatency, endLatency, welcome, answer, closing, lateness]) histogram.clear();
    this.frames =
      this.calls =
      this.turns =
      this.early =
        0;
    this.failures.clear();
  }

  fail(reason: string): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }
}

export interface LoadOptions {
  readonly frames: readonly Uint8Array[];
  readonly tally: Tally;
  readonly agentId: string;
  readonly metadata: readonly [string, string][];
  /** Voice turns of a call. */
  readonly turns: number;
  /** Unset while calibrating. */
  readonly deciding?: Deciding;
  /** Called when the call is complete or has failed. */
  readonly onEnd: (call: LoadCall) => void;
}

/**
 * One call: SESSION_START, some turns of an RPC each, SESSION_END. `tick()` sends the frame that is due; everything else
 * happens as responses come. A frame costs a copy of its audio into the call's one request, which is encoded once.
 */
export class LoadCall {
  /** Where START_OF_INPUT and END_OF_INPUT came in each turn so far. */
  readonly heard: { start: number; end: number }[] = [];
  over = false;
  failed = false;
  #turn = 0;
  #rpc: ClientCall | undefined;
  #streaming = false;
  #frame = 0;
  /** When the endpoint got the word, and whether it has used it since. */
  #askedAt = 0;
  #sentStartAt = 0;
  #sentEndAt = 0;
  #activeAt = 0;
  #lastMessageAt = 0;
  #spoken = true;
  readonly #identity: { conversationId: string; customerOrgId: string; virtualAgentId: string };
  readonly #request: Uint8Array;
  readonly #audioAt: number;

  constructor(readonly channel: GrpcChannel, readonly options: LoadOptions) {
    const conversationId = crypto.randomUUID();
    this.#identity = { conversationId, customerOrgId: "bench", virtualAgentId: options.agentId };
    const marker = new Uint8Array(FRAME_BYTES).fill(0xA5);
    this.#request = encodeVoiceVARequest({
      ...this.#identity,
      audioInput: {
        callerAudio: marker,
        encoding: Encoding.MULAW_FORMAT,
        sampleRateHertz: 8000,
        languageCode: "en-US",
      },
    });
    this.#audioAt = this.#request.findIndex((_, at) => marker.every((byte, n) => this.#request[at + n] === byte));
    this.#sendEvent(InputEvent.SESSION_START, () => this.#goOn());
  }

  /** Whether the caller is streaming audio. */
  get streaming(): boolean {
    return this.#streaming;
  }

  /** Sends the next frame, if the call is streaming. Returns false when no more should be sent for now. */
  tick(now: number): boolean {
    if (!this.#streaming) {
      if (!this.over && now - this.#activeAt > STALL_MS) this.#fail("an RPC stood still");
      return true;
    }
    const { frames, deciding, tally } = this.options;
    const audio = frames[this.#frame];
    if (audio === undefined) {
      this.#fail("no END_OF_INPUT");
      return true;
    }
    this.#request.set(audio, this.#audioAt);
    const room = this.#rpc!.send(this.#request);
    tally.frames++;
    const decides = deciding?.[this.#turn];
    if (this.#frame === decides?.start) this.#sentStartAt = now;
    if (this.#frame === decides?.end) this.#sentEndAt = now;
    this.#frame++;
    return room;
  }

  /** Whether the frame that ends this turn has been sent. */
  get saidAll(): boolean {
    return this.#frame > (this.options.deciding?.[this.#turn]?.end ?? Infinity);
  }

  #goOn(): void {
    if (this.#turn < this.options.turns) this.#openTurn();
    else this.#sendEvent(InputEvent.SESSION_END, () => this.#finish());
  }

  #openTurn(): void {
    this.#frame = this.#sentStartAt = this.#sentEndAt = 0;
    this.heard.push({ start: -1, end: -1 });
    this.#open((bytes) => this.#hear(bytes), () => {
      this.#streaming = false;
      if (this.heard.at(-1)!.end < 0) return this.#fail("a turn without END_OF_INPUT");
      this.options.tally.turns++;
      this.#turn++;
      this.#goOn();
    });
    this.#streaming = true;
  }

  #hear(bytes: Uint8Array): void {
    const now = this.#lastMessageAt = performance.now();
    const { tally, deciding } = this.options;
    const { outputEvents, prompts } = decodeVoiceVAResponse(bytes);
    const event = outputEvents[0]?.eventType;
    if (event === EventType.START_OF_INPUT) {
      this.heard.at(-1)!.start = this.#frame - 1;
      if (deciding) this.#measure(tally.startLatency, this.#sentStartAt, now);
    } else if (event === EventType.END_OF_INPUT) {
      this.heard.at(-1)!.end = this.#frame - 1;
      if (deciding) this.#measure(tally.endLatency, this.#sentEndAt, now);
      this.#askedAt = this.#activeAt = now;
      this.#spoken = this.#streaming = false;
      this.#rpc!.halfClose();
    }
    if (!this.#spoken && prompts.some(({ audioContent }) => audioContent.length > 0)) {
      this.#spoken = true;
      (this.#turn === 0 && this.heard.length === 0 ? tally.welcome : tally.answer).add(now - this.#askedAt);
    }
  }

  #measure(histogram: Histogram, sentAt: number, now: number): void {
    if (sentAt > 0) histogram.add(now - sentAt);
    else this.options.tally.early++;
  }

  #sendEvent(eventType: number, then: () => void): void {
    this.#spoken = eventType !== InputEvent.SESSION_START;
    this.#askedAt = performance.now();
    this.#open((bytes) => this.#hear(bytes), then);
    this.#rpc!.send(encodeVoiceVARequest({ ...this.#identity, eventInput: { eventType } }));
    this.#rpc!.halfClose();
  }

  #open(message: (bytes: Uint8Array) => void, then: () => void): void {
    this.#activeAt = performance.now();
    this.#lastMessageAt = 0;
    this.#rpc = this.channel.open(VoiceVirtualAgent.ProcessCallerInput, this.options.metadata, {
      message,
      finished: (status, text) => {
        if (this.over) return;
        if (this.#lastMessageAt > 0) this.options.tally.closing.add(performance.now() - this.#lastMessageAt);
        if (status === Status.OK) then();
        else this.#fail(`status ${status}: ${text}`);
      },
    });
  }

  #fail(reason: string): void {
    if (this.over) return;
    this.options.tally.fail(reason);
    this.failed = true;
    this.#finish();
  }

  #finish(): void {
    if (this.over) return;
    this.over = true;
    this.#streaming = false;
    if (this.failed) this.#rpc?.cancel();
    else this.options.tally.calls++;
    this.options.onEnd(this);
  }
}
