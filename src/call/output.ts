import type { Audio } from "../audio/format.ts";
import type { Data } from "./input.ts";

/** Everything a virtual agent can do, whatever vendor it came from. */
export type AgentOutput = AgentAct | AgentNote;

/**
 * What an agent does that the caller's side is told. Where an answer is one response (whole prompts, and no partial
 * answers), it carries one event: the end of the call, or else the first.
 */
export type AgentAct =
  | Say
  | Listening
  | { readonly type: "no_match" }
  | { readonly type: "custom"; readonly name: string; readonly data: Data }
  | Transfer
  | HangUp;

/** What an agent lets the conversation know, and no wire carries. */
export type AgentNote =
  /** Its own ear was quicker than the gateway's, or heard speech in what the gateway's took for noise. */
  | { readonly type: "heard"; readonly what: "speech_started" | "speech_ended" }
  /** It failed the caller this once, and goes on. `code`: its connector's own name for what went wrong. */
  | { readonly type: "faltered"; readonly code: string };

/** Something for the caller to hear. */
export interface Say {
  readonly type: "say";
  readonly audio?: Audio;
  /** What the audio says; without audio, Webex decides whether it can speak it. */
  readonly text?: string;
  /** Whether the caller may cut it short. What is said before a transfer or a hang-up never can be. */
  readonly bargeIn: boolean;
  /** Nothing but the end of the call follows: also as a welcome, and sent before that end, it cannot be cut short. */
  readonly farewell?: boolean;
  /** Play it now, more of the same answer follows: a filler. Held back where the caller's side takes no partial answers. */
  readonly interim?: boolean;
  /** A piece of longer audio: what is said next goes on where it ends. */
  readonly piece?: boolean;
}

/** It is the caller's turn: the answer is complete. */
export interface Listening extends Remarks {
  readonly type: "listening";
  readonly expects?: Partial<InputExpectation>;
}

/** Hands the call to a human. */
export interface Transfer extends Remarks {
  readonly type: "transfer";
  readonly reason?: string;
  readonly data?: Data;
}

/** Ends the call. */
export interface HangUp extends Remarks {
  readonly type: "hang_up";
  readonly reason?: string;
  readonly data?: Data;
}

/** What a human agent will read about the call. */
export interface Remarks {
  readonly transcript?: string;
  readonly summary?: string;
}

/** What the agent is ready to take next. Times in ms; 0 means no limit. */
export interface InputExpectation {
  readonly voice: boolean;
  readonly keys: boolean;
  /** How many keys make an entry, 1 to 32. */
  readonly keyCount: number;
  /** The longest pause between two keys. */
  readonly betweenKeysMs: number;
  /** The key that ends an entry early, one of 0-9, *, #, A-D; "" for none. */
  readonly terminator: string;
  /** Card numbers and the like: the wire is told to keep it out of recordings, and so do we. */
  readonly sensitive: boolean;
  /** How long the caller may say nothing at all. */
  readonly noInputMs: number;
  readonly completeMs: number;
  readonly incompleteMs: number;
  readonly maxSpeechMs: number;
}

/** What an agent that says nothing about it is ready to take. */
export const ANY_INPUT: InputExpectation = {
  voice: true,
  keys: true,
  keyCount: 1,
  betweenKeysMs: 3000,
  terminator: "#",
  sensitive: false,
  noInputMs: 10_000,
  completeMs: 5000,
  incompleteMs: 5000,
  maxSpeechMs: 60_000,
};

/** Whether an output ends the call. The compiler asks for an answer for every type. */
export const ENDS_CALL: { readonly [T in AgentOutput["type"]]: boolean } = {
  say: false,
  listening: false,
  no_match: false,
  custom: false,
  transfer: true,
  hang_up: true,
  heard: false,
  faltered: false,
};
