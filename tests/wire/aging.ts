/**
 * Peers that age connections, both ways round: deno run -A tests/wire/aging.ts [--seconds 600] [DIRECTION ...]
 */
import { parseArgs } from "node:util";
import { GrpcChannel } from "../../src/grpc/client.ts";
import { Status } from "../../src/grpc/status.ts";
import { talk } from "./interop_cases.ts";
import { listenInterop } from "./interop_service.ts";
import { bundled, DENO, here, outputOf, PeerServer, PYTHON, runs } from "./peer_process.ts";

/** The age at which every connection is ended. */
const AGE_MS = 1500;
/** Beside brief RPCs go some that are older than their connection may grow. */
const LONG_RPC_ANSWERS = 20;
const LONG_RPC_STEP_MS = 100;

/** How many RPCs came to what: "ok", "repeated" for one that the server has not touched, or what went wrong. */
export type Outcomes = Readonly<Record<string, number>>;

export interface Direction {
  /** What is missing on this machine, if something is. */
  readonly lacks?: string;
  /** This server does not wait until its client knows: it refuses what is on its way, and that is made again. */
  readonly endsAtOnce?: boolean;
  /** Talks for so many seconds. */
  readonly run: (seconds: number) => Promise<Outcomes>;
}

const core = [PYTHON ?? "python3", here("interop_core.py")];
const lacksCore = PYTHON === undefined ? { lacks: "python3-grpcio" } : {};

export const DIRECTIONS: Readonly<Record<string, Direction>> = {
  "our client, the C core's server": {
    ...lacksCore,
    async run(seconds) {
      await using server = await PeerServer.start([...core, "server", String(AGE_MS)]);
      return await ourClient(server.port, seconds);
    },
  },
  "our client, grpc-js's server": {
    endsAtOnce: true,
    async run(seconds) {
      await using server = await PeerServer.start([...DENO, here("interop_js_server.ts"), String(AGE_MS)]);
      return await ourClient(server.port, seconds);
    },
  },
  "our client, our server": {
    async run(seconds) {
      await using server = listenInterop(AGE_MS);
      return await ourClient(server.port, seconds);
    },
  },
  "the C core's client, our server": {
    ...lacksCore,
    async run(seconds) {
      await using server = listenInterop(AGE_MS);
      return JSON.parse(await outputOf([...core, "aging", String(server.port), String(seconds)]));
    },
  },
  "grpc-js's client on Node, our server": {
    ...runs("node", "--version") ? {} : { lacks: "node" },
    async run(seconds) {
      await using server = listenInterop(AGE_MS);
      await using client = await bundled("aging_js_client.ts");
      const args = [String(server.port), String(seconds), here("interop.proto")];
      return JSON.parse(await outputOf(["node", client.path, ...args]));
    },
  },
};

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A channel that is replaced as soon as it takes no new RPCs; what is under way goes on. */
class FreshChannel implements AsyncDisposable {
  #made: GrpcChannel[] = [];
  #next: Promise<GrpcChannel> | undefined;

  constructor(readonly port: number) {}

  get connections(): number {
    return this.#made.length;
  }

  async get(): Promise<GrpcChannel> {
    const last = this.#made.at(-1);
    if (last !== undefined && !last.closed) return last;
    this.#next ??= GrpcChannel.connect({ hostname: "127.0.0.1", port: this.port }).then((channel) => {
      this.#made.push(channel);
      this.#next = undefined;
      return channel;
    });
    return await this.#next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const channel of this.#made) await channel[Symbol.asyncDispose]();
  }
}

async function ourClient(port: number, seconds: number): Promise<Outcomes> {
  const until = performance.now() + seconds * 1000;
  const outcomes: Record<string, number> = {};
  await using channels = new FreshChannel(port);
  const work = async (kind: string, answers: number, stepMs: number) => {
    while (performance.now() < until) {
      const channel = await channels.get();
      const asks = Array.from({ length: answers }, () => ({ answerBytes: 1000 }));
      const { status, message, bodies } = await talk(channel, "Interop/Duplex", { asks, stepMs });
      const untouched = status === Status.UNAVAILABLE && bodies.length === 0 && channel.closed;
      const good = status === Status.OK && bodies.length === answers;
      const outcome = good ? "ok" : untouched ? "repeated" : `${kind}: ${status} ${message} after ${bodies.length}`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      await pause(5);
    }
  };
  const brief = () => work("brief", 1, 0);
  const long = () => work("long", LONG_RPC_ANSWERS, LONG_RPC_STEP_MS);
  await Promise.all([brief(), brief(), long(), long()]);
  if (channels.connections < seconds / (2 * AGE_MS / 1000)) outcomes["connections that did not end"] = 1;
  return outcomes;
}

/** Whether nothing went wrong. */
export function isClean({ endsAtOnce = false }: Direction, outcomes: Outcomes): boolean {
  const allowed = endsAtOnce ? ["ok", "repeated"] : ["ok"];
  return Object.keys(outcomes).every((outcome) => allowed.includes(outcome)) && (outcomes.ok ?? 0) > 0;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { seconds: { type: "string", default: "600" } },
    allowPositionals: true,
  });
  const chosen = positionals.length > 0 ? positionals : Object.keys(DIRECTIONS);
  await Promise.all(chosen.map(async (name) => {
    const direction = DIRECTIONS[name]!;
    if (direction.lacks !== undefined) return console.log(`${name}: ${direction.lacks} is not installed`);
    const outcomes = await direction.run(Number(values.seconds));
    const clean = isClean(direction, outcomes);
    if (!clean) Deno.exitCode = 1;
    console.log(`${clean ? "HOLDS" : "FAILS"}: ${name}: ${JSON.stringify(outcomes)}`);
  }));
}
