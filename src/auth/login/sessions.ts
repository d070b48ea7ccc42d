import { atDate, type Clock } from "../../lib/clock.ts";
import { setNewest } from "../../lib/newest.ts";
import { Seal } from "./seal.ts";
import type { Session } from "./visitor.ts";

/** Sessions that were ended before their time and are remembered until then. */
const MOST_ENDED = 10_000;

/** Who logged in and how, as a cookie says it. What they may do is not in it: the configuration says that. */
export interface Claims {
  readonly via: "oidc" | "password";
  readonly name: string;
  /** The verified address of whoever came by a provider, and their organization. */
  readonly email?: string | undefined;
  readonly org?: string | undefined;
  /** What changes when the password does. */
  readonly mark?: string | undefined;
}

/** A session that holds, and whose it is. */
export interface OpenSession extends Session, Claims {}

/** Sessions that live in their visitors' cookies: a gateway that restarts with the same secret still knows them. */
export class Sessions {
  readonly #seal: Seal;
  readonly #tokens: Seal;
  readonly #lifetimeMs: number;
  readonly #clock: Clock;
  readonly #ended = new Map<string, number>();
  /** What wants to know when a session is over, by the session's id. */
  readonly #watchers = new Map<string, Set<() => void>>();

  constructor(secret: Uint8Array, { lifetimeMs, clock }: { readonly lifetimeMs: number; readonly clock: Clock }) {
    this.#seal = new Seal(secret, "session");
    this.#tokens = new Seal(secret, "page token");
    this.#lifetimeMs = lifetimeMs;
    this.#clock = clock;
  }

  /** Begins a session. Returns the cookie's value, and how long it is good for in ms. */
  begin(claims: Claims): { readonly cookie: string; readonly lifetimeMs: number } {
    const session: OpenSession = { ...claims, id: crypto.randomUUID(), until: this.#clock.date() + this.#lifetimeMs };
    return { cookie: this.#seal.close(session), lifetimeMs: this.#lifetimeMs };
  }

  /** The session of a cookie, if it is ours and holds. */
  read(cookie: string): OpenSession | undefined {
    const session = this.#seal.open(cookie) as OpenSession | undefined;
    return session !== undefined && session.until > this.#clock.date() && !this.#ended.has(session.id)
      ? session
      : undefined;
  }

  /** Ends a session before its time; its cookie is worth nothing from now on. */
  end({ id, until }: Session): void {
    const now = this.#clock.date();
    for (const [other, over] of this.#ended) if (over <= now) this.#ended.delete(other);
    setNewest(this.#ended, id, until, MOST_ENDED);
    for (const over of [...this.#watchers.get(id) ?? []]) over();
  }

  /** Calls `over` once a session is over, by its time or before. Returns what calls that off. */
  watch({ id, until }: Session, over: () => void): () => void {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers);
    watchers.add(over);
    const callOff = atDate(this.#clock, until, over);
    return () => {
      callOff();
      watchers.delete(over);
      if (watchers.size === 0) this.#watchers.delete(id);
    };
  }

  /** What our own pages send along with whatever acts, and pages of others cannot know. */
  pageToken({ id }: Pick<Session, "id">): string {
    return this.#tokens.mark(id);
  }

  /** Whether a token is the session's. */
  isPageToken({ id }: Pick<Session, "id">, token: string): boolean {
    return this.#tokens.holds(id, token);
  }
}
