/** Conversations that break the rules: deno run -A tests/wire/fuzz.ts [--connections 100000] [--seed 1] [--first 0] */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { attackedHouse, untilAlone } from "./attacked.ts";
import { Bystander } from "./bystander.ts";
import type { FuzzProgress, FuzzTask } from "./fuzz_clients.ts";

export interface FuzzOptions extends Omit<FuzzTask, "port" | "first" | "ms"> {
  readonly first?: number;
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

/** Connections before the last one that was counted, among which is the one to look at. */
const SUSPECTS = 20_000;

/**
 * Connects again and again with conversations that break the rules, while a bystander makes calls. Throws when the
 * gateway ends, the bystander is failed, or connections are left over; the message names the ones to look at.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, first = 0, connections, ms = Infinity, progress = () => {} } = options;
  await using house = await attackedHouse();
  const bystander = await Bystander.start(house.port);
  const since = performance.now();
  let next = first;
  let early = 0;
  let ended = false;
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  const clients = new Worker(new URL("fuzz_clients.ts", import.meta.url), { type: "module" });
  clients.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`the fuzzer's clients failed: ${event.message}`));
  };
  clients.onmessage = async ({ data }: MessageEvent<FuzzProgress>) => {
    next = data.next;
    if (early === 0) early = await house.memory();
    if (data.done) resolve();
    else progress(next);
  };
  void house.exit.then(() => {
    ended = true;
    resolve();
  });
  bystander.failure.then(resolve);
  clients.postMessage({ port: house.port, seed, first, connections, ms } satisfies FuzzTask);
  await over.finally(() => clients.terminate());
  const from = Math.max(first, next - SUSPECTS);
  const lookAt = `look at --seed ${seed} --first ${from} --connections ${next + SUSPECTS - from}`;
  const took = performance.now() - since;
  assert.ok(!ended, `the gateway has ended after ${next} connections: ${lookAt}`);
  const { calls } = bystander;
  const p99Ms = await bystander.stop().catch((error) => {
    throw new Error(`the bystander was failed after ${next} connections: ${lookAt}`, { cause: error });
  });
  // Whoever is served now has stood at the door behind the last of the others.
  await (await Bystander.start(house.port)).stop();
  await untilAlone(house).catch((error) => {
    throw new Error(`not all is well after ${next} connections from seed ${seed}`, { cause: error });
  });
  return { connections: next - first, ms: took, p99Ms, calls, memory: [early, await house.memory()] };
}

if (import.meta.main) {
  const { values } = parseArgs({
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
