import assert from "node:assert/strict";
import { callUnary } from "../../src/grpc/client.ts";
import { Health } from "../../src/protocols/gen/health.ts";
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

/** A gateway of its own. Its line has asked for health once: it does not belong to those who go first. */
export async function attackedHouse(yaml = ""): Promise<GatewayProcess> {
  const house = await GatewayProcess.start([], yaml);
  await callUnary(house.channel, Health.Check, new Uint8Array(0));
  return house;
}

/** How many connections and streams the gateway has. */
async function openOf(house: GatewayProcess): Promise<{ readonly connections: number; readonly streams: number }> {
  const answer = await fetch(new URL("/api/debug/sessions", house.page));
  const { connections, wire } = await answer.json();
  return { connections, streams: wire.openStreams };
}

/**
 * Waits until nobody but the gateway's own line is connected and no stream is left; fails after ten seconds, and when
 * that line was lost.
 */
export async function untilAlone(house: GatewayProcess): Promise<void> {
  const until = performance.now() + 10_000;
  for (let left; (left = await openOf(house)).connections > 1 || left.streams > 0;) {
    assert.ok(
      performance.now() < until,
      `${left.connections - 1} connections and ${left.streams} streams are left over`,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal((await openOf(house)).connections, 1, "the gateway's own line was cut off");
}

/** Attacks a gateway, configured by `yaml`, for so many ms while a bystander makes calls, and waits until all is as it was. */
export async function attacked(name: string, ms: number, yaml = ""): Promise<Attacked> {
  await using house = await attackedHouse(yaml);
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
