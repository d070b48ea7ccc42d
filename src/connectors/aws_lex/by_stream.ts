import type { CallerInput } from "../../call/input.ts";
import { type AgentOutput, ENDS_CALL } from "../../call/output.ts";
import { Queue } from "../../lib/queue.ts";
import type { Question } from "./ask.ts";
import { ComingAnswer } from "./coming_answer.ts";
import { LexFailure } from "./failure.ts";
import { Line } from "./line.ts";
import { Waiting } from "./waiting.ts";
import { Playout } from "./playout.ts";
import type { LexEvent } from "./stream.ts";
import { answerCustom, answerSilence, askAndSay, entryOf, falter, filler, spoken, type Talk, textOf } from "./talk.ts";
import { wordsOf } from "./wording.ts";

/** What the caller does besides speaking and pressing keys. */
type Remark = Extract<CallerInput, { type: "started" | "silence" | "custom" }>;

/** What moves the talk on: what Lex says, what the caller does, and time. */
type Happening =
  | LexEvent
  | Remark
  | { readonly type: "late" }
  | { readonly type: "overdue" }
  /** Lex has decided, and says nothing about it. */
  | { readonly type: "wordless" }
  /** The stream was lost while the caller spoke, and the caller has finished. */
  | { readonly type: "missed"; readonly failure: LexFailure }
  | { readonly type: "over" };

type Outputs = AsyncGenerator<AgentOutput, void, void>;

/** Happenings that may wait while the caller's side is slow; then Lex waits. */
const MOST_WAITING = 64;
/** The key that ends an entry, unless the bot names another (Lex V2 developer guide, DTMF end character). */
const END_KEY = "#";

/** Holds a call on a stream: Lex hears the caller as the caller speaks, by StartConversation. The first turn is asked, as a stream takes no text. */
export async function* talkByStream(talk: Talk, caller: AsyncIterable<CallerInput>): Outputs {
  const call = new StreamedCall(talk);
  call.listen(caller);
  try {
    for await (const output of call.outputs()) {
      yield output;
      if (ENDS_CALL[output.type]) return;
    }
  } finally {
    await call.close();
  }
}

class StreamedCall {
  readonly #happenings: Queue<Happening>;
  readonly #line: Line;
  readonly #playout: Playout;
  readonly #waiting: Waiting;
  readonly #coming: ComingAnswer;
  /** Answers that the caller waits for. */
  #owed = 0;
  #callerSpeaks = false;
  /** Why Lex has not heard all of what the caller is saying. */
  #missed: LexFailure | undefined;
  #closed = false;
  /** The caller's side is done, and only answers are still to come. */
  #callerDone = false;
  #roomAgain = () => {};
  /** A remark of the caller's has been answered. */
  #attended = () => {};

  constructor(readonly talk: Talk) {
    const { clock, config } = talk;
    const happens = (happening: Happening) => this.#happenings.push(happening);
    this.#happenings = new Queue<Happening>(MOST_WAITING, () => this.#roomAgain());
    this.#line = new Line(talk, (event) => {
      if (happens(event)) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#roomAgain = resolve;
      return promise;
    });
    this.#playout = new Playout(clock);
    this.#coming = new ComingAnswer(clock, () => void happens({ type: "wordless" }));
    const patience = { fillerMs: config.filler_after_ms, answerMs: config.timeout * 1000 };
    this.#waiting = new Waiting(clock, patience, (what) => void happens({ type: what }));
    talk.call.signal.addEventListener("abort", this.#over);
  }

  /** Takes what the caller does, as it comes: sound and keys go on to Lex at once. */
  async listen(caller: AsyncIterable<CallerInput>): Promise<void> {
    for await (const input of caller) {
      if (this.#closed) return;
      await this.#take(input);
    }
    this.#callerDone = true;
    if (this.#owed === 0 || this.talk.call.signal.aborted) this.#over();
  }

  async *outputs(): Outputs {
    for await (const happening of this.#happenings) {
      if (happening.type === "over") return;
      yield* this.#act(happening);
      if (this.#callerDone && this.#owed === 0 && this.#happenings.size === 0) return;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.talk.call.signal.removeEventListener("abort", this.#over);
    this.#attended();
    this.#waiting.end();
    this.#coming.stopWaiting();
    this.#playout.stop();
    await this.#happenings.return();
    await this.#line.leave();
  }

  readonly #over = () => void this.#happenings.push({ type: "over" });

  /** Returns a promise where nothing more can be taken before Lex has answered. */
  #take(input: CallerInput): Promise<void> | void {
    switch (input.type) {
      case "audio":
        this.talk.audioLog?.heard(input.audio);
        return this.#line.hear(input.audio.data);
      case "speech_started":
        this.#callerSpeaks = true;
        return this.#cutIn();
      case "speech_ended":
        return this.#heardOut();
      case "keys_started":
        this.#callerSpeaks = false;
        this.#cutIn();
        return this.#line.hush();
      case "keys":
        return this.#press(input);
      case "hung_up":
        return this.#over();
      case "started":
      case "silence":
      case "custom":
        return this.#remark(input);
    }
  }

  /** What is asked by text, and what is said again, comes before what the caller does next. */
  #remark(remark: Remark): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#attended = resolve;
    this.#happenings.push(remark);
    return promise;
  }

  /** Whatever was playing has stopped. */
  #cutIn(): void {
    this.talk.dialogue.silences = 0;
    this.#missed = undefined;
    this.#tellPlayedOut(this.#playout.stop());
  }

  /** Lets Lex hear the caller. `told`: what is to be known on a stream that was open before, is that nothing plays any more. */
  #tellPlayedOut(told = true): void {
    const before = this.#line.stream;
    const stream = this.#line.listen();
    if (told && stream === before) stream.playedOut();
  }

  #heardOut(): void {
    const failure = this.#missed;
    this.#callerSpeaks = false;
    this.#missed = undefined;
    this.#line.flush();
    this.#owe();
    if (failure) this.#happenings.push({ type: "missed", failure });
  }

  #press(input: Extract<CallerInput, { type: "keys" }>): Promise<void> | void {
    const { dialogue: { rules: { expects, deletionKey } }, config } = this.talk;
    const digits = entryOf(input, deletionKey);
    const stream = this.#line.listen();
    if (digits === "") return this.#remark({ type: "silence" });
    this.#owe();
    for (const digit of digits) stream.key(digit);
    const end = expects.terminator ?? config.input?.terminator ?? END_KEY;
    if (end !== "" && !digits.endsWith(end) && digits.length !== expects.keyCount) stream.key(end);
  }

  /** The caller waits for an answer from now on. */
  #owe(): void {
    this.#owed++;
    this.#waiting.begin();
  }

  async *#act(happening: Exclude<Happening, { type: "over" }>): Outputs {
    const { talk } = this;
    switch (happening.type) {
      case "started":
      case "silence":
      case "custom":
        yield* this.#attend(happening);
        return this.#attended();
      case "interrupted":
        return yield* this.#interrupted(happening.by);
      case "understood":
        this.#coming.add({ heard: happening.heard });
        if (talk.config.end_of_speech === "gateway" || happening.heard === "") return;
        yield { type: "heard", what: "speech_ended" };
        return await talk.clock.nextTurn(); // until the conversation's own word on it has come in
      case "decided":
        this.#coming.add(happening.fields);
        return this.#coming.awaitWords();
      case "worded":
        this.#coming.add({ messages: happening.messages });
        if (talk.config.response_content_type !== "audio/pcm") return yield* this.#complete();
        return this.#coming.awaitWords();
      case "spoke":
        return yield* this.#speak(happening.data);
      case "spoken_out":
        if (this.#coming.voice) yield* this.#complete();
        return;
      case "wordless":
        return yield* this.#complete();
      case "late":
        if (this.#owed > 0 && !this.#coming.voice) yield filler(talk);
        return;
      case "overdue":
        return yield* this.#overdue();
      case "missed":
        this.#waiting.end();
        this.#line.reopen();
        return yield* this.#failed(happening.failure);
      case "lost":
        return yield* this.#lost(happening.failure);
    }
  }

  async *#attend(remark: Remark): Outputs {
    const { talk } = this;
    const ask = (question: Question) => this.#askAside(question);
    switch (remark.type) {
      case "started":
        yield* this.#played(ask({ text: talk.config.initial_trigger_text, from: "gateway" }));
        break;
      case "silence":
        yield* this.#played(answerSilence(talk, ask));
        break;
      case "custom":
        yield* this.#played(answerCustom(talk, remark, ask));
    }
    if (!this.#closed) this.#playout.whenPlayed(() => this.#tellPlayedOut());
  }

  /** Asks by text, for which Lex wants the session for itself. */
  async *#askAside(question: Question): Outputs {
    await this.#line.leave();
    yield* askAndSay(this.talk, question);
  }

  /** Says what was asked for in another way, and reckons how long it plays. */
  async *#played(outputs: Outputs): Outputs {
    for await (const output of outputs) {
      if (output.type === "say" && output.audio) this.#playout.sent(output.audio.data.length / 8);
      yield output;
    }
  }

  async *#speak(data: Uint8Array): Outputs {
    const { talk } = this;
    this.#waiting.end();
    this.#coming.stopWaiting();
    if (!this.#coming.voice) yield* this.#closeStale();
    const voice = this.#coming.voice ?? this.#coming.beginVoice(talk.dialogue.mayInterrupt(this.#coming.answer));
    const before = voice.saidMs;
    const say = voice.say(data);
    if (say) {
      this.#playout.sent(voice.saidMs - before);
      yield* spoken(talk, say);
    }
    if (!this.#closed) this.#waiting.goOn();
  }

  /** An answer belongs to what the caller did last: what came before gets none any more. */
  *#closeStale(): Generator<AgentOutput> {
    for (; this.#owed > 1; this.#owed--) yield this.talk.dialogue.listening();
  }

  /** The answer is there: says what has no voice, and closes it. */
  async *#complete(): Outputs {
    const { talk } = this;
    this.#waiting.end();
    this.#coming.stopWaiting();
    yield* this.#closeStale();
    const { answer, voice } = this.#coming;
    this.#coming.forget();
    const rest = voice?.rest();
    if (rest) yield* spoken(talk, rest);
    const unspoken = voice ? [] : textOf(wordsOf(answer.messages), talk.dialogue.mayInterrupt(answer));
    yield* unspoken;
    talk.dialogue.lastWords = voice?.said ?? unspoken;
    this.#line.answered();
    talk.asker.tell("lex answered", answer);
    yield talk.dialogue.close(answer, this.#owed > 0 || answer.heard !== "" ? "caller" : "nobody");
    this.#owed = Math.max(0, this.#owed - 1);
    this.#playout.whenPlayed(() => this.#tellPlayedOut());
  }

  async *#interrupted(by: "voice" | "keys"): Outputs {
    const { voice } = this.#coming;
    if (voice && !voice.bargeIn) return; // Webex plays it to the end
    this.#playout.stop();
    this.talk.dialogue.cutShort(this.#coming.answer);
    this.#coming.forget();
    if (by === "voice") yield { type: "heard", what: "speech_started" };
    if (!voice) return;
    if (this.#owed > 1) this.#waiting.begin();
    else this.#waiting.end();
    if (this.#owed === 0) return;
    this.#owed--;
    yield this.talk.dialogue.listening();
  }

  /** Lex lets the caller wait: a stream that may be dead is of no use, and an answer that comes now is of none either. */
  async *#overdue(): Outputs {
    if (!this.#waiting.overdue) return; // it has come since
    yield* this.#lost(new LexFailure("lex_timeout", `it took more than ${this.talk.config.timeout} s`));
  }

  /** A stream that was lost is opened again; what the caller had said is not said again, as Lex may have taken it. */
  async *#lost(failure: LexFailure): Outputs {
    this.#line.lost(failure);
    this.#waiting.end();
    this.#coming.stopWaiting();
    const spoke = this.#coming.voice !== undefined;
    if (this.#callerSpeaks && !spoke) {
      this.#missed = failure;
      return;
    }
    this.#line.reopen();
    if (spoke) {
      yield { type: "faltered", code: failure.code };
      return yield* this.#complete();
    }
    this.#coming.forget();
    if (this.#owed === 0) return yield { type: "faltered", code: failure.code };
    yield* this.#failed(failure);
  }

  /** The caller waits for an answer that will not come. */
  async *#failed(failure: LexFailure): Outputs {
    yield* this.#closeStale();
    this.#owed = 0;
    yield* this.#played(falter(this.talk, failure));
    if (!this.#closed) this.#playout.whenPlayed(() => this.#tellPlayedOut());
  }
}
