import type { CallFact, CallRow, LogFact } from "../islands/facts.ts";
import { type KeptEvent, tellCourse } from "../src/store/course.ts";
import type { RememberedCall } from "../src/store/store.ts";
import { callFact } from "./call_facts.ts";
import type { House } from "./house.ts";
import type { LiveCall } from "./live_calls.ts";
import { logFact } from "./store_tail.ts";

/** Lines of the log that go with a call. */
const MOST_LINES = 10_000;
/** Lines that are asked for at a time. */
const PAGE = 1000;
/** How long before and after a call its lines may have been written, in ms. */
const SLACK_MS = 60_000;

/** Everything that is known of a call; undefined for none. Throws StoreError when only the store could tell. */
export async function findCall(
  house: House,
  callId: string,
  { org, started }: { readonly org?: string | undefined; readonly started?: number | undefined },
): Promise<CallFact | undefined> {
  const key = {
    callId,
    ...(org !== undefined && { orgId: org }),
    ...(started !== undefined && { startedAt: started }),
  };
  const live = house.calls.find(key);
  // One that goes on is the newest of its id, by whatever start the store knows it.
  const asked = live?.state === "live" ? { orgId: live.orgId, callId } : key;
  const remembered = await ask(house, () => house.store.call(asked), live);
  const call = newest(remembered, live);
  if (!call) return undefined;
  const files = await Promise.all(call.recordings.map((file) => house.recordings?.describe(file)));
  return {
    ...callFact(call, house.clock.date()),
    recordings: files.filter((file) => file !== undefined),
    keeps: house.keeps,
  };
}

/** The lines of the log that a call left, the oldest first. */
export async function findLines(house: House, { call_id, started_at, ended_at }: CallRow): Promise<readonly LogFact[]> {
  if (house.store.state().state === "off") return [];
  const about = {
    callId: call_id,
    from: Date.parse(started_at) - SLACK_MS,
    ...(ended_at !== null && { to: Date.parse(ended_at) + SLACK_MS }),
    limit: PAGE,
  };
  const lines: LogFact[] = [];
  for (let page = PAGE; page === PAGE && lines.length < MOST_LINES;) {
    const found = await house.store.logs({ ...about, after: lines.at(-1)?.id ?? 0 });
    lines.push(...found.map(logFact).sort((a, b) => a.id - b.id));
    page = found.length;
  }
  return lines;
}

/** Asks the store; one that cannot tell is forgiven where something is in memory. */
async function ask(
  { store }: House,
  question: () => Promise<RememberedCall | undefined>,
  live: LiveCall | undefined,
): Promise<RememberedCall | undefined> {
  if (store.state().state === "off") return undefined;
  try {
    return await question();
  } catch (error) {
    if (live === undefined) throw error;
    return undefined;
  }
}

/**
 * The store's call, with what this process knows better: its row, and the last of what has happened since the store's last
 * batch, which is all of it unless the store stands still. Where the store does not know the call, what is in memory of it.
 */
function newest(remembered: RememberedCall | undefined, live: LiveCall | undefined): RememberedCall | undefined {
  if (live === undefined) return remembered;
  const known = remembered && live.isToldBy(remembered.call) ? remembered : undefined;
  if (remembered && !known && remembered.call.startedAt > live.startedAt) return remembered;
  const last = known?.events.at(-1);
  const told = last ? live.events.findLastIndex((event) => isSame(event, last)) : -1;
  const events = [...known?.events ?? [], ...live.events.slice(told + 1)];
  return { call: live, events, ...tellCourse(events) };
}

function isSame(one: KeptEvent, other: KeptEvent): boolean {
  return one.at === other.at && one.type === other.type && turnOf(one) === turnOf(other);
}

function turnOf(event: KeptEvent): number | undefined {
  return "turn" in event ? event.turn : undefined;
}
