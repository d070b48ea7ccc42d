import type { CallInfo } from "../../call/connector.ts";
import { readExpectation } from "../../call/expectation.ts";
import type { Data } from "../../call/input.ts";
import type { HandOff } from "../../call/keepsakes.ts";
import type { AgentAct, Say } from "../../call/output.ts";
import type { LexAnswer, LexIntent } from "./answer.ts";
import type { LexBot } from "./bots.ts";
import type { LexConfig } from "./options.ts";
import { outcomeOf } from "./outcome.ts";
import { type LexRules, readRules } from "./rules.ts";
import { wordsOf } from "./wording.ts";

/** Characters of a transcript; beyond them its oldest lines go. */
const MOST_TRANSCRIPT = 20_000;
const MOST_SUMMARY = 2000;
/** What a flow can route by (the sample's contract for hand-offs). */
const ROUTING_HINT = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
/** A bot that reports its progress (Lex V2 developer guide, "Configuring fulfillment progress updates"). */
const IN_PROGRESS = "FulfillmentInProgress";
const NO_RULES: LexRules = { expects: {}, allowInterrupt: undefined, deletionKey: "" };

/** Who has moved the bot to answer: the gateway by words of its own, the flow by an event, or nobody but Lex itself. */
export type Mover = "caller" | "gateway" | "flow" | "nobody";

/** What a call with a bot has come to: who said what, what the bot wants next, and how each answer is closed. */
export class Dialogue {
  #lines: string[] = [];
  #characters = 0;
  #answers = 0;
  #rules = NO_RULES;
  #sensitive = false;
  #last: LexAnswer | undefined;
  /** What the bot said last, to be said again to a caller who says nothing. */
  lastWords: readonly Say[] = [];
  /** How often in a row the caller has said nothing. */
  silences = 0;
  /** How often in a row Lex has not answered. */
  failures = 0;

  constructor(readonly call: CallInfo, readonly bot: LexBot, readonly config: LexConfig) {}

  /** What the bot has said about the caller's next input. */
  get rules(): LexRules {
    return this.#rules;
  }

  /** Whether the bot has not yet answered at all. */
  get firstTurn(): boolean {
    return this.#answers === 0;
  }

  /** Whether the caller may cut short what the bot says now. */
  mayInterrupt(answer: LexAnswer | undefined): boolean {
    const allowed = answer === undefined ? undefined : readRules(answer).allowInterrupt;
    return allowed ?? this.config.barge_in_enabled;
  }

  /** It is the caller's turn, as it was before. */
  listening(): AgentAct {
    const expects = { ...readExpectation(this.config.input), ...this.#rules.expects, sensitive: this.#sensitive };
    return { type: "listening", expects, transcript: this.#transcript, summary: this.#summary() };
  }

  /** The caller has said nothing. Returns what becomes of the call if that has been too often. */
  silent(): AgentAct | undefined {
    return ++this.silences > this.config.max_silences ? this.#handOver("transfer", "no_input") : undefined;
  }

  /** Takes note of an answer that has been said, and returns what ends it. An answer that nobody has asked for tells of silence. */
  close(answer: LexAnswer, mover: Mover): AgentAct {
    this.failures = 0;
    this.#last = answer;
    const { outcome, reason } = outcomeOf(answer, this.config.outcomes, this.firstTurn);
    if (mover === "caller" && answer.heard !== "") this.#write("Caller", this.#sensitive ? "[hidden]" : answer.heard);
    const words = wordsOf(answer.messages);
    if (words !== "") this.#write("Agent", words);
    this.#answers++;
    this.#rules = readRules(answer);
    this.#sensitive = this.#asksForSensitive(answer);
    if (outcome !== "continue") return this.#handOver(outcome === "transfer" ? "transfer" : "hang_up", reason);
    const silent = mover === "nobody" && answer.intent?.state !== IN_PROGRESS ? this.silent() : undefined;
    return silent ?? this.listening();
  }

  /** An answer was cut short: whoever does that may know what it asks for, and say it. */
  cutShort(answer: LexAnswer): void {
    this.#sensitive ||= this.#asksForSensitive(answer);
  }

  #asksForSensitive({ asksFor }: LexAnswer): boolean {
    return asksFor !== "" && this.config.sensitive_slots.includes(asksFor);
  }

  #handOver(type: "transfer" | "hang_up", reason: string): AgentAct {
    return { type, reason, ...this.handOff() };
  }

  get #transcript(): string {
    return this.#lines.join("\n");
  }

  #write(who: string, words: string): void {
    const line = `${who}: ${words}`.slice(0, MOST_TRANSCRIPT);
    this.#lines.push(line);
    this.#characters += line.length + 1;
    while (this.#characters > MOST_TRANSCRIPT && this.#lines.length > 1) {
      this.#characters -= this.#lines.shift()!.length + 1;
    }
  }

  /** What a human is told: the names are the sample's, for the flows that read them. `more`: what else there is to tell. */
  handOff(more: Data = {}): Required<HandOff> {
    const intent = this.#last?.intent;
    const hint = this.#last?.sessionAttributes.routing_hint?.trim() ?? "";
    const summary = this.#summary();
    const data = {
      ...(intent ? { intent_name: intent.name, intent_state: intent.state } : {}),
      bot_name: this.bot.name,
      conversation_id: this.call.id,
      slots: Object.fromEntries(this.#slots(intent)),
      summary,
      ...(ROUTING_HINT.test(hint) ? { routing_hint: hint } : {}),
      ...more,
    };
    return { data, summary, transcript: this.#transcript };
  }

  /** The bot's own summary, or what we know. */
  #summary(): string {
    const intent = this.#last?.intent;
    const own = this.#last?.sessionAttributes.summary?.trim() ?? "";
    if (own !== "") return own.slice(0, MOST_SUMMARY);
    const slots = this.#slots(intent).map(([name, value]) => ` ${name}: ${value}.`).join("");
    const about = intent ? `${intent.name} (${intent.state})` : "nothing that it recognized";
    return `The caller spoke with ${this.bot.name} about ${about}.${slots}`.slice(0, MOST_SUMMARY);
  }

  /** The slots that may leave: those that the operator has named, and never one that is sensitive. */
  #slots(intent: LexIntent | undefined): [name: string, value: string][] {
    const { metadata_slots: named, sensitive_slots: sensitive } = this.config;
    return Object.entries(intent?.slots ?? {}).flatMap(([name, slot]) => {
      const value = slot?.value?.interpretedValue;
      const may = (named.includes(name) || named.includes("*")) && !sensitive.includes(name);
      return may && value ? [[name, value] as [string, string]] : [];
    });
  }
}
