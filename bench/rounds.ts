/**
 * Rounds of the same measurements against this gateway and its peers, interleaved, as tables with ratios:
 * `deno task bench:rounds [--rounds 3] [--seconds 4] [--sample FOLDER] [--only TEXT]`. How to build the peers is in README.md.
 */
import { parseArgs } from "node:util";
import { canPin, load, type LoadReport, type Measured, Running, servers } from "./rounds_servers.ts";

/** A level is held when no call failed and p99 from deciding frame to event stays below this, in ms. */
const HELD_MS = 40;
/** A load generator that is later than this, in ms, measures itself. */
const HONEST_MS = 10;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "4" },
    "ramp-seconds": { type: "string", default: "4" },
    sample: { type: "string" },
    only: { type: "string", default: "" },
  },
});
if (!canPin()) {
  console.error("Cannot run rounds: Linux with two cores expected");
  Deno.exit(1);
}

/** What the fast modes give, over all rounds. */
interface Fast {
  readonly setUps: LoadReport[];
  readonly frames: LoadReport[];
  readonly lists: LoadReport[];
}
type Held = Map<number, LoadReport | string>;

const all = (await servers(values.sample)).filter(({ name }) => name.includes(values.only));
const deciding = new Map<Measured, string>();
const fast = new Map<Measured, Fast>(all.map((server) => [server, { setUps: [], frames: [], lists: [] }]));
const held = new Map<Measured, Held>(all.map((server) => [server, new Map()]));

for (let round = 1; round <= Number(values.rounds); round++) {
  for (const server of all) {
    console.error(`round ${round}: ${server.name}`);
    await using running = await Running.start(server);
    const run = (mode: string) =>
      load(server.port, running.pid, { mode, seconds: values.seconds, deciding: deciding.get(server) ?? "" });
    const { setUps, frames, lists } = fast.get(server)!;
    frames.push(await run("frames"));
    deciding.set(server, frames.at(-1)!.deciding);
    setUps.push(await run("set-ups"));
    lists.push(await run("list"));
  }
}
const going = new Set(all);
for (let step = 0; going.size > 0; step++) {
  for (const server of going) {
    const calls = server.levels[step];
    const result = calls === undefined ? undefined : await hold(server, calls);
    if (calls !== undefined) held.get(server)!.set(calls, result!);
    if (result === undefined || !isHeld(result)) going.delete(server);
  }
}
print();

async function hold(server: Measured, calls: number): Promise<LoadReport | string> {
  console.error(`${calls} calls: ${server.name}`);
  await using running = await Running.start(server);
  try {
    return await load(server.port, running.pid, {
      calls: String(calls),
      seconds: String(2 * Number(values.seconds)),
      "ramp-seconds": values["ramp-seconds"],
      deciding: deciding.get(server)!,
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isHeld(result: LoadReport | string): boolean {
  return typeof result !== "string" && Object.keys(result.failures).length === 0 && latency(result) < HELD_MS;
}

function latency({ startOfInput, endOfInput }: LoadReport): number {
  return Math.max(startOfInput.p99, endOfInput.p99);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function row(cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

function print(): void {
  const ours = all.find(({ name }) => name === "byova-gateway");
  row(["", "frames a second", "CPU a frame", "set-ups a second", "CPU a set-up", "lists a second"]);
  row(["---", "---:", "---:", "---:", "---:", "---:"]);
  const figures = (server: Measured) => {
    const { frames, setUps, lists } = fast.get(server)!;
    return [
      median(frames.map(({ framesPerSecond }) => framesPerSecond)),
      median(frames.map(({ serverUsPerFrame }) => serverUsPerFrame)),
      median(setUps.map(({ callsPerSecond }) => callsPerSecond)),
      median(setUps.map(({ serverMsPerCall }) => serverMsPerCall)),
      median(lists.map(({ callsPerSecond }) => callsPerSecond)),
    ] as const;
  };
  const written = ([frames, usPerFrame, setUps, msPerSetUp, lists]: ReturnType<typeof figures>) => [
    frames.toFixed(0),
    `${usPerFrame.toFixed(1)} us`,
    setUps.toFixed(0),
    `${msPerSetUp.toFixed(2)} ms`,
    lists.toFixed(0),
  ];
  for (const server of all) row([server.name, ...written(figures(server))]);
  for (const server of all) {
    if (ours === undefined || server === ours) continue;
    const theirs = figures(server);
    row([`ours / ${server.name}`, ...figures(ours).map((figure, at) => (figure / theirs[at]!).toFixed(2))]);
  }
  console.log();
  row(["", "calls", "p50, p99 to event", "closing p99", "core", "CPU a frame", "memory a call", "failed"]);
  row(["---", "---:", "---:", "---:", "---:", "---:", "---:", "---:"]);
  for (const [{ name }, levels] of held) {
    for (const [calls, result] of levels) {
      if (typeof result === "string") row([name, String(calls), result, "", "", "", "", ""]);
      else row([name, String(calls), ...heldFigures(result)]);
    }
  }
}

function heldFigures(result: LoadReport): string[] {
  const failures = Object.entries(result.failures).map(([reason, times]) => `${reason}: ${times}`);
  const late = result.lateness.p99 > HONEST_MS ? ` (generator late: ${result.lateness.p99} ms)` : "";
  return [
    `${Math.max(result.startOfInput.p50, result.endOfInput.p50).toFixed(1)}, ${latency(result).toFixed(1)} ms${late}`,
    `${result.closing.p99.toFixed(1)} ms`,
    `${(result.serverCpu * 100).toFixed(0)} %`,
    `${result.serverUsPerFrame.toFixed(1)} us`,
    `${result.serverKbPerCall.toFixed(0)} KB`,
    failures.join(", ") || "none",
  ];
}
