import type { AudioFormat } from "../audio/format.ts";
import type { SpeechOptions } from "../audio/speech.ts";
import type { Clock } from "../lib/clock.ts";
import { codeOf, type ErrorCode } from "../lib/error_codes.ts";
import { Queue } from "../lib/queue.ts";
import { CallView } from "./call_view.ts";
import { AgentFailure, type CallDetails, type Connector } from "./connector.ts";
import type { ConversationOptions } from "./conversation_options.ts";
import type { NamedConnector } from "./directory.ts";
import type { CallerTurn, CallHappening, CallOutcome } from "./event.ts";
import { Discretion } from "./discretion.ts";
import { type CallerInput, EXPECTS_REPLY } from "./input.ts";
import { type HandOff, Keepsakes } from "./keepsakes.ts";
import {
  type AgentAct,
  type AgentNote,
  ENDS_CALL,
  type HangUp,
  type InputExpectation,
  type Transfer,
} from "./output.ts";
import type { CallRecorder } from "./recorder.ts";
import { Turn, type TurnHost, type TurnSink, type TurnStep } from "./turn.ts";

const CALLER_TURN: { readonly [T in CallerInput["type"]]?: CallerTurn } = {
  started: "start",
  speech_ended: "voice",
  utterance: "voice",
  keys: "keys",
  silence: "silence",
  custom: "custom",
};

/** Answers that may be owed at a time: a caller waits for one, and for a few more who goes on before it comes. */
const MOST_OWED = 16;

/**
 * One call. It outlives the streams that carry it: over gRPC, Webex opens one
 * stream for each turn, and the next may open while the last is still being
 * answered; over WebSocket it opens one for the whole call.
 */
export class Conversation implements TurnHost {
  readonly clock: Clock;
  readonly hears: Connector["hears"];
  readonly speech: SpeechOptions;
  readonly maxUtteranceMs: number;
  /** How the caller's audio came last: a wire may leave that unsaid. */
  format: AudioFormat;
  /** The call as its connector sees it. */
  readonly call: CallView;
  /** When the call came in, in ms since 1970. */
  readonly startedAt: number;
  /** Records the call, if it is recorded. */
  readonly recorder: CallRecorder | undefined;
  /** Turns opened so far. */
  turns = 0;
  readonly #since: number;
  #active: number;
  /** Turns that are open, the oldest first. */
  #open: Turn[] = [];
  /** Turns in the order in which their answers will come. One that has closed keeps its place: its answer is let go. */
  #owed: Turn[] = [];
  #inbox: Queue<CallerInput>;
  /** An end that nobody has heard yet. */
  #unheard: AgentAct[] = [];
  /** What the agent was ready to take when it last listened. */
  #expects: Partial<InputExpectation> = {};
  readonly #discretion: Discretion;
  readonly #keepsakes: Keepsakes;
  #ended = false;
  #welcomed = false;
  /** The caller's side can go on as often as it likes: that the agent lags behind is said once. */
  #saidBehind = false;
  #turnOpened: (() => void) | undefined;
  #callOffAnswerTimer: (() => void) | undefined;

  constructor(
    details: CallDetails,
    readonly connector: NamedConnector,
    readonly options: ConversationOptions,
    /** Called once, when the call is over and the caller's side knows it. */
    readonly onOver: (call: Conversation) => void,
    /** The agent as it was asked for: by its id, by its place in the list, or "" for whoever answers. */
    readonly askedFor: string = details.agentId,
  ) {
    this.clock = options.clock;
    this.hears = connector.connector.hears;
    this.speech = options.speech;
    this.maxUtteranceMs = options.maxUtteranceMs;
    this.format = options.format;
    this.#discretion = new Discretion(options.redactor, options.sensitive);
    this.call = new CallView(details, this.#discretion);
    this.#keepsakes = new Keepsakes(options.keep, options.redactor);
    this.startedAt = options.clock.date();
    this.#since = this.#active = options.clock.now();
    this.#inbox = new Queue<CallerInput>(options.inboxSize, () => this.#open.forEach((turn) => turn.sink.resume()));
    const { trackingId, language } = details;
    const handedAlong = this.#keepsakes.handedAlong(details);
    this.#tell({ type: "call_started", connector: connector.id, trackingId, language, ...handedAlong });
    this.recorder = options.record?.({
      call: details,
      since: this.#since,
      sensitive: () => this.#discretion.sensitive,
      started: (file) => this.#tell({ type: "recording_started", file }),
    });
    this.#converse();
  }

  /** The turns that are open, by number. */
  openTurnNumbers(): number[] {
    return this.#open.map(({ number }) => number);
  }

  /** What the agent is ready to take, as far as it has said so. */
  get expects(): Partial<InputExpectation> {
    return this.#expects;
  }

  /** Whether the call has ended; the caller's side may not know it yet. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether the agent has begun to speak. */
  get welcomed(): boolean {
    return this.#welcomed;
  }

  /** The caller's language: Webex names it with the audio, not when the call starts. */
  get language(): string {
    return this.call.language;
  }

  set language(language: string) {
    this.call.language = language;
  }

  /** How long the call has lasted, in ms. */
  ageMs(): number {
    return this.options.clock.now() - this.#since;
  }

  /** How long nothing has been heard from the caller's side, in ms, as exactly as this is asked often. */
  idleMs(): number {
    const now = this.options.clock.now();
    for (const turn of this.#open) {
      if (turn.heard) this.#active = now;
      turn.heard = false;
    }
    return now - this.#active;
  }

  /** Opens the next turn. More than one may be open. */
  openTurn(sink: TurnSink): Turn {
    this.#active = this.options.clock.now();
    const turn = new Turn(this, sink, ++this.turns);
    this.#open.push(turn);
    this.#tell({ type: "turn_opened", turn: turn.number });
    if (this.#ended) {
      for (const output of this.#unheard.splice(0)) turn.put(output);
      turn.close();
      this.#leave();
    } else {
      this.#turnOpened?.();
    }
    return turn;
  }

  /** The caller has left. */
  hangUp(reason: string): void {
    this.recorder?.finish(true);
    if (this.#ended) return this.#forget();
    this.#inbox.push({ type: "hung_up", reason });
    for (const turn of this.#owed) if (turn.spoken) turn.put({ type: "cut_short" });
    this.#end("caller_hung_up", reason);
  }

  /** Nobody has been heard for too long, or the call has lasted too long. */
  timeOut(reason: string): void {
    if (this.#ended) this.#forget();
    else this.#deliver({ type: "hang_up", reason }, "timed_out");
  }

  /** Somebody ends the call from outside. Returns false for one that has ended already. */
  end(): boolean {
    return this.#interfere({ type: "hang_up", reason: "ended_by_operator" }, "ended_by_operator");
  }

  /** Somebody hands the caller to a human from outside. Returns false for a call that has ended already. */
  transfer(): boolean {
    return this.#interfere({ type: "transfer", reason: "transferred_by_operator" }, "transferred_by_operator");
  }

  /** The gateway has to stop: the caller is handed to a human. */
  stop(): void {
    if (this.#ended) return;
    this.#deliver({ type: "transfer", reason: "gateway_stopped" }, "gateway_stopped");
  }

  pass(input: CallerInput): boolean {
    return this.#inbox.push(input);
  }

  mayOwe(turn: Turn): boolean {
    const speaking = this.#open.filter((other) => other !== turn && other.speaking).length;
    if (this.#owed.length + speaking < MOST_OWED) return true;
    if (!this.#saidBehind) {
      const { call: { id: call }, connector: { id: connector } } = this;
      this.options.log.warn("agent behind", { code: "AGENT-BEHIND" satisfies ErrorCode, call, connector });
    }
    this.#saidBehind = true;
    return false;
  }

  ask(turn: Turn, input: CallerInput): void {
    this.#tell({ type: "caller_turn", turn: turn.number, by: CALLER_TURN[input.type]! });
    if (EXPECTS_REPLY[input.type]) {
      this.#discretion.asked(input);
      turn.owed++;
      turn.askedAt ??= this.options.clock.now();
      this.#owed.push(turn);
      if (this.#owed.length === 1) this.#timeAnswer();
    }
    this.#inbox.push(input);
  }

  interrupt(goesOn?: Turn): void {
    this.recorder?.interrupted();
    for (const turn of this.#owed) {
      if (turn === goesOn || !turn.open) continue;
      this.#tell({ type: "answer_cut_short", turn: turn.number });
      turn.put({ type: "cut_short" });
      turn.close();
    }
  }

  mark(turn: Turn, step: TurnStep): void {
    this.#tell({ type: step, turn: turn.number });
  }

  turnClosed(turn: Turn, cancelled: boolean): void {
    this.#open = this.#open.filter((other) => other !== turn);
    this.#active = this.options.clock.now();
    const { number, frames, audio } = turn;
    this.#tell({ type: "turn_closed", turn: number, cancelled, frames, ...(audio && { audio }) });
  }

  async #converse(): Promise<void> {
    try {
      for await (const output of this.connector.connector.converse(this.call, this.#inbox)) {
        if (output.type === "heard" || output.type === "faltered") {
          this.#note(output);
          continue;
        }
        while (!this.#ended && !this.#place(output)) await this.#turnToSpeakOn();
        if (this.#ended) return;
        await this.#deliver(this.#discretion.mask(output));
        if (this.#ended) return;
      }
      if (!this.#ended) this.#deliver({ type: "hang_up", reason: "agent_left" });
    } catch (error) {
      this.#fail(error instanceof AgentFailure ? error.code : "agent_error", error);
    }
  }

  #note(note: AgentNote): void {
    if (this.#ended) return;
    if (note.type === "heard") this.#open.at(-1)?.agentHeard(note.what);
    else this.#tell({ type: "agent_faltered", code: note.code });
  }

  #turnToSpeakOn(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turnOpened = resolve;
    return promise;
  }

  /** Where an output goes: to the turn that waits longest; else to the newest that is open; an end can wait for one. */
  #place(output: AgentAct): Turn | "nowhere" | undefined {
    const waiting = this.#owed[0];
    if (waiting?.open) return waiting;
    if (waiting && !ENDS_CALL[output.type]) return "nowhere";
    const newest = this.#open.at(-1);
    if (newest) return output.type === "listening" && !newest.spoken ? "nowhere" : newest;
    return ENDS_CALL[output.type] || output.type === "listening" ? "nowhere" : undefined;
  }

  #deliver(output: AgentAct, outcome?: CallOutcome): Promise<void> | undefined {
    const place = this.#place(output);
    const turn = place instanceof Turn ? place : undefined;
    if (turn && turn === this.#owed[0]) this.#answering(turn);
    this.#welcomed ||= turn !== undefined && output.type === "say";
    const room = turn?.put(output);
    if (ENDS_CALL[output.type]) {
      if (!turn) this.#unheard.push(output);
      const { reason = "", ...beside } = output as Transfer | HangUp;
      const kept = this.#keepsakes.handOff(beside);
      this.#end(outcome ?? (output.type === "transfer" ? "transferred" : "ended_by_agent"), reason, kept);
      return;
    }
    if (output.type === "listening") {
      const remarks = this.#keepsakes.remarks(output);
      const about = this.#owed[0] ?? turn;
      if (remarks && about) this.#tell({ type: "agent_remarked", turn: about.number, ...remarks });
      this.#expects = output.expects ?? {};
      this.#discretion.listens(this.#expects);
      const answered = this.#owed.shift();
      if (answered) answered.owed--;
      if (turn?.owed === 0) turn.close();
    }
    this.#timeAnswer();
    return room;
  }

  /** Tells, once an answer, how long the caller has waited for its first words. */
  #answering(turn: Turn): void {
    if (turn.askedAt === undefined) return;
    const waitedMs = Math.round((this.options.clock.now() - turn.askedAt) * 10) / 10;
    this.#tell({ type: "agent_turn", turn: turn.number, waitedMs });
    turn.askedAt = undefined;
  }

  #timeAnswer(): void {
    this.#callOffAnswerTimer?.();
    this.#callOffAnswerTimer = this.#owed.length === 0
      ? undefined
      : this.options.clock.setTimer(this.options.answerMs, () => this.#fail("agent_timeout"));
  }

  /** The agent cannot go on: the caller hears an apology, never the error, and is handed to a human. */
  #fail(code: string, error?: unknown): void {
    if (this.#ended) return;
    const name = error instanceof Error ? error.name : undefined;
    this.options.log.error("agent failed", {
      call: this.call.id,
      connector: this.connector.id,
      code: codeOf(code),
      error: name,
    });
    this.#tell({ type: "call_failed", code });
    const apology: AgentAct = {
      type: "say",
      audio: this.connector.connector.apology ?? this.options.apology,
      bargeIn: false,
      farewell: true,
    };
    const turn = this.#owed.find((turn) => turn.open) ?? this.#open.at(-1);
    if (turn) turn.put(apology);
    else this.#unheard.push(apology);
    this.#owed = turn ? [turn] : [];
    const known = error instanceof AgentFailure ? error.handOff : {};
    this.#deliver(this.#discretion.handOver(code, known), "agent_failed");
  }

  /** Ends the call from outside, in the middle of an answer too: what of it has not been sent is let go. */
  #interfere(output: Transfer | HangUp, outcome: CallOutcome): boolean {
    if (this.#ended) return false;
    for (const turn of this.#open) {
      turn.askedAt = undefined; // what comes now is no answer of the agent's
      turn.put({ type: "broken_off" });
    }
    this.#deliver(output, outcome);
    return true;
  }

  #end(outcome: CallOutcome, reason: string, kept: HandOff = {}): void {
    this.#ended = true;
    this.#callOffAnswerTimer?.();
    this.#owed = [];
    for (const turn of this.#open) turn.close();
    this.#inbox.close();
    this.call.end();
    this.#turnOpened?.();
    this.#tell({ type: "call_ended", outcome, reason, ...kept });
    if (this.#unheard.length === 0) this.#leave();
  }

  /** Nobody comes any more to hear the end. */
  #forget(): void {
    if (this.#unheard.splice(0).length > 0) this.#leave();
  }

  /** The call is over, and the caller's side knows it. */
  #leave(): void {
    this.recorder?.finish(false);
    this.onOver(this);
  }

  #tell(happening: CallHappening): void {
    const { id, orgId, agentId } = this.call;
    // Counted from the start: the time of day may be set while the call goes on.
    const at = this.startedAt + Math.round(this.ageMs());
    this.options.publish({ callId: id, orgId, agentId, at, ...happening });
  }
}
