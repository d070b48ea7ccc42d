import { holding } from "../src/lib/letters.ts";
import type { CallQuery, CallRecord } from "../src/store/store.ts";
import { durationOf } from "./call_facts.ts";

/** From the least to the greatest. */
const STATES: readonly CallRecord["state"][] = ["live", "ended", "interrupted"];

/** Whether a call is among those that were asked for, as the store would say. */
export function fitting(query: CallQuery): (call: CallRecord) => boolean {
  const holds = query.text === undefined ? undefined : holding(query.text);
  const wanted = (asked: string | undefined, own: string | undefined) => asked === undefined || asked === own;
  return (call) =>
    wanted(query.state, call.state) && wanted(query.agent, call.agentId) &&
    wanted(query.connector, call.connector) && wanted(query.org, call.orgId) && wanted(query.outcome, call.outcome) &&
    (query.from === undefined || call.startedAt >= query.from) &&
    (query.to === undefined || call.startedAt < query.to) &&
    (holds === undefined || [call.callId, call.trackingId, call.agentId, call.reason, call.code].some(holds));
}

/** The order that was asked for: what is not known is less than all else, and calls that are equal go by their start. */
export function order({ sort, descending }: CallQuery, now: number): (a: CallRecord, b: CallRecord) => number {
  const value = (call: CallRecord): string | number | undefined => {
    if (sort === "durationMs") return durationOf(call, now);
    const own = call[sort];
    return sort === "state" ? STATES.indexOf(call.state) : typeof own === "boolean" ? Number(own) : own;
  };
  return (a, b) => {
    const [one, other] = [value(a), value(b)];
    const [x, y] = one === other ? [a.startedAt, b.startedAt] : [one, other];
    if (x === y) return 0;
    const less = x === undefined || (y !== undefined && x < y);
    return less === descending ? 1 : -1;
  };
}
