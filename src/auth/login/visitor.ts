/** Viewers may look at everything, operators may also act: end a call, make one, ask for agents anew. */
export const ROLES = ["viewer", "operator"] as const;
export type Role = typeof ROLES[number];

/** How somebody is known: by a login with Webex or another provider, a password, an API token, or not at all. */
export type Way = "oidc" | "password" | "token" | "open";

/** Who asks for something, and what they may do. */
export interface Visitor {
  readonly name: string;
  readonly role: Role;
  readonly via: Way;
  /** The session that they are known by, where it is one. */
  readonly session?: Session;
}

/** A login that holds for a while. */
export interface Session {
  readonly id: string;
  /** When it ends, in ms since 1970. */
  readonly until: number;
}

/** What somebody did, for whoever keeps a trail of it. */
export interface AuditEntry {
  /** In ms since 1970. */
  readonly at: number;
  readonly who: string;
  readonly via: Way;
  /** Such as "login", "logout", or a route: "POST /api/calls/:id/end". */
  readonly action: string;
  /** What it was done to, such as a path; "" for nothing in particular. */
  readonly about: string;
}
