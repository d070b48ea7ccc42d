/**
 * 10,000 open connections, of which all but ten have asked once how the gateway is and are idle since, beside calls on those ten:
 * deno run -A tests/endurance/idle.ts [--connections 10000] [--calls 500]. No connection may be lost, no call may fail, and
 * p99 from deciding frame to event stays below 40 ms.
 */
import { parseArgs } from "node:util";
import { Flag, FrameType } from "../../src/http2/frames.ts";
import { Health } from "../../src/protocols/gen/health.ts";
import { RawClient } from "../wire/raw_client.ts";
import { bytesOf, frame, joined, opening, requestBlock } from "../wire/raw_frames.ts";
import { describe, holdCalls, latencyOf, verdict } from "./held_calls.ts";
import { Program } from "./program.ts";

const BUSY = 10;
const ASKS = joined(
  opening(),
  bytesOf([
    frame(FrameType.HEADERS, Flag.END_HEADERS, 1, requestBlock(Health.Check)),
    frame(FrameType.DATA, Flag.END_STREAM, 1, new Uint8Array(5)),
  ]),
);
const MOST_MS = 40;

const { values } = parseArgs({
  options: { connections: { type: "string", default: "10000" }, calls: { type: "string", default: "500" } },
});
const idle = Number(values.connections) - BUSY;
await using house = await Program.start();
const before = house.memory.rss;
using crowd = new DisposableStack();
const clients: RawClient[] = [];
while (clients.length < idle) {
  clients.push(
    ...await Promise.all(Array.from({ length: Math.min(100, idle - clients.length) }, async () => {
      const client = crowd.use(await RawClient.connect(house.port));
      await client.send(ASKS);
      return client;
    })),
  );
}
const report = await holdCalls(house.port, { calls: Number(values.calls), seconds: 20, connections: BUSY });
const lost = clients.filter(({ over }) => over).length;
const perConnection = (house.memory.rss - before) / idle / 1024;
verdict(
  !house.ended && lost === 0 && Object.keys(report.failures).length === 0 && latencyOf(report) < MOST_MS,
  `${idle} idle connections, ${lost} of them lost, and ${describe(report)}; RSS ${
    (house.memory.rss / 2 ** 20).toFixed(0)
  } MiB, ` +
    `with the calls ${perConnection.toFixed(1)} KiB a connection`,
);
