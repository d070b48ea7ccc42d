import type { CallHappening } from "../src/call/event.ts";
import type { Batch, Settings } from "../src/store/messages.ts";
import type { OpenDatabase } from "../src/store/open_database.ts";
import type { CallQuery } from "../src/store/store.ts";
import { ManualClock } from "./manual_clock.ts";

/** What a database in a test is told, and calls to tell it of. */

export const SETTINGS = { keepMs: 86_400_000, maxBytes: 1e9, logLines: 100, maxCallMs: 3_600_000, beatMs: 1000 };

/** A database file of its own, which goes with the process, and a clock. */
export function house(more: Partial<Settings> = {}): { readonly file: Settings; readonly clock: ManualClock } {
  const folder = Deno.makeTempDirSync();
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }), { once: true });
  return { file: { file: `${folder}/gateway.db`, ...SETTINGS, ...more }, clock: new ManualClock() };
}

export function batch(number: number, ...events: string[]): Batch {
  const pages = events.length > 0 ? [new TextEncoder().encode(events.join("\n"))] : [];
  return { number, size: events.length, events: pages, logs: [], alerts: [], deeds: [] };
}

export function told(callId: string, at: number, happening: CallHappening): string {
  return JSON.stringify({ ...happening, callId, orgId: "org", agentId: "agent", at });
}

export function started(callId: string, at: number): string[] {
  return [
    told(callId, at, { type: "call_started", connector: "echo", trackingId: "", language: "" }),
    told(callId, at, { type: "turn_opened", turn: 1 }),
  ];
}

export function whole(callId: string, at: number): string[] {
  return [...started(callId, at), told(callId, at, { type: "call_ended", outcome: "caller_hung_up", reason: "" })];
}

export function states(database: OpenDatabase, filter: Partial<CallQuery> = {}): Record<string, string> {
  const { calls } = database.answers.calls({ ...filter, sort: "startedAt", descending: false, offset: 0, limit: 1000 });
  return Object.fromEntries(calls.map(({ callId, state }) => [callId, state]));
}
