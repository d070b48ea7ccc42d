/**
 * What open dashboards cost: deno run -A bench/dashboards.ts [--calls 1000] [--dashboards 200] [--seconds 20]
 * [--rounds 2] [--store off]. Real-time calls in a process of their own against a gateway in a process of its own; its
 * CPU is taken from /proc in windows with and without dashboards, in turn. Each dashboard is a connection on
 * `/api/live?topics=overview,calls` that reads all it gets. One more watches when a call of its own shows up. Last, dashboards that read nothing.
 */
import { parseArgs } from "node:util";
import type { CallRow } from "../islands/facts.ts";
import { GrpcChannel } from "../src/grpc/client.ts";
import { encodeVoiceVARequest, VoiceVirtualAgent } from "../src/protocols/gen/voicevirtualagent.ts";
import { EventReader } from "../tests/event_stream.ts";
import { Program } from "../tests/endurance/program.ts";
import { watchProcess } from "./calls_proc.ts";

const RAMP_SECONDS = 10;
/** Between two calls whose showing up is timed. */
const PROBE_MS = 300;
const ASK = "GET /api/live?topics=overview,calls HTTP/1.1\r\nHost: localhost\r\n\r\n";

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "1000" },
    dashboards: { type: "string", default: "200" },
    seconds: { type: "string", default: "20" },
    rounds: { type: "string", default: "2" },
    store: { type: "string", default: "on" },
  },
});
const [calls, count, seconds, rounds] = [values.calls, values.dashboards, values.seconds, values.rounds].map(
  Number,
) as [
  number,
  number,
  number,
  number,
];

await using house = await Program.start({ yaml: `store: { enabled: ${values.store} }` });
const usage = await watchProcess(house.pid);
const windows = 3 * rounds;
const load = new Deno.Command(Deno.execPath(), {
  args: [
    ...["run", "-A", new URL("calls.ts", import.meta.url).pathname, "--target", `127.0.0.1:${house.port}`],
    ...["--calls", values.calls, "--ramp-seconds", String(RAMP_SECONDS)],
    ...["--seconds", String(windows * (seconds + 4) + 10)],
  ],
  stdout: "null",
  stderr: "inherit",
}).spawn();
await pause(RAMP_SECONDS * 1000 + 5000);

const shares: Record<string, number[]> = { none: [], open: [], stuck: [] };
const sent: number[] = [];
const shown: number[] = [];
for (let round = 0; round < rounds; round++) {
  shares.none!.push(await share());
  {
    await using dashboards = await open(true);
    shares.open!.push(await share(shown));
    sent.push(dashboards.bytes() / seconds);
  }
  {
    await using _ = await open(false);
    shares.stuck!.push(await share(shown));
  }
}
load.kill("SIGKILL");
await load.status;
shown.sort((a, b) => a - b);
const of = (name: string) => `${shares[name]!.map((each) => (each * 100).toFixed(1)).join(", ")} % of a core`;
const mean = (list: readonly number[]) => list.reduce((sum, each) => sum + each, 0) / list.length;
console.log(`${calls} calls, ${count} dashboards, ${seconds} s a window, the store ${values.store}`);
console.log(`gateway alone           ${of("none")}`);
console.log(`with dashboards         ${of("open")}`);
console.log(`with stuck dashboards   ${of("stuck")}`);
console.log(`dashboards cost         ${(mean(shares.open!) - mean(shares.none!)).toFixed(3)} core`);
console.log(`stuck dashboards cost   ${(mean(shares.stuck!) - mean(shares.none!)).toFixed(3)} core`);
console.log(`told to each dashboard  ${(mean(sent) / count / 1024).toFixed(0)} KB a second`);
console.log(
  `a new call shows up     p50 ${shown[shown.length >> 1]!.toFixed(0)} ms, p99 ${
    shown[Math.floor(shown.length * 0.99)]!.toFixed(0)
  } ms, ${shown.length} times`,
);

/** CPU of the gateway over one window, in cores; meanwhile, how long calls of our own take to show up. */
async function share(times?: number[]): Promise<number> {
  await pause(2000);
  const [before, since] = [await usage(), performance.now()];
  if (times) await probe(times);
  else await pause(seconds * 1000);
  const [after, until] = [await usage(), performance.now()];
  return (after.cpuMs - before.cpuMs) / (until - since);
}

/** Makes call after call and times each from its first word until a dashboard is told. */
async function probe(times: number[]): Promise<void> {
  await using channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port: house.port });
  await using stream = new EventReader(await fetch(`${house.page}api/live?topics=calls`));
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const conversationId = `probe-${crypto.randomUUID()}`;
    const since = performance.now();
    for (const eventType of [1, 2]) {
      const rpc = channel.open(VoiceVirtualAgent.ProcessCallerInput, [], { message() {}, finished() {} });
      rpc.send(encodeVoiceVARequest({ conversationId, customerOrgId: "probe", eventInput: { eventType } }));
      rpc.halfClose();
      if (eventType === 2) break;
      for (let told = false; !told;) {
        const { data } = await stream.until("calls");
        told = data.some(({ call_id }: CallRow) => call_id === conversationId);
      }
      times.push(performance.now() - since);
    }
    await pause(PROBE_MS * Math.random());
  }
}

/** Opens the dashboards; `reads`: whether they read what they get. */
async function open(reads: boolean) {
  const { hostname, port } = new URL(house.page);
  const stack = new AsyncDisposableStack();
  let bytes = 0;
  for (let at = 0; at < count; at++) {
    const connection = stack.use(await Deno.connect({ hostname, port: Number(port) }));
    await connection.write(new TextEncoder().encode(ASK));
    if (!reads) continue;
    const buffer = new Uint8Array(65_536);
    (async () => {
      for (let read = await connection.read(buffer); read !== null; read = await connection.read(buffer)) bytes += read;
    })().catch(() => {}); // closed at the end of its window
  }
  await pause(1000);
  bytes = 0;
  return { bytes: () => bytes, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
