import { holding } from "../src/lib/letters.ts";
import { type CallQuery, type CallRecord, SHORTEST_PART_OF_ID, STATES } from "../src/store/store.ts";
import { durationOf } from "./call_facts.ts";

/** Whether a call is among those that were asked for, as the store would say. */
export function fitting(query: CallQuery): (call: CallRecord) => boolean {
  const holds = query.text === undefined ? undefined : havingText(query.text);
  const wanted = (asked: string | undefined, own: string | undefined) => asked === undefined || asked === own;
  return (call) =>
    wanted(query.state, call.state) && wanted(query.agent, call.agentId) &&
    wanted(query.connector, call.connector) && wanted(query.org, call.orgId) && wanted(query.outcome, call.outcome) &&
    (query.from === undefined || call.startedAt >= query.from) &&
    (query.to === undefined || call.startedAt < query.to) &&
    (holds === undefined || holds(call));
}

function havingText(text: string): (call: CallRecord) => boolean {
  const holds = holding(text);
  const byId = [...text].length >= SHORTEST_PART_OF_ID;
  return ({ agentId, reason, code, callId, trackingId }) =>
    [agentId, reason, code].some(holds) || (byId && [callId, trackingId].some(holds));
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
