/**
 * Resolves and rejects as a promise does, or rejects with the signal's reason as soon as that is aborted: the SDK asks for
 * credentials before it looks at a signal. What the promise comes to after that is let go.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
    promise.catch(() => {});
  }
}
