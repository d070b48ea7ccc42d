import type { LiveEvents, Me } from "./facts.ts";

export type LiveEvent = keyof LiveEvents;

/** How the line to the gateway is. `since`: when the gateway was last heard, in ms since 1970. */
export interface LineState {
  readonly state: "connecting" | "live" | "lost";
  readonly since: number;
}

/** Without a word for this long the line counts as lost (a pulse comes every second), and for that long is opened anew. */
const LOST_MS = 3000;
const DEAD_MS = 8000;
/** Pause before the next attempt, doubled each time. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;
/** How long a page that nobody looks at keeps its line. */
const HIDDEN_MS = 60_000;

type Timer = ReturnType<typeof setTimeout> | undefined;

const EVENTS: readonly LiveEvent[] = ["snapshot", "pulse", "calls", "happened", "logs", "alerts"];

/** The one line of a page to the gateway: `/api/live`, opened again for as long as the page is looked at. */
export class LiveLine {
  readonly #address: string;
  readonly #listeners = new Map<LiveEvent, Set<(data: never) => void>>();
  readonly #watchers = new Set<(state: LineState) => void>();
  #source: EventSource | undefined;
  #state: LineState = { state: "connecting", since: Date.now() };
  #openedAt = 0;
  /** The id of the last event, to go on from there. */
  #last = "";
  #pause = FIRST_PAUSE_MS;
  #retry: Timer;
  #hide: Timer;

  /** `query`: what to hear, as `/api/live` reads it. */
  constructor(query: string) {
    this.#address = `/api/live?${query}`;
  }

  get state(): LineState {
    return this.#state;
  }

  /** Opens the line and looks after it until the page goes. */
  start(): void {
    this.#open();
    setInterval(() => this.#check(), 500);
    document.addEventListener("visibilitychange", () => this.#seen(document.visibilityState === "visible"));
    addEventListener("pagehide", () => this.#close());
    addEventListener("pageshow", (event) => event.persisted && this.#open());
  }

  /** Hears events of a name. Returns what ends that. */
  on<E extends LiveEvent>(event: E, listener: (data: LiveEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Hears how the line is. Returns what ends that. */
  watch(watcher: (state: LineState) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #open(): void {
    this.#close();
    this.#openedAt = Date.now();
    const source = this.#source = new EventSource(
      `${this.#address}${this.#last && `&last=${encodeURIComponent(this.#last)}`}`,
    );
    for (const name of EVENTS) {
      source.addEventListener(name, ({ data, lastEventId }) => {
        this.#last = lastEventId;
        this.#heard(name, JSON.parse(data));
      });
    }
    // While CONNECTING the browser resumes by itself, and tells the gateway which event it had last.
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      this.#later();
      void leaveIfLoggedOut();
    };
  }

  #close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
  }

  #later(): void {
    this.#close();
    this.#retry = setTimeout(() => this.#open(), this.#pause * (0.75 + Math.random() / 2));
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }

  #heard(name: LiveEvent, data: LiveEvents[LiveEvent]): void {
    this.#pause = FIRST_PAUSE_MS;
    this.#tell({ state: "live", since: Date.now() });
    for (const listener of this.#listeners.get(name) ?? []) listener(data as never);
  }

  #check(): void {
    const now = Date.now();
    const silent = now - this.#state.since;
    if (silent < LOST_MS || document.visibilityState === "hidden") return;
    this.#tell({ state: "lost", since: this.#state.since });
    if (this.#source && silent > DEAD_MS && now - this.#openedAt > DEAD_MS) this.#later();
  }

  #seen(visible: boolean): void {
    clearTimeout(this.#hide);
    if (!visible) this.#hide = setTimeout(() => this.#close(), HIDDEN_MS);
    else if (!this.#source || Date.now() - this.#state.since > LOST_MS) this.#open();
  }

  #tell(state: LineState): void {
    this.#state = state;
    for (const watcher of this.#watchers) watcher(state);
  }
}

/** Whoever refuses the line may do so because the session is over: then the server knows where to log in. */
async function leaveIfLoggedOut(): Promise<void> {
  try {
    const me: Me = await (await fetch("/api/me")).json();
    if (me.login === "on" && me.user === null) location.reload();
  } catch {
    // nobody is there: the line is tried again
  }
}
