import type { Audio } from "../../audio/format.ts";
import type { CallInfo } from "../../call/connector.ts";
import type { CallerInput } from "../../call/input.ts";
import type { AgentOutput, Say } from "../../call/output.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Asker, Question, Reply } from "./ask.ts";
import type { AudioLog } from "./audio_log.ts";
import type { Dialogue } from "./dialogue.ts";
import { type LexFailure, lexFailure } from "./failure.ts";
import type { LexConfig } from "./options.ts";
import { type FlowEvent, wordsForEvent } from "./session.ts";
import { Voice } from "./voice.ts";
import { wordsOf } from "./wording.ts";

/** Everything that one call with a bot goes by. */
export interface Talk {
  readonly call: CallInfo;
  readonly config: LexConfig;
  readonly dialogue: Dialogue;
  readonly asker: Asker;
  readonly bridges: { readonly filler: Audio; readonly sayAgain: Audio };
  readonly audioLog: AudioLog | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

type Outputs = AsyncGenerator<AgentOutput, void, void>;

/** Asks Lex, says its answer, and closes it. */
export async function* askAndSay(talk: Talk, question: Question): Outputs {
  let reply: Reply;
  try {
    reply = yield* bridged(talk, talk.asker.ask(question, talk.call.signal));
  } catch (error) {
    if (talk.call.signal.aborted) return;
    return yield* falter(talk, lexFailure(error, "lex_answer_lost"));
  }
  const { answer, audio } = reply;
  const voice = new Voice(talk.dialogue.mayInterrupt(answer));
  let lost: LexFailure | undefined;
  try {
    for await (const data of audio) {
      const say = voice.say(data);
      if (say) yield* spoken(talk, say);
    }
  } catch (error) {
    lost = lexFailure(error, "lex_answer_lost");
  }
  const rest = voice.rest();
  if (rest) yield* spoken(talk, rest);
  if (lost) yield { type: "faltered", code: lost.code };
  const unspoken = voice.saidMs === 0 ? textOf(wordsOf(answer.messages), voice.bargeIn) : [];
  yield* unspoken;
  talk.dialogue.lastWords = voice.saidMs === 0 ? unspoken : voice.said;
  yield talk.dialogue.close(answer, "text" in question ? question.from : "caller");
}

/** A way to ask Lex, say its answer, and close it. */
export type Ask = (question: Question) => Outputs;

/** The caller has said nothing: hears the bot's last words again, or what Lex makes of `silence_text`, until it has been too often. */
export async function* answerSilence({ dialogue, config }: Talk, ask: Ask): Outputs {
  const end = dialogue.silent();
  if (end) return yield end;
  if (config.silence_text !== "") return yield* ask({ text: config.silence_text, from: "gateway" });
  yield* dialogue.lastWords;
  yield dialogue.listening();
}

/** The flow has sent an event: Lex is told what `custom_events` makes of it, and nothing without a line for it. */
export async function* answerCustom({ call, config, dialogue, log }: Talk, event: FlowEvent, ask: Ask): Outputs {
  const words = wordsForEvent(event, call, config);
  if (words) return yield* ask({ ...words, from: "flow" });
  log.info("custom event not told to lex: custom_events has no line for it", { call: call.id });
  yield dialogue.listening();
}

/** The ladder of failures: the caller is asked to say it again, until it has been too often or will not help; then it throws. */
export async function* falter(talk: Talk, failure: LexFailure): Outputs {
  const { dialogue, config, call, log, bridges } = talk;
  const cause = failure.cause instanceof Error ? failure.cause.name : undefined;
  log.warn("lex did not answer", { call: call.id, code: failure.code, error: cause });
  const often = ++dialogue.failures >= config.failures_before_transfer;
  if (often || !failure.passes || dialogue.firstTurn) throw failure;
  yield { type: "faltered", code: failure.code };
  yield { type: "say", audio: bridges.sayAgain, bargeIn: config.barge_in_enabled };
  yield dialogue.listening();
}

/** Says a piece of the bot's, and keeps it where that is asked for. */
export function* spoken({ audioLog }: Talk, say: Say): Generator<Say> {
  audioLog?.spoken(say);
  yield say;
}

/** What fills the time until an answer comes. */
export function filler({ bridges, config }: Talk): Say {
  return { type: "say", audio: bridges.filler, bargeIn: config.barge_in_enabled, interim: true };
}

/** Words without a voice: Webex decides whether it can speak them. */
export function textOf(words: string, bargeIn: boolean): readonly Say[] {
  return words === "" ? [] : [{ type: "say", text: words, bargeIn }];
}

/** Keys as Lex is told them: what was pressed after the key that wipes an entry. */
export function entryOf({ digits }: Extract<CallerInput, { type: "keys" }>, deletionKey: string): string {
  return deletionKey === "" ? digits : digits.slice(digits.lastIndexOf(deletionKey) + 1);
}

/** Waits for an answer, and fills the time when it takes long. */
async function* bridged<T>(talk: Talk, answer: Promise<T>): AsyncGenerator<AgentOutput, T, void> {
  const { clock, config: { filler_after_ms: ms } } = talk;
  if (ms > 0) {
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const callOff = clock.setTimer(ms, () => resolve("late"));
    const here = answer.then(() => "here", () => "here");
    const first = await Promise.race([here, late]);
    callOff();
    if (first === "late") yield filler(talk);
  }
  return await answer;
}
