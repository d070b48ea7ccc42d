/** One thing that happened in a call. */
export interface TimelineEntry {
  /** Since dialling, in ms of the call's clock. */
  readonly atMs: number;
  /** "sent" to the endpoint, "received" from it, something in the "call" itself, or a "violation" of the contract. */
  readonly kind: "sent" | "received" | "call" | "violation";
  readonly what: string;
  readonly rpc?: number;
  readonly note?: string;
}

const ARROWS: { readonly [K in TimelineEntry["kind"]]: string } = {
  sent: "→",
  received: "←",
  call: "·",
  violation: "✗",
};

/** ANSI colours (ECMA-48 SGR) of each kind. */
const COLOURS: { readonly [K in TimelineEntry["kind"]]: string } = {
  sent: "36",
  received: "32",
  call: "2",
  violation: "31",
};

/** Returns an entry as a line of aligned columns. */
export function showEntry({ atMs, kind, what, rpc, note }: TimelineEntry, colours: boolean): string {
  const rpcColumn = rpc === undefined ? "" : `RPC ${rpc}`;
  const line = `${what.padEnd(38)} ${rpcColumn.padEnd(7)} ${note ?? ""}`.trimEnd();
  const text = colours ? `\x1b[${COLOURS[kind]}m${ARROWS[kind]}  ${line}\x1b[0m` : `${ARROWS[kind]}  ${line}`;
  return `${String(Math.round(atMs)).padStart(7)} ms  ${text}`;
}

/** Returns a length of time as people read it: "5.2 s", "104 ms". */
export function showMs(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`;
}
