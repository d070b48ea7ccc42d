import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import type { LexMessage } from "./wording.ts";

/** A slot as far as we look into it; a composite slot has none of its own. */
export interface LexSlot {
  readonly value?: { readonly interpretedValue?: string | undefined } | undefined;
}

export interface LexIntent {
  readonly name: string;
  /** Such as InProgress, ReadyForFulfillment, Fulfilled or Failed. */
  readonly state: string;
  readonly slots: Readonly<Record<string, LexSlot | null | undefined>>;
}

/** What Lex made of a turn. */
export interface LexAnswer {
  /** What it understood; "" when it does not say. */
  readonly heard: string;
  readonly messages: readonly LexMessage[];
  readonly intent: LexIntent | undefined;
  /** Who names the intent: the best interpretation, or the session when there is none. */
  readonly intentFrom: "interpretation" | "session";
  /** Such as ElicitSlot or Close; "" when it does not say. */
  readonly dialogAction: string;
  /** The slot that the caller is asked for; "" for none. */
  readonly asksFor: string;
  readonly sessionAttributes: Readonly<Record<string, string>>;
}

/** Fields of Lex's that an answer is made of, as the API reference has them; everything may be missing. */
export interface LexFields {
  readonly heard?: string | undefined;
  readonly messages?: readonly { readonly content?: string | undefined; readonly contentType?: string | undefined }[];
  readonly interpretations?: readonly { readonly intent?: PartialIntent | undefined }[] | undefined;
  readonly sessionState?: {
    readonly intent?: PartialIntent | undefined;
    readonly dialogAction?:
      | { readonly type?: string | undefined; readonly slotToElicit?: string | undefined }
      | undefined;
    readonly sessionAttributes?: Readonly<Record<string, string>> | undefined;
  } | undefined;
}

interface PartialIntent {
  readonly name?: string | undefined;
  readonly state?: string | undefined;
  readonly slots?: Readonly<Record<string, LexSlot | null | undefined>> | undefined;
}

/** The most bytes that a field of an answer may unpack to. */
const MOST_UNPACKED = 1_048_576;

/** Puts an answer together from what Lex sent of it. */
export function readAnswer({ heard = "", messages = [], interpretations, sessionState }: LexFields): LexAnswer {
  const best = interpretations?.[0]?.intent;
  const { name, state = "", slots = {} } = best?.name ? best : sessionState?.intent ?? {};
  return {
    heard,
    messages: messages.map(({ content = "", contentType = "" }) => ({ content, contentType })),
    intent: name ? { name, state, slots: slots ?? {} } : undefined,
    intentFrom: best?.name ? "interpretation" : "session",
    dialogAction: sessionState?.dialogAction?.type ?? "",
    asksFor: sessionState?.dialogAction?.slotToElicit ?? "",
    sessionAttributes: sessionState?.sessionAttributes ?? {},
  };
}

/** Reads a field of RecognizeUtterance: JSON, compressed with gzip, in base64. Throws SyntaxError or what zlib throws. */
export function unpack<T>(field: string | undefined): T | undefined {
  if (field === undefined || field === "") return undefined;
  const json = gunzipSync(Buffer.from(field, "base64"), { maxOutputLength: MOST_UNPACKED });
  return JSON.parse(new TextDecoder().decode(json)) ?? undefined;
}
