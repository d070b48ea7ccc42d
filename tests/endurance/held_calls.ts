import assert from "node:assert/strict";

export interface HeldOptions {
  readonly calls: number;
  readonly seconds: number;
  readonly connections?: number;
  readonly rampSeconds?: number;
  /** Whom they call; the first on offer unless told. */
  readonly agent?: string;
}

/** What `deno task bench --json` says, as far as it is read here. Times in ms. */
export interface HeldReport {
  readonly live: number;
  readonly callsCompleted: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly framesPerSecond: number;
  readonly startOfInput: Spread;
  readonly endOfInput: Spread;
  readonly closing: Spread;
  readonly lateness: Spread;
}
interface Spread {
  readonly p50: number;
  readonly p99: number;
}

/** Holds real-time calls against the gateway on a port, in a process of their own. */
export async function holdCalls(port: number, options: HeldOptions): Promise<HeldReport> {
  const { calls, seconds, connections = 8, rampSeconds = 5, agent = "" } = options;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", new URL("../../bench/calls.ts", import.meta.url).pathname, "--json"],
      ...["--target", `127.0.0.1:${port}`, "--calls", String(calls), "--seconds", String(seconds)],
      ...["--connections", String(connections), "--ramp-seconds", String(rampSeconds), "--agent", agent],
    ],
    stdin: "null",
    stderr: "inherit",
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.ok(text.startsWith("{"), "the load generator failed");
  return JSON.parse(text);
}

/** Percentile 99 of the time from the deciding frame to either event, in ms. */
export function latencyOf({ startOfInput, endOfInput }: HeldReport): number {
  return Math.max(startOfInput.p99, endOfInput.p99);
}

/** How a run of calls went, in one line. */
export function describe(report: HeldReport): string {
  const failures = Object.entries(report.failures).map(([reason, times]) => `${reason}: ${times}`).join(", ") || "none";
  return `${report.live.toFixed(0)} calls, ${report.framesPerSecond.toFixed(0)} frames/s, p99 to event ` +
    `${latencyOf(report).toFixed(1)} ms, closing p99 ${report.closing.p99.toFixed(1)} ms, failed: ${failures}`;
}

/** Prints the verdict; the program ends with it. */
export function verdict(holds: boolean, sentence: string): void {
  console.log(`${holds ? "HOLDS" : "FAILS"}: ${sentence}`);
  Deno.exitCode = holds ? 0 : 1;
}
