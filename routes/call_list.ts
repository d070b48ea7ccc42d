import type { CallList, CallQuery, CallRecord, StoreState } from "../src/store/store.ts";
import { fitting, order } from "./call_order.ts";
import type { House } from "./house.ts";
import { callKey } from "../src/lib/call_key.ts";
import type { LiveCall } from "./live_calls.ts";

/** How long a call that has ended is looked for in memory too, in ms: the store lags by a batch. */
const STORE_LAG_MS = 30_000;
/** Calls of a list that are counted; beyond that it has "more". */
const MOST_COUNTED = 10_000;
/** Rows that the store is asked for at most. */
const MOST_ROWS = 1000;
/** Rows that it is asked for at a time where all are wanted. */
const PAGE = 500;

/** Where calls are told from: memory, and the store. */
export interface CallSource extends Pick<House, "clock"> {
  readonly calls: Pick<House["calls"], "live" | "over">;
  readonly store: Pick<House["store"], "calls"> & { state(): Pick<StoreState, "state"> };
}

/**
 * A page of calls: what the store tells, each call that goes on or has just ended as this process knows it, and those that
 * the store does not know yet. Without a store, what is in memory. Throws StoreError.
 */
export async function listCalls(house: CallSource, query: CallQuery): Promise<CallList> {
  const now = house.clock.date();
  const { offset, limit } = query;
  const fresh = freshCalls(house);
  if (inMemory(house, query)) {
    const calls = fresh.filter(fitting(query)).sort(order(query, now));
    return { calls: calls.slice(offset, offset + limit), total: Math.min(calls.length, MOST_COUNTED + 1) };
  }
  // From the first row on, as far as that goes: what the store does not know yet may belong before the page.
  const from = offset + limit > MOST_ROWS ? offset : 0;
  const asked = { ...query, offset: from, limit: offset + limit - from };
  const { calls, total } = merge(await house.store.calls(asked), fresh, asked, now);
  return { calls: calls.slice(offset - from), total };
}

/**
 * All calls that were asked for, up to `most`, in pieces and in their order. Each call that is in memory is told from there.
 * Throws StoreError.
 */
export async function* everyCall(
  house: CallSource,
  query: CallQuery,
  most: number,
): AsyncGenerator<readonly CallRecord[]> {
  const now = house.clock.date();
  const before = order(query, now);
  const fresh = freshCalls(house);
  const known = new Set(fresh.map(identity));
  const own = fresh.filter(fitting(query)).sort(before);
  if (inMemory(house, query)) return yield own.slice(0, most);
  let told = 0;
  let page: CallQuery = { ...query, offset: 0, limit: PAGE };
  for (let more = true; more && told < most;) {
    const { calls } = await house.store.calls(page);
    more = calls.length === PAGE;
    page = nextPage(page, calls);
    const piece = calls.filter((call) => !known.has(identity(call)));
    const last = piece.at(-1);
    const place = more ? own.findIndex((call) => last === undefined || before(call, last) > 0) : -1;
    piece.push(...own.splice(0, place < 0 ? own.length : place));
    yield piece.sort(before).slice(0, most - told);
    told += piece.length;
  }
}

/**
 * What to ask for after a page. By their start, calls go on from the last one, so that no page takes longer than another
 * and none shifts when calls are let go of meanwhile; other orders are counted through.
 */
function nextPage(page: CallQuery, calls: readonly CallRecord[]): CallQuery {
  const last = calls.at(-1);
  if (page.sort !== "startedAt" || last === undefined) return { ...page, offset: page.offset + calls.length };
  const bound = page.descending ? { to: last.startedAt + 1 } : { from: last.startedAt };
  const same = calls.filter(({ startedAt }) => startedAt === last.startedAt).length;
  return { ...page, ...bound, offset: same === calls.length ? page.offset + same : same };
}

/** What only memory tells: everything without a store, and what goes on at any time. */
function inMemory({ store }: CallSource, { state }: CallQuery): boolean {
  return state === "live" || store.state().state === "off";
}

/** The calls that memory knows better than the store. */
function freshCalls({ calls, store, clock }: CallSource): LiveCall[] {
  const since = store.state().state === "ok" ? clock.date() - STORE_LAG_MS : -Infinity;
  return [...calls.live, ...calls.over.filter(({ endedAt }) => endedAt! >= since)];
}

/**
 * Puts calls from memory into rows of the store's. One that belongs between two of them and is not there is one that the
 * store does not know yet: had the store known it, it would be there.
 */
function merge(stored: CallList, fresh: readonly LiveCall[], query: CallQuery, now: number): CallList {
  const fits = fitting(query);
  const before = order(query, now);
  const known = new Map(fresh.map((call) => [identity(call), call]));
  const there = new Set(stored.calls.map(identity));
  const rows = stored.calls.flatMap((row) => {
    const own = known.get(identity(row));
    return own === undefined ? [row] : fits(own) ? [own] : [];
  });
  const [first, last] = [stored.calls[0], stored.calls.length < query.limit ? undefined : stored.calls.at(-1)];
  const missing = fresh.filter((call) =>
    !there.has(identity(call)) && fits(call) &&
    (query.offset === 0 || (first !== undefined && before(first, call) < 0)) &&
    (last === undefined || before(call, last) < 0)
  );
  const counted = stored.total - stored.calls.length + rows.length + missing.length;
  return {
    calls: missing.length === 0 ? rows : [...rows, ...missing].sort(before).slice(0, query.limit),
    total: stored.total > MOST_COUNTED ? stored.total : Math.min(counted, MOST_COUNTED + 1),
  };
}

function identity(call: CallRecord): string {
  return `${callKey(call)}\n${call.startedAt}`;
}
