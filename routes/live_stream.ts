import type { LiveEvents } from "../islands/facts.ts";
import type { CallEvent } from "../src/call/event.ts";
import { callRow, eventFact, iso } from "./call_facts.ts";
import { type House, numbersOf } from "./house.ts";
import { callKey } from "../src/lib/call_key.ts";
import type { CallMove, LiveCall } from "./live_calls.ts";
import { joined, LiveClient, Pieces } from "./live_client.ts";
import { LiveRing } from "./live_ring.ts";
import { StoreTail } from "./store_tail.ts";

/** How often something is told: calls that are new or over every round, other changes and a sign of life every fourth. */
const ROUND_MS = 250;
const ROUNDS_A_SECOND = 4;
/** Dashboards that may be open. */
const MOST_CLIENTS = 1000;
/** Rows of a snapshot, and of one round. */
const MOST_ROWS = 2000;
const MOST_ROWS_A_ROUND = 1000;
/** What happened in one call between two rounds. */
const MOST_HAPPENED = 1000;
const RING_BYTES = 4 << 20;
/** One who has not read for so long is cut off, in ms. */
const STUCK_MS = 30_000;
/** How long things go on being told to nobody, so that one who was away for a moment misses nothing, in ms. */
const LINGER_MS = 60_000;
/** What browsers are told to wait before they come back, in ms. */
const RETRY_MS = 1000;

/** What a dashboard listens to. */
export interface Listening {
  readonly topics: ReadonlySet<"overview" | "calls" | "call" | "logs" | "alerts">;
  /** With the topic "call". */
  readonly call?: { readonly orgId: string; readonly callId: string };
}

/** Tells every open dashboard what happens. Costs nothing while none is open. */
export class LiveStream implements Disposable {
  /** Tells streams of this process from those of one before it. */
  readonly boot: string = crypto.randomUUID().slice(0, 8);
  #snapshots: { next: number; plain?: Uint8Array; calls?: Uint8Array } = { next: -1 };
  readonly #ring = new LiveRing(RING_BYTES);
  readonly #pieces = new Pieces(this.#ring);
  readonly #clients = new Set<LiveClient>();
  readonly #tail: StoreTail;
  /** Rows that wait to be told. */
  readonly #rows = new Map<LiveCall, CallMove>();
  /** What has happened in calls that are watched. */
  readonly #happened = new Map<string, { readonly call: LiveCall; readonly events: CallEvent[] }>();
  /** Calls that somebody watches, or did a moment ago, and until when. */
  readonly #watched = new Map<string, number>();
  #stop: (() => void) | undefined;
  #round = 0;
  #aloneSince = 0;
  /** Connections that are not closed yet, those of clients that were cut off too. */
  #open = 0;
  #closed = false;

  constructor(readonly house: House) {
    this.#tail = new StoreTail(house.store);
  }

  /**
   * Opens a stream of server-sent events. `after`: the id that the browser had last, or ""; `gone`: resolves when its
   * connection is closed. Returns undefined when there are as many as there may be, or the gateway is stopping.
   */
  async open({ topics, call }: Listening, after: string, gone?: Promise<void>): Promise<ReadableStream | undefined> {
    if (this.#open >= MOST_CLIENTS || this.#closed) return undefined;
    this.#open++;
    this.#start();
    const wanted = new Set(["", ...topics].filter((topic) => topic !== "call"));
    const key = topics.has("call") && call ? callKey(call) : undefined;
    const resumes = key === undefined || this.#watched.has(key);
    if (key !== undefined) {
      wanted.add(key);
      this.#watched.set(key, Infinity);
    }
    const known = new RegExp(`^${this.boot}-(\\d{1,15})$`).exec(after)?.[1];
    const next = known === undefined || !resumes ? -1 : Number(known) + 1;
    const client = new LiveClient(wanted, { next, now: this.house.clock.now() });
    this.#clients.add(client);
    const closed = () => void (this.#open--);
    if (gone) gone.then(closed, closed);
    const stream = client.stream(() => this.#take(client), () => {
      this.#leave(client);
      if (!gone) closed();
    });
    await this.#tail.follow(topics);
    return stream;
  }

  /** Ends every stream. */
  [Symbol.dispose](): void {
    this.#closed = true;
    for (const client of this.#clients) client.end();
    this.#clients.clear();
    this.#stop?.();
  }

  #start(): void {
    if (this.#stop) return;
    const { clock, calls } = this.house;
    const unwatch = calls.watch((event, call, move) => this.#note(event, call, move));
    let callOff = () => {};
    const schedule = () => {
      callOff = clock.setTimer(ROUND_MS, () => {
        schedule();
        this.#tell();
      });
    };
    schedule();
    this.#stop = () => {
      this.#stop = undefined;
      unwatch();
      callOff();
      this.#rows.clear();
      this.#happened.clear();
      this.#watched.clear();
      this.#ring.clear();
    };
  }

  #note(event: CallEvent, call: LiveCall, move: CallMove | undefined): void {
    if (move && this.#rows.get(call) !== "began") this.#rows.set(call, move);
    const key = callKey(call);
    if (!this.#watched.has(key)) return;
    const told = this.#happened.get(key) ?? { call, events: [] };
    this.#happened.set(key, told);
    if (told.events.length < MOST_HAPPENED) told.events.push(event);
  }

  /** One round: what is new goes into the ring, and to whoever waits for it. */
  #tell(): void {
    const { clock } = this.house;
    const second = ++this.#round % ROUNDS_A_SECOND === 0;
    for (const [key, { call, events }] of this.#happened) {
      this.#say(key, "happened", events.map((event) => eventFact(event, call.startedAt)));
    }
    this.#happened.clear();
    const rows = this.#due(second);
    if (rows.length > 0) this.#say("calls", "calls", rows);
    if (second) {
      this.#say("", "pulse", { ...numbersOf(this.house), now: iso(clock.date()) });
      void this.#tail.news({
        logs: (lines) => this.#say("logs", "logs", lines),
        alerts: (alerts) => this.#say("alerts", "alerts", alerts),
      });
      this.#lookAfter();
    }
    for (const client of this.#clients) {
      if (!client.waiting) continue;
      const bytes = this.#take(client);
      if (bytes) client.offer(bytes);
    }
  }

  /** The rows that are to be told in this round. */
  #due(all: boolean) {
    const now = this.house.clock.date();
    const rows: LiveEvents["calls"][number][] = [];
    for (const [call, move] of this.#rows) {
      if (!all && move === "changed") continue;
      if (rows.length === MOST_ROWS_A_ROUND) break;
      rows.push(callRow(call, now));
      this.#rows.delete(call);
    }
    return rows;
  }

  #say<E extends keyof LiveEvents>(topic: string, event: E, data: LiveEvents[E]): void {
    this.#ring.add(topic, (number) => this.#written(number, event, data));
  }

  #written<E extends keyof LiveEvents>(number: number, event: E, data: LiveEvents[E]): Uint8Array {
    return new TextEncoder().encode(`id: ${this.boot}-${number}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #take(client: LiveClient): Uint8Array | undefined {
    client.tookAt = this.house.clock.now();
    if (this.#ring.reaches(client.next)) return this.#pieces.take(client);
    client.next = this.#ring.next;
    return this.#snapshot(client.topics.has("calls"));
  }

  /** How everything stands, with what is to be told next. Made once for all who come between two frames. */
  #snapshot(withCalls: boolean): Uint8Array {
    const { clock, calls } = this.house;
    const { next } = this.#ring;
    if (this.#snapshots.next !== next) this.#snapshots = { next };
    const now = clock.date();
    return this.#snapshots[withCalls ? "calls" : "plain"] ??= joined([
      new TextEncoder().encode(`retry: ${RETRY_MS}\n`),
      this.#written(next - 1, "snapshot", {
        boot: this.boot,
        now: iso(now),
        live: numbersOf(this.house),
        ...(withCalls && { calls: [...calls.live].slice(-MOST_ROWS).map((call) => callRow(call, now)) }),
      }),
    ]);
  }

  #leave(client: LiveClient): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) this.#aloneSince = this.house.clock.now();
  }

  /** Cuts off who does not read, and stops when nobody has listened for a while. */
  #lookAfter(): void {
    const now = this.house.clock.now();
    const wanted = new Set<string>();
    for (const client of this.#clients) {
      if (!client.waiting && now - client.tookAt > STUCK_MS) {
        client.end();
        this.#leave(client);
      }
      for (const topic of client.topics) wanted.add(topic);
    }
    for (const [key, until] of this.#watched) {
      if (wanted.has(key)) this.#watched.set(key, Infinity);
      else if (until === Infinity) this.#watched.set(key, now + LINGER_MS);
      else if (until < now) this.#watched.delete(key);
    }
    this.#tail.keep(wanted);
    if (this.#clients.size === 0 && now - this.#aloneSince > LINGER_MS) this.#stop?.();
  }
}
