import type { CallFact, CallRow, ErrorFact, EventFact, HandOff, TurnFact } from "../islands/facts.ts";
import type { CallEvent } from "../src/call/event.ts";
import type { CallError, CallRecord, RememberedCall, TurnRecord } from "../src/store/store.ts";

/** A moment (ms since 1970) as the API tells it: ISO 8601 in UTC with milliseconds. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** A call as a row. `now`: what a live call's length counts to. */
export function callRow(call: CallRecord, now: number): CallRow {
  return {
    org_id: call.orgId,
    call_id: call.callId,
    agent_id: call.agentId,
    connector: call.connector,
    state: call.state,
    outcome: call.outcome ?? null,
    reason: call.reason ?? null,
    code: call.code ?? null,
    started_at: iso(call.startedAt),
    ended_at: call.endedAt === undefined ? null : iso(call.endedAt),
    duration_ms: durationOf(call, now),
    turns: call.turns,
    longest_wait_ms: call.longestWaitMs ?? null,
    median_wait_ms: call.medianWaitMs ?? null,
    language: call.language,
    tracking_id: call.trackingId,
    recorded: call.recorded,
  };
}

/** How long a call lasted, or has lasted so far, in ms. */
export function durationOf({ state, startedAt, endedAt }: CallRecord, now: number): number {
  return Math.max(0, (endedAt ?? (state === "live" ? now : startedAt)) - startedAt);
}

/** Everything about a call but its recordings, which are on another disk, and what may be kept. */
export function callFact(
  { call, handedAlong, handOff, turns, events }: RememberedCall,
  now: number,
): Omit<CallFact, "recordings" | "keeps"> {
  return {
    call: callRow(call, now),
    handed_along: handedAlong
      ? {
        start_name: handedAlong.startName,
        parameters: handedAlong.parameters,
        additional_info: handedAlong.additionalInfo,
      }
      : null,
    hand_off: handOff ? handOffFact(handOff) : null,
    turns: turns.map((turn) => turnFact(turn, call.startedAt)),
    events: events.map((event) => eventFact(event, call.startedAt)),
  };
}

function handOffFact({ reason, data, transcript, summary }: NonNullable<RememberedCall["handOff"]>): HandOff {
  return { reason, data: data ?? null, transcript: transcript ?? null, summary: summary ?? null };
}

/** A turn, its times counted from the start of its call. */
export function turnFact(turn: TurnRecord, startedAt: number): TurnFact {
  const since = (at: number | undefined) => at === undefined ? null : at - startedAt;
  return {
    turn: turn.turn,
    by: turn.by ?? null,
    opened_ms: turn.openedAt - startedAt,
    first_frame_ms: since(turn.audioStartedAt),
    speech_started_ms: since(turn.speechStartedAt),
    speech_ended_ms: since(turn.speechEndedAt),
    asked_ms: since(turn.askedAt),
    agent_ms: since(turn.agentAt),
    prompt_ms: since(turn.promptAt),
    final_ms: since(turn.answeredAt),
    closed_ms: since(turn.closedAt),
    cut_short: turn.cutShort,
    cancelled: turn.cancelled,
    frames: turn.frames,
    late: turn.audio?.late ?? null,
    longest_gap_ms: turn.audio?.longestGapMs ?? null,
    level_db: turn.audio?.levelDb ?? null,
    peak_db: turn.audio?.peakDb ?? null,
    clipped: turn.audio?.clipped ?? null,
    transcript: turn.transcript ?? null,
    summary: turn.summary ?? null,
    codes: turn.codes,
  };
}

/** An event as it was told, its members in the spelling of the API; which call it belongs to is known where it stands. */
export function eventFact(event: CallEvent, startedAt: number): EventFact {
  const { callId: _callId, orgId: _orgId, agentId: _agentId, at, type, ...more } = event;
  return { at: iso(at), at_ms: at - startedAt, type, ...told(more) };
}

export function errorFact({ at, code, connector, orgId, callId }: CallError): ErrorFact {
  return { at: iso(at), code, connector, org_id: orgId, call_id: callId };
}

/** Members of events whose own members are ours to name; those of `data` are the flow's or the agent's. */
const OURS: ReadonlySet<string> = new Set(["audio", "handedAlong"]);

/** Our members in snake_case, times in whole ms. */
function told(members: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      OURS.has(name) ? told(value) : name.endsWith("Ms") ? Math.round(value) : value,
    ]),
  );
}
