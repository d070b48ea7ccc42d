import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { GatewayProcess } from "../gateway_process.ts";
import { connectionsOf, untilAlone } from "./attacked.ts";
import { Bystander } from "./bystander.ts";
import { mutated } from "./fuzz_mutations.ts";
import { Random } from "./fuzz_random.ts";
import { RawClient } from "./raw_client.ts";

/** Connections at once. */
const WORKERS = 32;
/** How long a connection that the server leaves open is listened to, in ms. */
const LISTEN_MS = 5;

export interface FuzzOptions {
  readonly seed: number;
  /** The first connection's number; each has a conversation of its own. */
  readonly first?: number;
  /** Ends after so many connections, or after so many ms. */
  readonly connections: number;
  readonly ms?: number;
  /** Hears how many connections there were, about every 10,000. */
  readonly progress?: (done: number) => void;
}

export interface FuzzReport {
  readonly connections: number;
  readonly ms: number;
  /** Percentile 99 of the bystander's health checks, in ms, and its whole calls. */
  readonly p99Ms: number;
  readonly calls: number;
  /** The gateway's memory after the first thousand connections, and at the end, in bytes. */
  readonly memory: readonly [early: number, late: number];
}

/**
 * Connects again and again with conversations that break the rules, while a bystander makes calls. Throws when the
 * gateway ends, the bystander is failed, or connections are left over; the message names the ones to look at.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, first = 0, connections, ms = Infinity, progress = () => {} } = options;
  await using house = await GatewayProcess.start();
  let ended = false;
  house.exit.then(() => ended = true);
  const bystander = await Bystander.start(house.port);
  const since = performance.now();
  let next = first;
  let early = 0;
  const going = () => !ended && !bystander.failed && next < first + connections && performance.now() - since < ms;
  const work = async () => {
    while (going()) {
      const number = next++;
      if (number === first + 1000) early = await house.memory();
      if (number % 10_000 === 9999) progress(number + 1);
      await converse(house.port, new Random(seed * 0x9e3779b1 + number));
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  const lookAt = `look at --seed ${seed} --first ${Math.max(0, next - 2 * WORKERS)} --connections ${2 * WORKERS}`;
  const took = performance.now() - since;
  assert.ok(!ended, `the gateway has ended after ${next} connections: ${lookAt}`);
  const { calls } = bystander;
  const p99Ms = await bystander.stop().catch((error) => {
    throw new Error(`the bystander was failed after ${next} connections: ${lookAt}`, { cause: error });
  });
  await untilAlone(house);
  assert.equal(await connectionsOf(house), 1);
  return { connections: next - first, ms: took, p99Ms, calls, memory: [early, await house.memory()] };
}

/** One connection: its bytes in up to four pieces, and then whatever the server does. */
async function converse(port: number, random: Random): Promise<void> {
  const bytes = mutated(random);
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
    const timer = setTimeout(resolve, LISTEN_MS);
    await Promise.race([client.ended, late]);
    clearTimeout(timer);
  } catch (error) {
    // A gateway that has ended refuses: `fuzz` sees to that.
    if (!(error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      connections: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      first: { type: "string", default: "0" },
    },
  });
  console.log(`from seed ${values.seed}`);
  const report = await fuzz({
    connections: Number(values.connections),
    seed: Number(values.seed),
    first: Number(values.first),
    progress: (done) => console.log(`${done} connections`),
  });
  console.log(JSON.stringify(report));
}
