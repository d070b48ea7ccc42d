/** What the metrics cost: a scrape with 1,000 live calls, and an event of a call. Run: deno run -A bench/metrics.ts */
import type { CallEvent, CallHappening } from "../src/call/event.ts";
import { GrpcServer } from "../src/grpc/server.ts";
import { Bus } from "../src/lib/bus.ts";
import { systemClock } from "../src/lib/clock.ts";
import { Metrics } from "../src/telemetry/metrics.ts";
import { processReadings } from "../src/telemetry/process_readings.ts";
import { wireReadings } from "../src/telemetry/wire_readings.ts";

const CALLS = 1000;
const SCRAPES = 500;
const ROUNDS = 100;
const CONNECTORS = ["local_audio", "echo", "aws_lex", "other_lex"];

const events = new Bus<CallEvent>();
await using server = GrpcServer.listen({ hostname: "127.0.0.1", port: 0, methods: new Map() });
using metrics = new Metrics({
  clock: systemClock,
  events,
  readings: [
    ...processReadings({
      version: "bench",
      startedAt: systemClock.date(),
      memory: Deno.memoryUsage,
      liveCalls: () => CALLS,
      droppedEvents: () => events.dropped,
      lostLogLines: () => 0,
    }),
    ...wireReadings(server),
  ],
});

const tell = (call: number, happening: CallHappening) =>
  events.publish({ ...happening, callId: `c${call}`, orgId: "o", agentId: "a", at: 0 });
/** One turn of every call: five events each. */
async function round(turn: number): Promise<void> {
  for (let call = 0; call < CALLS; call++) {
    tell(call, { type: "turn_opened", turn });
    tell(call, { type: "caller_turn", turn, by: "voice" });
    tell(call, { type: "agent_turn", turn, waitedMs: (call * 7) % 3000 });
    tell(call, { type: "speech_started", turn });
    tell(call, { type: "turn_closed", turn, cancelled: false, frames: 100 });
  }
  await systemClock.nextTurn();
}

for (let call = 0; call < CALLS; call++) {
  tell(call, { type: "call_started", connector: CONNECTORS[call % CONNECTORS.length]!, trackingId: "", language: "" });
}
for (let turn = 0; turn < 20; turn++) await round(turn);
const before = performance.now();
for (let turn = 0; turn < ROUNDS; turn++) await round(turn);
const perEvent = (performance.now() - before) / (ROUNDS * CALLS * 5);

const times: number[] = [];
let text = "";
for (let scrape = 0; scrape < SCRAPES; scrape++) {
  const start = performance.now();
  text = await metrics.openMetrics();
  times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
const at = (share: number) => times[Math.floor(share * SCRAPES)]!.toFixed(2);
console.log(`an event, published and counted: ${(perEvent * 1000).toFixed(2)} µs; dropped ${events.dropped}`);
console.log(`a scrape with ${CALLS} live calls: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${text.length} bytes`);
