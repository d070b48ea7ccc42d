import { Status } from "../grpc/status.ts";
import { type OutputEvent, OutputEvent_EventType as EventType } from "../protocols/gen/byova_common.ts";
import type { Prompt } from "../protocols/gen/voicevirtualagent.ts";
import { boundaryOf, type Purpose } from "./contract.ts";
import type { Received, RpcEnd } from "./rpc.ts";

/** What came of something the caller did; the last word of the RPC that answered it. */
export type Outcome = "answer" | "transfer" | "session_end" | "custom" | "no_match" | "nothing" | "failed";

/** Everything an endpoint said in one RPC. Times in ms of the call's clock, counted from dialling. */
export interface Reply {
  readonly rpc: number;
  readonly purpose: Purpose;
  readonly outcome: Outcome;
  /** The event behind the outcome; of several, the last. */
  readonly event?: OutputEvent;
  /** Whether the endpoint told the end of the caller's speech. */
  readonly heardOut: boolean;
  readonly prompts: readonly Prompt[];
  /** Audio of all prompts together. */
  readonly audioMs: number;
  /** From the end of the caller's input to the first response that is part of the answer. */
  readonly answeredAfterMs?: number;
  readonly transcript?: string;
  readonly summary?: string;
  readonly status: Status;
  readonly statusMessage: string;
  readonly responses: readonly Received[];
}

const OUTCOMES: { readonly [event: number]: Outcome } = {
  [EventType.TRANSFER_TO_AGENT]: "transfer",
  [EventType.SESSION_END]: "session_end",
  [EventType.CUSTOM_EVENT]: "custom",
  [EventType.NO_MATCH]: "no_match",
};

/** Returns what an RPC said. `inputEndedMs`: when the caller's input was over; `audioMs`: audio of its prompts. */
export function replyOf(
  rpc: { readonly number: number; readonly purpose: Purpose; readonly received: readonly Received[] },
  end: RpcEnd,
  { inputEndedMs, audioMs }: { inputEndedMs: number | undefined; audioMs: number },
): Reply {
  const said = rpc.received.filter(({ response }) => !boundaryOf(response.outputEvents[0]?.eventType ?? 0));
  const events = said.flatMap(({ response }) => response.outputEvents.slice(0, 1));
  const event = events.findLast(({ eventType }) => OUTCOMES[eventType] !== undefined);
  const prompts = said.flatMap(({ response }) => response.prompts);
  const last = said.at(-1)?.response;
  const spoke = prompts.some(({ audioContent, text, audioUri }) => audioContent.length > 0 || text || audioUri);
  const answered = spoke || (last !== undefined && (last.inputMode !== 0 || last.inputHandlingConfig !== undefined));
  const transcript = last?.sessionTranscript?.text ?? last?.sessionTranscript?.ssml;
  const summary = last?.sessionSummary?.text ?? last?.sessionSummary?.ssml;
  return {
    rpc: rpc.number,
    purpose: rpc.purpose,
    outcome: end.status !== Status.OK ? "failed" : event ? OUTCOMES[event.eventType]! : answered ? "answer" : "nothing",
    ...(event ? { event } : {}),
    heardOut: rpc.received.some(({ response }) => response.outputEvents[0]?.eventType === EventType.END_OF_INPUT),
    prompts,
    audioMs,
    ...(said[0] && inputEndedMs !== undefined ? { answeredAfterMs: Math.max(0, said[0].atMs - inputEndedMs) } : {}),
    ...(transcript === undefined ? {} : { transcript }),
    ...(summary === undefined ? {} : { summary }),
    status: end.status,
    statusMessage: end.message,
    responses: rpc.received,
  };
}
