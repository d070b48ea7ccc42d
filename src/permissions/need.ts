/** What Deno lets a program do only when it is told to, as far as the gateway needs any of it. */
export const KINDS = ["net", "read", "write", "env"] as const;
export type Kind = typeof KINDS[number];

/** One thing of the machine that the program must be allowed to use. */
export interface Need {
  readonly kind: Kind;
  /** `host:port` for net, a path (a folder's may end in "/"), the name of a variable. */
  readonly target: string;
  /** What for, as a key of the configuration or a few words. */
  readonly why: string;
}
