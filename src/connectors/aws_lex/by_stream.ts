import type { CallerInput } from "../../call/input.ts";
import { type AgentOutput, ENDS_CALL } from "../../call/output.ts";
import { Queue } from "../../lib/queue.ts";
import { type LexFields, readAnswer } from "./answer.ts";
import { Ear } from "./ear.ts";
import { LexFailure } from "./failure.ts";
import { Playout } from "./playout.ts";
import { type LexEvent, LexStream } from "./stream.ts";
import { answerSilence, askAndSay, entryOf, falter, filler, spoken, type Talk, textOf } from "./talk.ts";
import { Voice } from "./voice.ts";
import { wordsOf } from "./wording.ts";

/** What moves the talk on: what Lex says, what the caller does besides speaking and pressing keys, and time. */
type Happening =
  | LexEvent
  | Extract<CallerInput, { type: "started" | "silence" | "custom" }>
  | { readonly type: "late" }
  | { readonly type: "overdue" }
  /** Lex has decided, and says nothing about it. */
  | { readonly type: "wordless" }
  | { readonly type: "over" };

type Outputs = AsyncGenerator<AgentOutput, void, void>;

/** Happenings that may wait while the caller's side is slow; then Lex waits. */
const MOST_WAITING = 64;
/** How long after a decision its words may begin to come, in ms. */
const WORDLESS_MS = 1500;
/** The first pause before a lost stream is opened again, in ms; each next is twice as long. */
const FIRST_PAUSE_MS = 100;
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
  readonly #ear: Ear;
  readonly #playout: Playout;
  readonly #welcomed = Promise.withResolvers<void>();
  #stream: LexStream | undefined;
  /** Answers that the caller waits for. */
  #owed = 0;
  /** What has come of the answer that is coming. */
  #fields: LexFields = {};
  #voice: Voice | undefined;
  /** How often in a row the stream was lost. */
  #losses = 0;
  #closed = false;
  /** The caller's side is done, and only answers are still to come. */
  #lastWords = false;
  #roomAgain = () => {};
  #callOffWaiting = () => {};
  #callOffWordless = () => {};
  #callOffOpening = () => {};

  constructor(readonly talk: Talk) {
    this.#happenings = new Queue<Happening>(MOST_WAITING, () => this.#roomAgain());
    this.#ear = new Ear(talk.clock);
    this.#playout = new Playout(talk.clock);
    talk.call.signal.addEventListener("abort", this.#over);
  }

  /** Takes what the caller does, as it comes: sound and keys go on to Lex at once. */
  async listen(caller: AsyncIterable<CallerInput>): Promise<void> {
    for await (const input of caller) {
      if (this.#closed) return;
      this.#take(input);
      if (input.type === "started") await this.#welcomed.promise;
    }
    this.#lastWords = true;
    if (this.#owed === 0 || this.talk.call.signal.aborted) this.#over();
  }

  async *outputs(): Outputs {
    for await (const happening of this.#happenings) {
      if (happening.type === "over") return;
      yield* this.#act(happening);
      if (this.#lastWords && this.#owed === 0 && this.#happenings.size === 0) return;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.talk.call.signal.removeEventListener("abort", this.#over);
    this.#welcomed.resolve();
    this.#callOffWaiting();
    this.#callOffWordless();
    this.#callOffOpening();
    this.#playout.stop();
    this.#ear[Symbol.dispose]();
    await this.#happenings.return();
    await this.#stream?.close();
  }

  readonly #over = () => void this.#happenings.push({ type: "over" });

  #take(input: CallerInput): void {
    switch (input.type) {
      case "audio":
        this.talk.audioLog?.heard(input.audio);
        return this.#ear.hear(input.audio.data);
      case "speech_started":
        return this.#cutIn();
      case "speech_ended":
        this.#ear.flush();
        return this.#owe();
      case "keys_started":
        this.#cutIn();
        return this.#ear.close();
      case "keys":
        return this.#press(input);
      case "hung_up":
        return this.#over();
      case "started":
      case "silence":
      case "custom":
        this.#happenings.push(input);
    }
  }

  /** Whatever was playing has stopped. */
  #cutIn(): void {
    this.talk.dialogue.silences = 0;
    const known = this.#stream !== undefined; // the welcome was said before there was a stream
    const cut = this.#playout.stop();
    const stream = this.#lendEar();
    if (known && cut) stream.playedOut();
  }

  /** Lets Lex hear the caller. */
  #lendEar(): LexStream {
    const stream = this.#stream ??= this.#newStream();
    this.#ear.open((audio) => stream.audio(audio));
    return stream;
  }

  #press(input: Extract<CallerInput, { type: "keys" }>): void {
    const { dialogue: { rules: { expects, deletionKey } }, config } = this.talk;
    const digits = entryOf(input, deletionKey);
    const stream = this.#lendEar();
    if (digits === "") return void this.#happenings.push({ type: "silence" });
    this.#owe();
    for (const digit of digits) stream.key(digit);
    const end = expects.terminator ?? config.input?.terminator ?? END_KEY;
    if (end !== "" && !digits.endsWith(end) && digits.length !== expects.keyCount) stream.key(end);
  }

  /** The caller waits for an answer from now on. */
  #owe(): void {
    this.#owed++;
    this.#callOffWaiting();
    const { clock, config } = this.talk;
    const callOffs = [clock.setTimer(config.timeout * 1000, () => this.#happenings.push({ type: "overdue" }))];
    if (config.filler_after_ms > 0) {
      callOffs.push(clock.setTimer(config.filler_after_ms, () => this.#happenings.push({ type: "late" })));
    }
    this.#callOffWaiting = () => callOffs.forEach((callOff) => callOff());
  }

  #newStream(): LexStream {
    this.#callOffOpening();
    const { session, options } = this.talk.asker;
    const stream = new LexStream(session, options, (event) => {
      if (this.#stream !== stream || this.#happenings.push(event)) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#roomAgain = resolve;
      return promise;
    });
    return stream;
  }

  async *#act(happening: Exclude<Happening, { type: "over" }>): Outputs {
    const { talk } = this;
    switch (happening.type) {
      case "started":
        yield* this.#played(askAndSay(talk, { text: talk.config.initial_trigger_text, ours: true }));
        this.#welcomed.resolve();
        return this.#playout.whenPlayed(() => void this.#lendEar());
      case "silence":
        this.#lendEar();
        return yield* answerSilence(talk);
      case "custom":
        return yield talk.dialogue.listening();
      case "interrupted":
        return yield* this.#interrupted(happening.by);
      case "understood":
        this.#fields = { ...this.#fields, heard: happening.heard };
        if (talk.config.end_of_speech === "gateway" || happening.heard === "") return;
        yield { type: "heard", what: "speech_ended" };
        return await talk.clock.nextTurn(); // until the conversation's own word on it has come in
      case "decided":
        this.#fields = { ...this.#fields, ...happening.fields };
        return this.#awaitWords();
      case "worded":
        this.#fields = { ...this.#fields, messages: happening.messages };
        if (talk.config.response_content_type !== "audio/pcm") return yield* this.#complete();
        return this.#awaitWords();
      case "spoke":
        return yield* this.#speak(happening.data);
      case "spoken_out":
        if (this.#voice) yield* this.#complete();
        return;
      case "wordless":
        return yield* this.#complete();
      case "late":
        if (this.#owed > 0 && !this.#voice) yield filler(talk);
        return;
      case "overdue":
        if (this.#owed === 0) return;
        this.#owed--;
        return yield* falter(talk, new LexFailure("lex_timeout", `it took more than ${talk.config.timeout} s`));
      case "lost":
        return yield* this.#lost(happening.failure);
    }
  }

  /** Says what was asked for in another way, and reckons how long it plays. */
  async *#played(outputs: Outputs): Outputs {
    for await (const output of outputs) {
      if (output.type === "say" && output.audio) this.#playout.sent(output.audio.data.length / 8);
      yield output;
    }
  }

  #awaitWords(): void {
    this.#callOffWordless();
    this.#callOffWordless = this.talk.clock.setTimer(
      WORDLESS_MS,
      () => this.#happenings.push({ type: "wordless" }),
    );
  }

  async *#speak(data: Uint8Array): Outputs {
    if (!this.#voice) {
      this.#callOffWaiting();
      this.#callOffWordless();
      yield* this.#closeStale();
      this.#voice = new Voice(this.talk.dialogue.mayInterrupt(readAnswer(this.#fields)));
    }
    const before = this.#voice.saidMs;
    const say = this.#voice.say(data);
    if (!say) return;
    this.#playout.sent(this.#voice.saidMs - before);
    yield* spoken(this.talk, say);
  }

  /** An answer belongs to what the caller did last: what came before gets none any more. */
  *#closeStale(): Generator<AgentOutput> {
    for (; this.#owed > 1; this.#owed--) yield this.talk.dialogue.listening();
  }

  /** The answer is there: says what has no voice, and closes it. */
  async *#complete(): Outputs {
    const { talk } = this;
    this.#callOffWaiting();
    this.#callOffWordless();
    yield* this.#closeStale();
    const answer = readAnswer(this.#fields);
    const voice = this.#forget();
    const rest = voice?.rest();
    if (rest) yield* spoken(talk, rest);
    const unspoken = voice ? [] : textOf(wordsOf(answer.messages), talk.dialogue.mayInterrupt(answer));
    yield* unspoken;
    talk.dialogue.lastWords = voice?.said ?? unspoken;
    this.#losses = 0;
    talk.asker.tell("lex answered", answer);
    yield talk.dialogue.close(answer);
    this.#owed = Math.max(0, this.#owed - 1);
    this.#playout.whenPlayed(() => this.#stream?.playedOut());
  }

  /** Lets go of what has come of an answer. Returns its voice. */
  #forget(): Voice | undefined {
    const voice = this.#voice;
    this.#voice = undefined;
    this.#fields = {};
    return voice;
  }

  async *#interrupted(by: "voice" | "keys"): Outputs {
    this.#playout.stop();
    const speaking = this.#forget() !== undefined;
    if (by === "voice") yield { type: "heard", what: "speech_started" };
    if (!speaking || this.#owed === 0) return;
    this.#owed--;
    yield this.talk.dialogue.listening();
  }

  /** A stream that was lost is opened again; what the caller had said is not said again, as Lex may have taken it. */
  async *#lost(failure: LexFailure): Outputs {
    const { talk } = this;
    this.#ear.close();
    this.#stream = undefined;
    if (++this.#losses > talk.config.max_retries || !failure.passes) throw failure;
    const pauseMs = FIRST_PAUSE_MS * 2 ** (this.#losses - 1);
    this.#callOffOpening = talk.clock.setTimer(pauseMs, () => void this.#lendEar());
    if (this.#voice) {
      yield { type: "faltered", code: failure.code };
      return yield* this.#complete();
    }
    this.#callOffWaiting();
    this.#callOffWordless();
    this.#forget();
    if (this.#owed === 0) return yield { type: "faltered", code: failure.code };
    yield* this.#closeStale();
    this.#owed = 0;
    yield* falter(talk, failure);
  }
}
