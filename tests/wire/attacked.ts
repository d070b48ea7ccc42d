import assert from "node:assert/strict";
import { GatewayProcess } from "../gateway_process.ts";
import type { AttackReport } from "./attacks.ts";
import { Bystander } from "./bystander.ts";

/** What was seen of a gateway while it was attacked. */
export interface Attacked extends AttackReport {
  /** The bystander's health checks: percentile 99, in ms. */
  readonly p99Ms: number;
  /** Whole calls that the bystander made meanwhile. */
  readonly calls: number;
  /** The most memory that the gateway held, in bytes. */
  readonly memory: number;
}

/** How many connections the gateway has. */
export async function connectionsOf(house: GatewayProcess): Promise<number> {
  const answer = await fetch(new URL("/api/debug/sessions", house.page));
  return (await answer.json()).connections;
}

/** Waits until nobody but the gateway's own line is connected; fails after ten seconds. */
export async function untilAlone(house: GatewayProcess): Promise<void> {
  const until = performance.now() + 10_000;
  for (let left; (left = await connectionsOf(house)) > 1;) {
    assert.ok(performance.now() < until, `${left - 1} connections are left over`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Attacks a gateway for so many ms while a bystander makes calls, and waits until all is as it was. */
export async function attacked(name: string, ms: number): Promise<Attacked> {
  await using house = await GatewayProcess.start();
  const bystander = await Bystander.start(house.port);
  await bystander.settle();
  const attack = attackerOf(name, house.port, ms);
  let over = false;
  let memory = 0;
  const watch = async () => {
    while (!over) {
      memory = Math.max(memory, await house.memory());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const watching = watch();
  const told = await attack;
  over = true;
  await watching;
  const { calls } = bystander;
  const p99Ms = await bystander.stop();
  await untilAlone(house);
  // New connections are welcome again.
  await (await Bystander.start(house.port)).stop();
  return { ...told, p99Ms, calls, memory };
}

/** The attacker yields to the bystander, with whom it shares this machine's processors: elsewhere it would have its own. */
async function attackerOf(name: string, port: number, ms: number): Promise<AttackReport> {
  const attacker = new Deno.Command("nice", {
    args: [
      ...["-n", "10", Deno.execPath(), "run", "--allow-all", new URL("attacker.ts", import.meta.url).pathname],
      ...[name, String(port), String(ms)],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  });
  const { stdout, success } = await attacker.output();
  assert.ok(success, "the attacker failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}
