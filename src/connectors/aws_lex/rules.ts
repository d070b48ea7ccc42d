import type { InputExpectation } from "../../call/output.ts";
import type { LexAnswer } from "./answer.ts";

/**
 * What a bot says about the next input, in attributes of its session: `x-amz-lex:<behaviour>:<intent>:<slot>`, `*` for
 * any (Lex V2 developer guide, "Configuring timeouts for capturing user input").
 */
export interface LexRules {
  readonly expects: Partial<InputExpectation>;
  /** Whether the next prompt may be interrupted, if the bot says. */
  readonly allowInterrupt: boolean | undefined;
  /** The key that wipes what was pressed before it; "" unless the bot says. */
  readonly deletionKey: string;
}

/** The most keys that Webex collects for one entry. */
const MOST_KEYS = 32;
const LONGEST_MS = 600_000;

/** Reads the rules for what an answer asks the caller. Values that make no sense count as not said. */
export function readRules({ sessionAttributes, intent, asksFor }: LexAnswer): LexRules {
  const find = (behaviour: string) => {
    for (const name of [intent?.name ?? "*", "*"]) {
      for (const slot of [asksFor || "*", "*"]) {
        const value = sessionAttributes[`x-amz-lex:${behaviour}:${name}:${slot}`];
        if (value !== undefined) return value;
      }
    }
    return sessionAttributes[`x-amz-lex:${behaviour}`];
  };
  const maxLength = whole(find("dtmf:max-length"));
  const read: { readonly [K in keyof InputExpectation]?: InputExpectation[K] | undefined } = {
    voice: flag(find("allow-audio-input")),
    keys: flag(find("allow-dtmf-input")),
    keyCount: maxLength === undefined || maxLength === 0 ? undefined : Math.min(MOST_KEYS, maxLength),
    betweenKeysMs: ms(find("dtmf:end-timeout-ms")),
    terminator: key(find("dtmf:end-character")),
    noInputMs: ms(find("audio:start-timeout-ms")),
    completeMs: ms(find("audio:end-timeout-ms")),
    maxSpeechMs: ms(find("audio:max-length-ms")),
  };
  return {
    expects: Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)),
    allowInterrupt: flag(find("allow-interrupt")),
    deletionKey: key(find("dtmf:deletion-character")) ?? "",
  };
}

function whole(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,9}$/.test(value.trim()) ? Number(value) : undefined;
}

function ms(value: string | undefined): number | undefined {
  const number = whole(value);
  return number === undefined ? undefined : Math.min(LONGEST_MS, number);
}

function flag(value: string | undefined): boolean | undefined {
  const word = value?.trim().toLowerCase();
  return word === "true" ? true : word === "false" ? false : undefined;
}

function key(value: string | undefined): string | undefined {
  const pressed = value?.trim().toUpperCase();
  return pressed !== undefined && /^[0-9A-D*#]$/.test(pressed) ? pressed : undefined;
}
