/**
 * The connections of the fuzzer, in a thread of their own: whoever measures beside them is not kept waiting by them. Hears
 * a `FuzzTask` and says how far it has come: about every 10,000 connections, and when it is done.
 */
import { said } from "./fuzz_mutations.ts";
import { Random } from "./fuzz_random.ts";
import { RawClient } from "./raw_client.ts";

export interface FuzzTask {
  readonly port: number;
  readonly seed: number;
  /** The first connection's number; each has a conversation of its own. */
  readonly first: number;
  /** Ends after so many connections, or after so many ms. */
  readonly connections: number;
  readonly ms: number;
}

export interface FuzzProgress {
  /** The number of the next connection. */
  readonly next: number;
  readonly done: boolean;
}

/** Connections at once. */
const AT_ONCE = 64;
/** How long a connection that the server leaves open is listened to at most, in ms. */
const LISTEN_MS = 5;
const STEP = 10_000;
/** Connections that are listened to: one timer for all of them costs less than one each. */
let listening: (() => void)[] = [];

// deno-lint-ignore no-explicit-any -- the house's types are those of a window
const thread = self as any;
thread.onmessage = async ({ data }: MessageEvent<FuzzTask>) => {
  const { port, seed, first, connections, ms } = data;
  const tell = (done: boolean) => thread.postMessage({ next, done } satisfies FuzzProgress);
  const since = performance.now();
  let next = first;
  const work = async () => {
    while (next < first + connections && performance.now() - since < ms) {
      const number = next++;
      if (next % STEP === 0 || next === first + STEP / 10) tell(false);
      await converse(port, number, new Random(Math.imul(seed, 0x9e3779b1) + number));
    }
  };
  const bell = setInterval(() => {
    const late = listening;
    listening = [];
    for (const over of late) over();
  }, LISTEN_MS);
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  clearInterval(bell);
  tell(true);
};

/** One connection: its bytes in up to four pieces, and then whatever the server does. */
async function converse(port: number, number: number, random: Random): Promise<void> {
  const bytes = said(number, random);
  const cuts = Array.from({ length: random.below(4) }, () => random.below(bytes.length + 1)).sort((a, b) => a - b);
  try {
    using client = await RawClient.connect(port);
    let from = 0;
    for (const to of [...cuts, bytes.length]) {
      if (to > from && !await client.send(bytes.subarray(from, to))) return;
      from = to;
    }
    if (random.once(3)) return;
    if (random.once(2)) await client.closeWrite();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    listening.push(resolve);
    await Promise.race([client.ended, late]);
  } catch (error) {
    // A gateway that has ended refuses: `fuzz` sees to that.
    if (!(error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}
