import type { Data } from "./input.ts";

/** How a call came to its end. */
export type CallOutcome =
  | "transferred"
  | "ended_by_agent"
  /** The agent failed or fell silent, and the caller was handed to a human. */
  | "agent_failed"
  | "caller_hung_up"
  | "timed_out"
  | "gateway_stopped"
  /** Somebody ended it, or handed it to a human, from the dashboard. */
  | "ended_by_operator"
  | "transferred_by_operator";

/**
 * What happened in a call, as told to the store, the dashboard and the meters. Never holds what was said or pressed, nor
 * what a flow handed along: members that tell of it are there only if the operator has them kept.
 */
export type CallHappening =
  | {
    readonly type: "call_started";
    readonly connector: string;
    /** Webex's tracking id of the stream that opened the call; "" for none. */
    readonly trackingId: string;
    /** A BCP 47 tag, or "" while Webex has named none. */
    readonly language: string;
    /** What the flow handed along; only if kept. */
    readonly handedAlong?: HandedAlong;
  }
  | { readonly type: "turn_opened"; readonly turn: number }
  /** The first packet of audio of a turn has come. */
  | { readonly type: "audio_started"; readonly turn: number }
  | { readonly type: "speech_started"; readonly turn: number }
  /** Webex has been told that the caller's input is over. */
  | { readonly type: "speech_ended"; readonly turn: number }
  | { readonly type: "caller_turn"; readonly turn: number; readonly by: CallerTurn }
  | { readonly type: "answer_cut_short"; readonly turn: number }
  /** The first of an answer has come from the agent. `waitedMs`: to a tenth. */
  | { readonly type: "agent_turn"; readonly turn: number; readonly waitedMs: number }
  /** The first audio or text of an answer has gone out to Webex. */
  | { readonly type: "prompt_sent"; readonly turn: number }
  /** The answer is complete: its FINAL has gone out. */
  | { readonly type: "answer_sent"; readonly turn: number }
  /** What the agent remarked on the call with this turn's answer; only if kept. */
  | { readonly type: "agent_remarked"; readonly turn: number; readonly transcript?: string; readonly summary?: string }
  /** `frames`: packets of audio that came in the turn. */
  | {
    readonly type: "turn_closed";
    readonly turn: number;
    readonly cancelled: boolean;
    readonly frames: number;
    /** What the caller's audio was like; undefined for a turn without any. */
    readonly audio?: AudioQuality;
  }
  /** The agent failed the caller, and the call goes on. */
  | { readonly type: "agent_faltered"; readonly code: string }
  | { readonly type: "call_failed"; readonly code: string }
  /** What is recorded of the call goes into this file, by its name in the recordings' folder. */
  | { readonly type: "recording_started"; readonly file: string }
  | {
    readonly type: "call_ended";
    readonly outcome: CallOutcome;
    readonly reason: string;
    /** What goes to the human agent beside the reason; only if kept. */
    readonly data?: Data;
    readonly transcript?: string;
    readonly summary?: string;
  };

/** The members of events that tell what was said or handed along: they are kept where the operator says so, and never logged. */
export const TELLING: ReadonlySet<string> = new Set(["handedAlong", "data", "transcript", "summary"]);

/** What a flow hands along when a call starts. */
export interface HandedAlong {
  /** The name of the start event. */
  readonly startName: string;
  readonly parameters: Data;
  readonly additionalInfo: Data;
}

/** What a caller's turn was made of. */
export type CallerTurn = "start" | "voice" | "keys" | "silence" | "custom";

/** What the audio of one turn was like. */
export interface AudioQuality {
  /** Packets that came more than 40 ms late: for packets of 20 ms, later than 60 ms after the one before. */
  readonly late: number;
  /** The longest pause between two packets, in ms. */
  readonly longestGapMs: number;
  /** RMS and peak of what was heard, in dB of full scale (dBFS, a square wave's being 0); -Infinity is told as -100. */
  readonly levelDb: number;
  readonly peakDb: number;
  /** Samples at full scale, of all. 0 to 1. */
  readonly clipped: number;
}

/** A happening with its call and its time (ms since 1970). */
export type CallEvent = CallHappening & {
  readonly callId: string;
  readonly orgId: string;
  readonly agentId: string;
  readonly at: number;
};
