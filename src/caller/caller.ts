import { type Audio, type AudioFormat, bytesPerSample, TELEPHONY } from "../audio/format.ts";
import { GrpcChannel, type GrpcChannelOptions } from "../grpc/client.ts";
import { type Clock, sleep, systemClock } from "../lib/clock.ts";
import { EventInput_EventType as InputEvent } from "../protocols/gen/byova_common.ts";
import { type CallEnd, ContactCenter } from "./contact_center.ts";
import type { Purpose } from "./contract.ts";
import { readKeys } from "./keys.ts";
import { paced } from "./pace.ts";
import type { Ear } from "./playout.ts";
import type { Reply } from "./reply.ts";
import type { CallerRpc } from "./rpc.ts";
import { showMs, type TimelineEntry } from "./timeline.ts";

/** The call cannot go on as it was asked to. */
export class CallError extends Error {
  override name = "CallError";
}

export interface CallerOptions {
  /** Default: a new one. */
  readonly conversationId?: string;
  readonly orgId?: string;
  /** An id of ListVirtualAgents; default: the endpoint's choice. */
  readonly agentId?: string;
  readonly vendorSpecificConfig?: string;
  readonly additionalInfo?: Readonly<Record<string, string>>;
  /** BCP 47; default en-US. */
  readonly language?: string;
  /** A bearer token to send with every RPC. */
  readonly token?: string;
  /** Whether PARTIAL responses may come; default true. */
  readonly partials?: boolean;
  /** Format of the caller's voice; default 8 kHz mu-law. */
  readonly format?: AudioFormat;
  /** Bytes of one frame of it; default 20 ms. */
  readonly frameBytes?: number;
  /** How many times as fast as in reality the call runs; default 1. */
  readonly speed?: number;
  readonly clock?: Clock;
  /** How long the endpoint may let the call stand still, in ms of real time; default 30 s. */
  readonly patienceMs?: number;
  /** Called whenever something of the call may have changed. */
  readonly onChange?: () => void;
  /** A person's ear: hears what is played, as it comes. */
  readonly ear?: Ear;
  /** Hears of everything as it happens. */
  readonly onTimeline?: (entry: TimelineEntry) => void;
}

/** When to speak or press: while a prompt plays, so many ms after it began; default: when it is the caller's turn. */
export interface When {
  readonly bargeInAtMs?: number | undefined;
  /** Called when it is done, before the endpoint has answered. */
  readonly onActed?: () => void;
}

/** Pause between two keys that a caller presses, in ms. */
const BETWEEN_KEYS_MS = 150;
/** Where an endpoint sets no time for silence, how long `staySilent` waits, in ms. */
const SILENCE_MS = 5000;

/**
 * One telephone call: somebody speaks, presses keys and hangs up, and Webex Contact Center, played by us, carries it to an
 * endpoint. Every method resolves with what the endpoint made of it, once that RPC is complete; prompts may then still be
 * playing. They throw CallError when the call has ended before, or the endpoint lets it stand still.
 */
export class Caller implements AsyncDisposable {
  /** Everything that has happened so far. */
  readonly timeline: TimelineEntry[] = [];
  readonly replies: Reply[] = [];
  readonly format: AudioFormat;
  readonly clock: Clock;
  readonly #realClock: Clock;
  readonly #center: ContactCenter;
  readonly #patienceMs: number;
  readonly #onChange: (() => void) | undefined;
  readonly #waiters = new Set<() => void>();
  #activeAt = 0;
  #ownsChannel = false;
  /** When the caller last did something, and how many replies there were then. */
  #acted = { atMs: 0, mark: 0 };

  /** The call goes over `channel`, which stays the giver's own. */
  constructor(readonly channel: GrpcChannel, options: CallerOptions = {}) {
    const { clock = systemClock, speed = 1, format = TELEPHONY, token } = options;
    const bytes = bytesPerSample(format);
    const { frameBytes = format.sampleRate / 50 * bytes } = options;
    if (!(Number.isInteger(frameBytes) && frameBytes >= bytes)) {
      throw new RangeError(`Cannot dial: frames must have ${bytes} bytes or more: received ${frameBytes}`);
    }
    this.format = format;
    this.#realClock = clock;
    this.#patienceMs = options.patienceMs ?? 30_000;
    this.#onChange = options.onChange;
    this.clock = sinceNow(paced(clock, speed));
    const metadata: [string, string][] = [["trackingid", `CALLER_${crypto.randomUUID()}`]];
    if (token !== undefined) metadata.push(["authorization", `Bearer ${token}`]);
    this.#center = new ContactCenter(channel, {
      identity: {
        conversationId: options.conversationId ?? crypto.randomUUID(),
        customerOrgId: options.orgId ?? "caller",
        virtualAgentId: options.agentId ?? "",
        allowPartialResponses: options.partials ?? true,
        vendorSpecificConfig: options.vendorSpecificConfig ?? "",
        additionalInfo: options.additionalInfo ?? {},
      },
      metadata,
      language: options.language ?? "en-US",
      format,
      frameBytes,
      clock: this.clock,
      realClock: clock,
      ear: options.ear,
      onTimeline: (entry) => {
        this.timeline.push(entry);
        options.onTimeline?.(entry);
      },
      onReply: (reply) => this.replies.push(reply),
      onChange: () => this.#changed(),
    });
  }

  /** Connects and makes a call over a connection of its own. Throws GrpcError UNAVAILABLE when nobody answers. */
  static async dial(target: GrpcChannelOptions, options: CallerOptions = {}): Promise<Caller> {
    const channel = await GrpcChannel.connect(target);
    const caller = new Caller(channel, options);
    caller.#ownsChannel = true;
    return caller;
  }
  /** How the call ended or is about to end. */
  get end(): CallEnd | undefined {
    return this.#center.end;
  }

  /** Where the endpoint broke the contract. */
  get violations(): readonly string[] {
    return this.#center.violations;
  }

  /** Everything the caller heard so far, from the first prompt on, gaps as silence. */
  get heard(): Audio {
    return this.#center.playout.heard();
  }

  /** Whether the endpoint takes voice, and whether it takes keys, as it said last. */
  get takes(): { readonly voice: boolean; readonly keys: boolean } {
    return { voice: this.#center.takesVoice, keys: this.#center.takesKeys };
  }

  /** Whether it is the caller's turn: everything is played, nothing is being waited for. */
  get isMyTurn(): boolean {
    return this.#center.callersTurn;
  }

  /** Whether a prompt is being played. */
  get listens(): boolean {
    return this.#center.playout.playing !== undefined;
  }

  /** Speaks as a person does: `piece` is what came since the last one, in the call's `format`; 400 ms of it may wait. */
  speakOn(piece: Uint8Array): void {
    this.#center.microphone.feed(piece, 400);
  }

  /** Speaks a recording now, whatever goes on; `speech` is in the call's `format`. */
  speakNow(speech: Uint8Array): void {
    this.#center.microphone.speak(speech);
  }

  /** Presses one key now. Returns whether anybody takes it. Throws RangeError for what no telephone has. */
  pressNow(key: string): boolean {
    return readKeys(key).map((digit) => this.#center.press(digit)).includes(true);
  }

  /** Starts the call with SESSION_START. */
  start(name = "call_start", parameters?: Record<string, unknown>): Promise<Reply> {
    const mark = this.#act();
    this.#center.sendEvent("start", InputEvent.SESSION_START, name, parameters);
    return this.#reply(mark, ["start"]);
  }

  /** Speaks; `speech` is in the call's `format`. */
  async say(speech: Uint8Array, { bargeInAtMs, onActed }: When = {}): Promise<Reply> {
    await this.#moment(bargeInAtMs);
    if (!this.#center.takesVoice) throw new CallError("Cannot speak: an endpoint that takes voice expected");
    const { playing } = this.#center.playout;
    const lengthMs = speech.length / bytesPerSample(this.format) * 1000 / this.format.sampleRate;
    const note = playing && !playing.bargeIn ? "not listened to: the prompt takes no barge-in" : "";
    this.#center.note({ kind: "call", what: `caller speaks ${showMs(lengthMs)}`, ...(note ? { note } : {}) });
    const mark = this.#act(onActed);
    this.#center.microphone.speak(speech);
    return await this.#reply(mark, ["voice", "silence"]);
  }

  /** Presses keys: 0-9, *, #, A-D. Throws RangeError for others, CallError when nobody takes any of them. */
  async press(keys: string, { bargeInAtMs, onActed }: When = {}): Promise<Reply> {
    const digits = readKeys(keys);
    await this.#moment(bargeInAtMs);
    const mark = this.#act(onActed);
    let taken = 0;
    for (const [at, digit] of digits.entries()) {
      if (at > 0) await sleep(this.clock, BETWEEN_KEYS_MS);
      if (this.#center.press(digit)) taken++;
    }
    if (taken === 0) throw new CallError("Cannot press keys: an endpoint that takes them now expected");
    return await this.#reply(mark, ["keys", "silence"]);
  }

  /** Says nothing until the endpoint is told so with NO_INPUT. */
  async staySilent(): Promise<Reply> {
    await this.myTurn();
    const mark = this.#act();
    if (this.#center.noInputMs === 0) {
      await sleep(this.clock, SILENCE_MS);
      if (this.#center.callersTurn) this.#center.noInput();
    }
    return await this.#reply(mark, ["silence"]);
  }

  /** Sends a CUSTOM_EVENT of the flow's. */
  async sendCustom(name: string, parameters?: Record<string, unknown>): Promise<Reply> {
    await this.myTurn();
    const mark = this.#act();
    this.#center.sendEvent("custom", InputEvent.CUSTOM_EVENT, name, parameters);
    return await this.#reply(mark, ["custom"]);
  }

  /** Hangs up, whatever goes on. */
  hangUp(): Promise<Reply> {
    const mark = this.#act();
    this.#center.hangUp();
    return this.#reply(mark, ["hang_up"]);
  }

  /** Lets so many ms of the call pass. */
  wait(ms: number): Promise<void> {
    return sleep(this.clock, ms);
  }

  /** Resolves when it is the caller's turn: all is said and played. Throws CallError when the call has ended instead. */
  async myTurn(): Promise<void> {
    await this.#until("a turn", () => this.#center.callersTurn || this.#center.end);
    this.#goesOn();
  }

  /** Resolves when the call has ended and its last prompt is played. */
  async over(): Promise<CallEnd> {
    await this.#until("the end of the call", () => this.#center.over);
    return this.#center.end!;
  }

  /** Opens an RPC with the call's metadata, for sequences that no contact center would send. */
  openRpc(): CallerRpc {
    return this.#center.openRpc();
  }

  /** Leaves the call as it stands: cancels what is open. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#center[Symbol.dispose]();
    if (this.#ownsChannel) await this.channel[Symbol.asyncDispose]();
  }

  #act(onActed?: () => void): number {
    this.#acted = { atMs: this.clock.now(), mark: this.replies.length };
    onActed?.();
    return this.#acted.mark;
  }

  /** Waits for the moment to act: the caller's turn, or a moment in the prompt that follows what the caller did last. */
  async #moment(bargeInAtMs: number | undefined): Promise<void> {
    if (bargeInAtMs === undefined) return await this.myTurn();
    const { playout } = this.#center;
    const { atMs, mark } = this.#acted;
    await this.#until("a prompt", () => {
      const plays = playout.playing && playout.startedAt >= atMs;
      return plays || (this.replies.length > mark && this.#center.callersTurn) || this.#center.end;
    });
    if (!this.end) await sleep(this.clock, Math.max(0, playout.startedAt + bargeInAtMs - this.clock.now()));
    this.#goesOn();
  }

  #goesOn(): void {
    if (this.end) throw new CallError(`Cannot go on: a call that goes on expected: received ${this.end}`);
  }

  /** Waits for the first reply behind `mark` to one of these; a line that was closed without a word is none. */
  #reply(mark: number, purposes: readonly Purpose[]): Promise<Reply> {
    const waitsFor = `an answer (${purposes[0]})`;
    return this.#until(waitsFor, () => {
      const reply = this.replies.slice(mark).find(({ purpose, outcome, heardOut }) =>
        outcome === "failed" ||
        (purposes.includes(purpose) && (purpose !== "voice" || heardOut || outcome !== "nothing"))
      );
      if (reply) return reply;
      if (this.#center.over) throw new CallError(`Cannot get ${waitsFor}: the call has ended: ${this.#center.end}`);
    });
  }

  /** Resolves with the first truthy value that `look` returns, asked after every change. */
  #until<T>(waitsFor: string, look: () => T | undefined | false | ""): Promise<T> {
    return new Promise((resolve, reject) => {
      let callOff = () => {};
      const settle = (act: () => void) => {
        callOff();
        this.#waiters.delete(check);
        act();
      };
      const check = () => {
        try {
          const found = look();
          if (found) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const lose = () => {
        const patience = this.#activeAt + this.#patienceMs - this.#realClock.now();
        if (patience > 0 || this.#busy()) {
          callOff = this.#realClock.setTimer(Math.max(patience, 100), lose);
        } else {
          const received = `nothing within ${this.#patienceMs} ms`;
          settle(() => reject(new CallError(`Cannot wait for ${waitsFor}: received ${received}`)));
        }
      };
      this.#activeAt = this.#realClock.now();
      callOff = this.#realClock.setTimer(this.#patienceMs, lose);
      this.#waiters.add(check);
      check();
    });
  }

  /** Whether the call stands still for a reason of its own. */
  #busy(): boolean {
    const { playout, microphone, callersTurn, noInputMs } = this.#center;
    return playout.playing !== undefined || microphone.speaking || (callersTurn && noInputMs > 0);
  }

  #changed(): void {
    this.#activeAt = this.#realClock.now();
    for (const check of [...this.#waiters]) check();
    this.#onChange?.();
  }
}

function sinceNow(clock: Clock): Clock {
  const origin = clock.now();
  return {
    now: () => clock.now() - origin,
    date: () => clock.date(),
    setTimer: (ms, fire) => clock.setTimer(ms, fire),
    nextTurn: () => clock.nextTurn(),
  };
}
