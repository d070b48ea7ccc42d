import { randomBytes } from "node:crypto";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import { type Burst, burst } from "../../lib/log_burst.ts";
import { RateLimit } from "../../lib/rate_limit.ts";
import { sameOrg } from "../data_source.ts";
import { hashOfToken } from "./api_token.ts";
import type { LocalUser, LoginOptions, Machine } from "./config.ts";
import { LoginFault } from "./fault.ts";
import { type Attempt, OidcLogin } from "./oidc.ts";
import { PasswordChecks } from "./password.ts";
import { Seal } from "./seal.ts";
import { type Claims, type OpenSession, Sessions } from "./sessions.ts";
import type { AuditEntry, Role, Session, Visitor } from "./visitor.ts";

/** Attempts a minute: of one address, of one name from one address, and of one name from anywhere. */
const ATTEMPTS = { address: 30, pair: 10, name: 60 } as const;
/** How long a login at a provider may take, in ms. */
const ATTEMPT_MS = 600_000;
const LONGEST_PASSWORD = 1024;

export interface LoginDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch: typeof globalThis.fetch;
  /** Hears of every login and logout. */
  readonly audit: (entry: AuditEntry) => void;
}

/** Somebody who was let in: what their browser has to keep, and for how long in ms. */
export interface Admission {
  readonly visitor: Visitor;
  readonly cookie: string;
  readonly lifetimeMs: number;
  /** The page that they wanted to see. */
  readonly next: string;
}

/** A login at a provider that has begun: where the browser is to go, and what it has to keep. */
export interface Begun {
  readonly url: string;
  readonly cookie: string;
  readonly lifetimeMs: number;
}

/** Decides who may look and act: by a password, a provider of OpenID Connect, or a program's token. */
export class Login implements Disposable {
  readonly #options: LoginOptions;
  readonly #deps: LoginDeps;
  readonly #users: ReadonlyMap<string, LocalUser>;
  readonly #machines: ReadonlyMap<string, Machine>;
  readonly #sessions: Sessions;
  /** What a browser keeps between the beginning and the end of a login at the provider. */
  readonly #attempts: Seal;
  /** Tells by a user's cookie whether the password is still the one that it was given for. */
  readonly #passwords: Seal;
  readonly #checks = new PasswordChecks();
  readonly #byAddress: RateLimit;
  readonly #byPair: RateLimit;
  readonly #byName: RateLimit;
  readonly #oidc: OidcLogin | undefined;
  readonly #report: Burst;

  constructor(options: LoginOptions, deps: LoginDeps) {
    const { clock, log } = deps;
    const secret = options.secret.empty ? randomBytes(32) : new TextEncoder().encode(options.secret.reveal());
    this.#options = options;
    this.#deps = deps;
    this.#users = new Map(options.users.map((user) => [user.name, user]));
    this.#machines = new Map(options.machines.map((machine) => [machine.tokenHash.reveal(), machine]));
    this.#sessions = new Sessions(secret, { lifetimeMs: options.sessionMs, clock });
    this.#attempts = new Seal(secret, "login attempt");
    this.#passwords = new Seal(secret, "password");
    this.#byAddress = new RateLimit(ATTEMPTS.address, clock);
    this.#byPair = new RateLimit(ATTEMPTS.pair, clock);
    this.#byName = new RateLimit(ATTEMPTS.name, clock);
    this.#oidc = options.oidc && new OidcLogin(options.oidc, deps);
    this.#report = burst(log, clock);
  }

  /** Whether somebody can log in with a password. */
  get takesPasswords(): boolean {
    return this.#users.size > 0;
  }

  /** The provider that people can log in at, and where it sends them back to. */
  get provider(): { readonly name: string; readonly redirectUri: URL } | undefined {
    const { oidc } = this.#options;
    return oidc && { name: oidc.provider.name, redirectUri: new URL(oidc.redirectUri) };
  }

  /** Whose session a cookie is, if it is one and its owner may still come in. */
  bySession(cookie: string): Visitor | undefined {
    const session = this.#sessions.read(cookie);
    const role = session && this.#roleOf(session);
    if (session === undefined || role === undefined) return undefined;
    const { name, via, id, until } = session;
    return { name, role, via, session: { id, until } };
  }

  /** Whose token an `Authorization` field carries (RFC 6750 §2.1). */
  byToken(authorization: string): Visitor | undefined {
    const token = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1];
    const machine = token === undefined ? undefined : this.#machines.get(hashOfToken(token));
    return machine && { name: machine.name, role: machine.role, via: "token" };
  }

  /** Lets somebody in by name and password. `peer` is where they ask from. Throws LoginFault. */
  async byPassword(name: string, password: string, peer: string): Promise<Admission> {
    return await this.#reported(peer, async () => {
      this.#slow(this.#byAddress.take(peer), this.#byPair.take(`${peer} ${name}`), this.#byName.take(name));
      const user = this.#users.get(name);
      const right = password.length <= LONGEST_PASSWORD &&
        await this.#checks.check(password, user?.passwordHash.reveal());
      if (right === "busy") throw new LoginFault("LOGIN-BUSY");
      if (!right || user === undefined) throw new LoginFault("LOGIN-REFUSED");
      return this.#admit({ via: "password", name, mark: this.#markOf(user) }, "/");
    });
  }

  /** Begins a login at the provider. `next`: the page to come back to. Throws LoginFault. */
  async begin(next: string, peer: string): Promise<Begun> {
    return await this.#reported(peer, async () => {
      this.#slow(this.#byAddress.take(peer));
      const { url, attempt } = await this.#oidc!.begin();
      const until = this.#deps.clock.date() + ATTEMPT_MS;
      return { url, cookie: this.#attempts.close({ ...attempt, next, until }), lifetimeMs: ATTEMPT_MS };
    });
  }

  /** Ends it: `query` is what the browser brings back, `cookie` what it has kept. Throws LoginFault. */
  async finish(query: URLSearchParams, cookie: string, peer: string): Promise<Admission> {
    return await this.#reported(peer, async () => {
      this.#slow(this.#byAddress.take(peer));
      const attempt = this.#attempts.open(cookie) as (Attempt & { next: string; until: number }) | undefined;
      if (attempt === undefined || attempt.until <= this.#deps.clock.date()) throw new LoginFault("LOGIN-STATE");
      const { subject, email, org } = await this.#oidc!.finish(query, attempt);
      const claims: Claims = { via: "oidc", name: email ?? subject, email, org };
      if (this.#roleOf(claims) === undefined) throw new LoginFault("LOGIN-ORGANIZATION");
      return this.#admit(claims, attempt.next);
    });
  }

  /** Ends a visitor's session. */
  logOut({ name, via, session }: Visitor): void {
    if (session === undefined) return;
    this.#sessions.end(session);
    this.#deps.audit({ at: this.#deps.clock.date(), who: name, via, action: "logout", about: "" });
  }

  /** Calls `over` once a session is over, by its time or before. Returns what calls that off. */
  watch(session: Session, over: () => void): () => void {
    return this.#sessions.watch(session, over);
  }

  /** What our own pages send along with whatever acts, and pages of others cannot know. */
  pageToken(session: Session): string {
    return this.#sessions.pageToken(session);
  }

  isPageToken(session: Session, token: string): boolean {
    return this.#sessions.isPageToken(session, token);
  }

  [Symbol.dispose](): void {
    this.#report[Symbol.dispose]();
  }

  /** What somebody may do as things are configured now; undefined for nothing. */
  #roleOf({ via, name, email, org, mark }: Claims | OpenSession): Role | undefined {
    if (via === "password") {
      const user = this.#users.get(name);
      return user && mark === this.#markOf(user) ? user.role : undefined;
    }
    const { oidc } = this.#options;
    if (!oidc || (oidc.orgs !== "anyone" && !oidc.orgs.some((each) => sameOrg(each, org)))) return undefined;
    return email !== undefined && oidc.operators.includes(email.toLowerCase()) ? "operator" : "viewer";
  }

  #markOf({ passwordHash }: LocalUser): string {
    return this.#passwords.mark(passwordHash.reveal());
  }

  #admit(claims: Claims, next: string): Admission {
    const { cookie, lifetimeMs } = this.#sessions.begin(claims);
    const visitor = this.bySession(cookie)!;
    this.#deps.audit({ at: this.#deps.clock.date(), who: claims.name, via: claims.via, action: "login", about: "" });
    return { visitor, cookie, lifetimeMs, next };
  }

  #slow(...waits: readonly number[]): void {
    if (waits.some((ms) => ms > 0)) throw new LoginFault("LOGIN-BUSY");
  }

  /** Logs that somebody was not let in: never what they typed. */
  async #reported<T>(peer: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof LoginFault) {
        this.#report("login refused", { code: error.code, problem: error.problem, peer });
      }
      throw error;
    }
  }
}
