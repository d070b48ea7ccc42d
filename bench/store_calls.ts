import type { CallEvent, CallOutcome } from "../src/call/event.ts";

/** What the calls below lie in: sixty days up to this moment, in ms since 1970. */
export const UNTIL = Date.UTC(2026, 10, 27, 12);
export const DAYS = 60;
const SPAN_MS = DAYS * 86_400_000;

export const AGENTS = [
  "Front desk",
  "Bookings",
  "Billing",
  "Returns",
  "Night line",
  "Surveys",
  "Callback",
  "Lost and found",
];
export const CONNECTORS = ["lex_eu", "lex_us", "local_audio_connector"];
export const ORGS = Array.from({ length: 12 }, (_, at) => `0000000${at.toString(16)}-aaaa-4bbb-8ccc-ddddeeeeffff`);
const CODES = ["agent_timeout", "agent_error", "lex_throttled", "lex_unreachable", "lex_timeout"];
const REASONS = ["caller_asked", "intent_not_found", "booked", "paid", "caller_hung_up", "no_input", "closing_time"];
const LANGUAGES = ["en-US", "en-GB", "de-DE", "fr-FR", ""];
const OUTCOMES: readonly (readonly [CallOutcome, number])[] = [
  ["caller_hung_up", 0.3],
  ["transferred", 0.4],
  ["ended_by_agent", 0.25],
  ["agent_failed", 0.02],
  ["timed_out", 0.02],
  ["ended_by_operator", 0.009],
  ["gateway_stopped", 0.001],
];

/** Numbers from 0 up to 1 that are the same in every run (mulberry32). */
export function numbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The events of call `index` of `count`, oldest call first. A call in a thousand has no end yet. */
export function* eventsOf(index: number, count: number): Generator<CallEvent> {
  const next = numbers(index + 1);
  /** Few take most: what stands first is drawn most often. */
  const one = <T>(list: readonly T[]) => list[Math.floor(next() ** 2 * list.length)]!;
  const hex = () => Math.floor(next() * 0x1_0000_0000).toString(16).padStart(8, "0");
  const id = `${hex()}-${hex().slice(0, 4)}-4${hex().slice(0, 3)}-a${hex().slice(0, 3)}-${hex()}${hex().slice(0, 4)}`;
  const about = { callId: id, orgId: one(ORGS), agentId: one(AGENTS) };
  let at = Math.floor(UNTIL - SPAN_MS + SPAN_MS * index / count);
  const trackingId = `BYOVA_${hex()}${hex()}-${hex()}_1`;
  yield { ...about, at, type: "call_started", connector: one(CONNECTORS), trackingId, language: one(LANGUAGES) };
  const turns = 1 + Math.floor(next() ** 2 * 12);
  for (let turn = 1; turn <= turns; turn++) {
    const waitedMs = 20 + next() ** 3 * 4000;
    yield { ...about, at, type: "turn_opened", turn };
    at += Math.floor(next() * 8000);
    yield { ...about, at, type: "caller_turn", turn, by: turn === 1 ? "start" : "voice" };
    at += Math.floor(waitedMs);
    yield { ...about, at, type: "agent_turn", turn, waitedMs };
    yield { ...about, at: at + 2, type: "prompt_sent", turn };
    at += Math.floor(next() * 6000);
    yield { ...about, at, type: "turn_closed", turn, cancelled: false, frames: Math.floor(next() * 400) };
  }
  if (index % 1000 === 999) return;
  let share = next();
  const outcome = OUTCOMES.find(([, part]) => (share -= part) < 0)?.[0] ?? "transferred";
  if (outcome === "agent_failed") yield { ...about, at, type: "call_failed", code: one(CODES) };
  yield {
    ...about,
    at,
    type: "call_ended",
    outcome,
    reason: outcome === "agent_failed" ? "agent_error" : one(REASONS),
  };
}
