/**
 * Calls beside bad company, compared with the same calls alone: deno run -A tests/endurance/bad_company.ts [--calls 500]
 * [--seconds 20]. The company: consumers that read their answers slowly or never, calls to a connector that never answers
 * and to one that throws, and dashboards that ask for pages, or to be told of calls live, and read nothing. No call may
 * fail, and p99 from deciding frame to event may grow by no more than 10 ms, or by half.
 */
import { parseArgs } from "node:util";
import { GrpcChannel } from "../../src/grpc/client.ts";
import { encodeVoiceVARequest, VoiceVirtualAgent } from "../../src/protocols/gen/voicevirtualagent.ts";
import { Setting } from "../../src/http2/settings.ts";
import { RawClient } from "../wire/raw_client.ts";
import { bytesOf, data, message, opening, request } from "../wire/raw_frames.ts";
import { describe, holdCalls, latencyOf, verdict } from "./held_calls.ts";
import { Program } from "./program.ts";

const YAML = `connectors:
  local_audio_connector:
    type: local_audio
  dead:
    type: dead
  throwing:
    type: throwing
`;
const SLOW_CONSUMERS = 20;
const BAD_CALLS = 50;
const STUCK_PAGES = 20;
/** A bad call's end, and the next one. */
const CALL_AGAIN_MS = 500;

const { values } = parseArgs({
  options: { calls: { type: "string", default: "500" }, seconds: { type: "string", default: "20" } },
});
const about = { calls: Number(values.calls), seconds: Number(values.seconds) };
await using house = await Program.start({ yaml: YAML });
const alone = await holdCalls(house.port, about);
console.log(`alone: ${describe(alone)}`);

let going = true;
await using channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port: house.port });
using company = new DisposableStack();
const statuses: Record<string, number> = {};
const under = [
  ...Array.from({ length: SLOW_CONSUMERS }, (_, at) => consumeSlowly(at)),
  ...Array.from({ length: BAD_CALLS }, (_, at) => call(at % 2 === 0 ? "dead" : "throwing")),
  ...["", "api/live", "api/connections", "api/debug/sessions"].flatMap((path) =>
    Array.from({ length: STUCK_PAGES / 4 }, () => askAndNeverRead(path))
  ),
];
const beside = await holdCalls(house.port, about);
going = false;
await Promise.all(under);
console.log(`in bad company: ${describe(beside)}; calls to bad connectors: ${JSON.stringify(statuses)}`);
const allowed = Math.max(latencyOf(alone) + 10, latencyOf(alone) * 1.5);
verdict(
  !house.ended && Object.keys(beside.failures).length === 0 && latencyOf(beside) <= allowed,
  `p99 ${latencyOf(alone).toFixed(1)} ms alone, ${latencyOf(beside).toFixed(1)} ms in bad company, at most ` +
    `${allowed.toFixed(1)} allowed; RSS ${(house.memory.rss / 2 ** 20).toFixed(0)} MiB`,
);

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks for welcomes of 40 kB again and again, with a wide window, and reads next to nothing of them. */
async function consumeSlowly(at: number): Promise<void> {
  const client = company.use(await RawClient.connect(house.port, { reads: false }));
  let taken = await client.send(opening([Setting.INITIAL_WINDOW_SIZE, 1 << 30]));
  for (let id = 1; going && taken; id += 2) {
    const start = encodeVoiceVARequest({
      conversationId: `slow-${at}`,
      customerOrgId: "slow",
      eventInput: { eventType: 1 },
    });
    taken = await client.send(
      bytesOf([request(id, VoiceVirtualAgent.ProcessCallerInput), data(id, message(start), true)]),
    );
    await pause(100);
  }
}

/** Makes call after call to one of the bad connectors; gives each a second to answer. */
async function call(agent: string): Promise<void> {
  const ids = { conversationId: crypto.randomUUID(), customerOrgId: "bad", virtualAgentId: agent };
  while (going) {
    const { promise, resolve } = Promise.withResolvers<number>();
    const rpc = channel.open(VoiceVirtualAgent.ProcessCallerInput, [], {
      message: () => {},
      finished: (status) => resolve(status),
    }, { timeoutMs: 1000 });
    rpc.send(encodeVoiceVARequest({ ...ids, eventInput: { eventType: 1 } }));
    rpc.halfClose();
    const outcome = `${agent}: status ${await promise}`;
    statuses[outcome] = (statuses[outcome] ?? 0) + 1;
    await pause(CALL_AGAIN_MS);
  }
}

/** Sends request after request on one connection and never reads an answer. */
async function askAndNeverRead(path: string): Promise<void> {
  const { hostname, port } = new URL(house.page);
  const conn = company.use(await Deno.connect({ hostname, port: Number(port) }));
  const ask = new TextEncoder().encode(`GET /${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  try {
    while (going) {
      // A write that waits because nothing is read waits until the connection is closed.
      await Promise.race([conn.write(ask), pause(1000)]);
      await pause(20);
    }
  } catch {
    // the dashboard has had enough
  }
}
