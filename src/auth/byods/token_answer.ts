/** How long before its end an access token is no longer used, in ms: longer than what is done with it may take. */
export const SPARE_MS = 300_000;

/** A text field of a token answer (RFC 6749 5.1), or undefined when it is not there. */
export function textOf(answer: unknown, field: string): string | undefined {
  const value = (answer as Record<string, unknown> | null)?.[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** How long the access token of a token answer lives (RFC 6749 5.1, `expires_in`), in ms; 0 when it does not say. */
export function lifetimeMs(answer: unknown): number {
  const seconds = Number((answer as Record<string, unknown> | null)?.expires_in);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}
