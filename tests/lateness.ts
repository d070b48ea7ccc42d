const EVERY_MS = 5;

/** How late things happen on a machine that has much to do, which everything that is timed meanwhile may be off by. */
export interface Lateness {
  /** Ends it. Resolves with the longest that an act took from when it was due, in ms. */
  longest(): Promise<number>;
}

/** Does something again and again, such as a way there and back, until it is asked how long that took at most. */
export function lateness(act: () => Promise<unknown> = () => Promise.resolve()): Lateness {
  let longest = 0;
  let over = false;
  const done = (async () => {
    while (!over) {
      const due = performance.now() + EVERY_MS;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      await act();
      longest = Math.max(longest, performance.now() - due);
    }
  })();
  return {
    async longest() {
      over = true;
      await done;
      return longest;
    },
  };
}
