import { Ear } from "./ear.ts";
import type { LexFailure } from "./failure.ts";
import { type LexEvent, LexStream } from "./stream.ts";
import type { Talk } from "./talk.ts";

/** The first pause before a lost stream is opened again, in ms; each next is twice as long. */
const FIRST_PAUSE_MS = 100;
/** A stream that has lasted so long is not lost in a row with the one before it, in ms. */
const STEADY_MS = 60_000;

/** One call's way to Lex: a stream at a time, opened anew when it was lost, and the ear that feeds it. */
export class Line {
  readonly #ear: Ear;
  #stream: LexStream | undefined;
  #openedAt = 0;
  /** How often in a row a stream was lost. */
  #losses = 0;
  #callOffOpening = () => {};
  /** Streams that are being left. */
  #leaving: Promise<unknown> = Promise.resolve();

  /** `deliver`: takes each event of the stream that stands; Lex waits while it does. It must not throw. */
  constructor(readonly talk: Talk, readonly deliver: (event: LexEvent) => void | Promise<void>) {
    this.#ear = new Ear(talk.clock);
  }

  /** The stream that stands, if one does. */
  get stream(): LexStream | undefined {
    return this.#stream;
  }

  /** Lets Lex hear the caller, on a new stream if none stands. */
  listen(): LexStream {
    this.#callOffOpening();
    const stream = this.#stream ??= this.#open();
    this.#ear.open((audio) => stream.audio(audio));
    return stream;
  }

  /** Takes a frame of the caller's; while Lex does not listen, its last half second is kept. */
  hear(data: Uint8Array): void {
    this.#ear.hear(data);
  }

  /** Lets no sound wait for more. */
  flush(): void {
    this.#ear.flush();
  }

  /** Lex hears nothing for now, though its stream stands. */
  hush(): void {
    this.#ear.close();
  }

  /** Lex has answered. */
  answered(): void {
    this.#losses = 0;
  }

  /** The stream is of no use any more. Throws the failure when that does not pass, or has come too often in a row. */
  lost(failure: LexFailure): void {
    const { clock, config, log, call } = this.talk;
    log.warn("lex stream lost", { call: call.id, code: failure.code, problem: failure.message });
    this.leave();
    if (clock.now() - this.#openedAt >= STEADY_MS) this.#losses = 0;
    if (++this.#losses > config.max_retries || !failure.passes) throw failure;
  }

  /** Opens a stream again, after a pause that grows. */
  reopen(): void {
    this.#callOffOpening();
    this.#callOffOpening = this.talk.clock.setTimer(
      FIRST_PAUSE_MS * 2 ** Math.max(0, this.#losses - 1),
      () => void this.listen(),
    );
  }

  /** Ends the stream, if one stands. Resolves once no stream is left. */
  async leave(): Promise<void> {
    this.#ear.close();
    this.#callOffOpening();
    const stream = this.#stream;
    this.#stream = undefined;
    this.#leaving = Promise.all([this.#leaving, stream?.close()]);
    await this.#leaving;
  }

  #open(): LexStream {
    const { asker: { session, options }, clock } = this.talk;
    this.#openedAt = clock.now();
    const stream = new LexStream(session, options, (event) => {
      if (this.#stream === stream) return this.deliver(event);
    });
    return stream;
  }
}
