/** How a call came to its end. */
export type CallOutcome =
  | "transferred"
  | "ended_by_agent"
  /** The agent failed or fell silent, and the caller was handed to a human. */
  | "agent_failed"
  | "caller_hung_up"
  | "timed_out"
  | "gateway_stopped";

/** What happened in a call, as told to the store, the dashboard and the meters. Never holds what was said or pressed. */
export type CallHappening =
  | { readonly type: "call_started"; readonly agentId: string; readonly connector: string }
  | { readonly type: "turn_opened"; readonly turn: number }
  | { readonly type: "speech_started"; readonly turn: number }
  | { readonly type: "speech_ended"; readonly turn: number }
  | { readonly type: "caller_turn"; readonly turn: number; readonly by: CallerTurn }
  | { readonly type: "answer_cut_short"; readonly turn: number }
  | { readonly type: "agent_turn"; readonly turn: number; readonly waitedMs: number }
  /** `frames`: packets of audio that came in the turn. */
  | { readonly type: "turn_closed"; readonly turn: number; readonly cancelled: boolean; readonly frames: number }
  /** The agent failed the caller, and the call goes on. */
  | { readonly type: "agent_faltered"; readonly code: string }
  | { readonly type: "call_failed"; readonly code: string }
  | { readonly type: "call_ended"; readonly outcome: CallOutcome; readonly reason: string };

/** What a caller's turn was made of. */
export type CallerTurn = "start" | "voice" | "keys" | "silence" | "custom";

/** A happening with its call and its time (ms since 1970). */
export type CallEvent = CallHappening & {
  readonly callId: string;
  readonly orgId: string;
  readonly agentId: string;
  readonly at: number;
};

/** A call that is over. Times in ms since 1970. */
export interface FinishedCall {
  readonly callId: string;
  readonly orgId: string;
  readonly agentId: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: CallOutcome;
  readonly reason: string;
}
