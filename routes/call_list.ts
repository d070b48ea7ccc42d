import type { CallList, CallQuery, CallRecord, StoreState } from "../src/store/store.ts";
import { fitting, order } from "./call_order.ts";
import type { House } from "./house.ts";
import { callKey } from "../src/lib/call_key.ts";
import type { LiveCall } from "./live_calls.ts";

/** How long a call that has ended is looked for in memory too, in ms: the store lags by a batch. */
const STORE_LAG_MS = 30_000;
/** Calls of a list that are counted; beyond that it has "more". */
const MOST_COUNTED = 10_000;
/** Rows that the store is asked for at most, and how far down a page may begin in which memory has a part. */
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
 * the store does not know yet. Without a store, what is in memory.
 *
 * A page that begins after MOST_ROWS calls is the store's own, as all before it would have to be read. That is approximate:
 * where it meets the pages before it, as many calls may be missing or stand twice as the store does not know yet, or has
 * elsewhere in the order. Throws StoreError.
 */
export async function listCalls(house: CallSource, query: CallQuery): Promise<CallList> {
  const { offset, limit } = query;
  if (offset >= MOST_ROWS && !inMemory(house, query)) return await house.store.calls(query);
  // From the first call on: which of them come before the page is not known otherwise.
  const end = offset + limit;
  let list: CallList = { calls: [], total: 0 };
  for await (const { calls, total } of inOrder(house, query, Math.min(end, MOST_ROWS))) {
    list = { calls: [...list.calls, ...calls], total };
    if (list.calls.length >= end) break;
  }
  return { ...list, calls: list.calls.slice(offset, end) };
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
  let told = 0;
  for await (const { calls } of inOrder(house, query, PAGE)) {
    yield calls.slice(0, most - told);
    told += calls.length;
    if (told >= most) return;
  }
}

/**
 * The calls that were asked for, in pieces and in their order, with how many there are as far as is known by then: the rows
 * of the store, `size` at a time, and between them the calls of memory. A row that is one of these is not told itself, but
 * shows how far the store has come: what is still to be asked for belongs after it.
 */
async function* inOrder(house: CallSource, query: CallQuery, size: number): AsyncGenerator<CallList> {
  const before = order(query, house.clock.date());
  const fresh = freshCalls(house);
  const own = fresh.filter(fitting(query)).sort(before);
  if (inMemory(house, query)) return yield { calls: own, total: Math.min(own.length, MOST_COUNTED + 1) };
  const byKey = Map.groupBy(fresh, callKey);
  const known = (row: CallRecord) => byKey.get(callKey(row))?.some((call) => call.isToldBy(row)) ?? false;
  let next = 0;
  let total: number | undefined;
  let page: CallQuery = { ...query, offset: 0, limit: size };
  for (let more = true; more;) {
    const stored = await house.store.calls(page);
    more = stored.calls.length === page.limit && !isLast(stored, page);
    page = nextPage(page, stored.calls);
    total ??= stored.total;
    const calls: CallRecord[] = [];
    for (const row of more ? stored.calls : [...stored.calls, undefined]) {
      while (next < own.length && (row === undefined || before(own[next]!, row) <= 0)) calls.push(own[next++]!);
      if (row !== undefined && !known(row)) calls.push(row);
    }
    if (total <= MOST_COUNTED) total = Math.min(total + calls.length - stored.calls.length, MOST_COUNTED + 1);
    yield { calls, total };
  }
}

/** Whether a full page is the last all the same: the calls that only memory knows are told and counted with it then. */
function isLast({ calls, total }: CallList, { offset }: CallQuery): boolean {
  return total <= MOST_COUNTED && offset + calls.length >= total;
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
