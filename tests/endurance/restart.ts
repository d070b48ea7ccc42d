/**
 * kill -9 and restart under load: deno run -A tests/endurance/restart.ts [--calls 200] [--times 3]. Every RPC that was under
 * way ends as UNAVAILABLE within a second, and a second after the gateway serves again new calls go through.
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { Status } from "../../src/grpc/status.ts";
import { Callers } from "./callers.ts";
import { verdict } from "./held_calls.ts";
import { Program } from "./program.ts";

const SOON_MS = 1000;

const { values } = parseArgs({
  options: { calls: { type: "string", default: "200" }, times: { type: "string", default: "3" } },
});
const count = Number(values.calls);
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

let house = await Program.start();
const { port } = house;
const told: string[] = [];
let holds = true;
try {
  for (let time = 1; time <= Number(values.times); time++) {
    const callers = await Callers.start(port, count);
    await pause(1000);
    assert.equal(callers.ended.length, 0, "calls ended before the gateway did");
    const killed = performance.now();
    house.kill();
    await callers.allEnded;
    const lostMs = performance.now() - killed;
    await house[Symbol.asyncDispose]();
    const restarted = performance.now();
    house = await Program.start({ port });
    const servesMs = performance.now() - restarted;
    const again = await Callers.start(port, count);
    const backMs = performance.now() - restarted - servesMs;
    again.hangUp();
    const wrong = callers.ended.filter((status) => status !== Status.UNAVAILABLE).length;
    holds &&= wrong === 0 && lostMs < SOON_MS && backMs < SOON_MS;
    told.push(
      `${count} RPCs lost after ${lostMs.toFixed(0)} ms, ${wrong} of them not as UNAVAILABLE; serves after ` +
        `${servesMs.toFixed(0)} ms; ${count} new calls welcomed after ${backMs.toFixed(0)} ms more`,
    );
    console.log(told.at(-1));
    await again.allEnded;
  }
} finally {
  await house[Symbol.asyncDispose]();
}
verdict(holds, `kill -9, ${values.times} times: ${told.at(-1)}`);
