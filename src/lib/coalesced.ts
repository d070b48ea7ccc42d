/** Returns a function that does something once for all who ask for it while it is being done. */
export function coalesced(act: () => Promise<void>): () => Promise<void> {
  let doing: Promise<void> | undefined;
  return () => doing ??= act().finally(() => doing = undefined);
}
