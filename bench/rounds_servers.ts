import { startCommand } from "../tests/start_command.ts";
import process from "node:process";

/** A BYOVA server that rounds measure, in a process of its own on core 0. */
export interface Measured {
  readonly name: string;
  readonly port: number;
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Levels of real-time calls that are tried, upwards. */
  readonly levels: readonly number[];
}

const HOUSE = new URL("../", import.meta.url).pathname;
/** Where `make -C bench/peers/cpp` and `deno bundle` put what they build. */
export const BUILT = `${HOUSE}.cache/peers`;
const FILES = [`${HOUSE}audio/welcome.wav`, `${HOUSE}audio/default_response.wav`];
const LEVELS = [500, 1000, 2000, 3000, 4000];
/** The first port; each server has one of its own. */
const PORT = 50_870;

/** The servers that can be measured here; the Python sample where its folder is given. */
export async function servers(sample: string | undefined): Promise<readonly Measured[]> {
  const { env, flags } = await startCommand();
  const config = await Deno.makeTempFile({ suffix: ".yaml" });
  const ours: Measured = {
    name: "byova-gateway",
    port: PORT,
    command: ["deno", "run", ...flags, "main.ts", "--config", config, "--port", String(PORT), "--http-port", "0"],
    env,
    levels: LEVELS,
  };
  const bare = (name: string, at: number, words: readonly string[], protoFolder: readonly string[]): Measured => ({
    name,
    port: PORT + at,
    command: [...words, String(PORT + at), ...protoFolder, ...FILES],
    levels: LEVELS,
  });
  const proto = [`${HOUSE}proto`];
  const all = [
    ours,
    bare("C++ gRPC, bare", 1, [`${BUILT}/server`], []),
    bare("grpc-js on Deno, bare", 2, ["deno", "run", "--allow-all", `${HOUSE}bench/peers/grpc_js.ts`], proto),
    bare("grpc-js on Node, bare", 3, ["node", `${BUILT}/grpc_js.mjs`], proto),
  ];
  if (sample === undefined) return all;
  return [...all, {
    name: "Python sample",
    port: PORT + 4,
    command: [`${sample}/venv/bin/python`, "main.py"],
    cwd: sample,
    env: { GATEWAY_CONFIG: `${sample}/bench.yaml`, PORT: String(PORT + 4) },
    levels: [10, 20, 40, 60, 100],
  }];
}

/** A server that runs on core 0 with all its threads. */
export class Running implements AsyncDisposable {
  private constructor(readonly child: Deno.ChildProcess) {}

  /** Resolves once its port is open. Throws when that takes more than a minute, or when it ends before. */
  static async start({ name, port, command, cwd = HOUSE, env = {} }: Measured): Promise<Running> {
    const child = new Deno.Command("taskset", {
      args: ["-a", "-c", "0", ...command],
      cwd,
      env: { ...env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    let ended = false;
    child.status.then(() => ended = true);
    const until = performance.now() + 60_000;
    while (!await isOpen(port)) {
      if (ended || performance.now() > until) {
        throw new Error(`Cannot measure ${name}: ${command.join(" ")} does not serve`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return new Running(child);
  }

  get pid(): number {
    return this.child.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has already ended
    }
    await this.child.status;
  }
}

async function isOpen(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

/** What bench/peers/cpp/load.cc says, as far as rounds read it. */
export interface LoadReport {
  readonly deciding: string;
  readonly failures: Readonly<Record<string, number>>;
  readonly live: number;
  readonly early: number;
  readonly framesPerSecond: number;
  readonly callsPerSecond: number;
  readonly startOfInput: { readonly p50: number; readonly p99: number };
  readonly endOfInput: { readonly p50: number; readonly p99: number };
  readonly closing: { readonly p50: number; readonly p99: number };
  readonly lateness: { readonly p50: number; readonly p99: number };
  readonly benchCpu: number;
  readonly serverCpu: number;
  readonly serverUsPerFrame: number;
  readonly serverMsPerCall: number;
  readonly serverRssMb: number;
  readonly serverKbPerCall: number;
}

/** Runs the load generator on core 1. `options`: those of load.cc, without their dashes. Throws when it fails. */
export async function load(port: number, pid: number, options: Readonly<Record<string, string>>): Promise<LoadReport> {
  const all = { port: String(port), pid: String(pid), speech: `${HOUSE}audio/caller_order.wav`, ...options };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  const { stdout, stderr, success } = await new Deno.Command("taskset", {
    args: ["-c", "1", `${BUILT}/load`, ...args],
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Whether this machine has the two cores and the tool that pins programs to them. */
export function canPin(): boolean {
  return process.platform === "linux" && navigator.hardwareConcurrency >= 2;
}
