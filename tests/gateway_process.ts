import { strict as assert } from "node:assert";
import type { GrpcChannel } from "../src/grpc/client.ts";
import type { ClientTls } from "../src/http2/tls.ts";
import { connect, Line, withoutStore } from "./gateway_harness.ts";
import { startCommand } from "./start_command.ts";
import { until } from "./until.ts";

const HOUSE = new URL("../", import.meta.url).pathname;

export interface ProcessOptions {
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whom to trust, where it speaks TLS. */
  readonly tls?: ClientTls;
  /** The folder that it runs in, and whose `data` it may write to. */
  readonly home?: string;
}

/** The gateway as a process of its own, started as the README says. */
export class GatewayProcess extends Line implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  /** Every line that it has logged. */
  readonly log: readonly Record<string, string>[];
  readonly exit: Promise<Deno.CommandStatus>;
  readonly port: number;
  readonly page: string;

  private constructor(
    channel: GrpcChannel,
    started: { child: Deno.ChildProcess; folder: string; log: Record<string, string>[]; port: number; page: string },
  ) {
    super(channel);
    this.#child = started.child;
    this.#folder = started.folder;
    this.log = started.log;
    this.port = started.port;
    this.page = started.page;
    this.exit = started.child.status;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /**
   * `args`: further options of the command line; `yaml`: a configuration file, and nothing is remembered unless it says
   * so.
   */
  static async start(
    args: readonly string[] = [],
    yaml = "",
    { env = {}, tls, home = HOUSE }: ProcessOptions = {},
  ): Promise<GatewayProcess> {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/config.yaml`, withoutStore(yaml));
    const command = await startCommand();
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        ...command.flags,
        `${HOUSE}main.ts`,
        ...["--config", `${folder}/config.yaml`, "--port", "0", "--http-port", "0", "--log-format", "json"],
        ...args,
      ],
      cwd: home,
      env: { ...command.env, ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const log: Record<string, string>[] = [];
    const ready = Promise.withResolvers<void>();
    const said = (message: string) => log.find(({ msg }) => msg === message);
    (async () => {
      const text = child.stdout.pipeThrough(new TextDecoderStream());
      let rest = "";
      for await (const piece of text) {
        const lines = (rest + piece).split("\n");
        rest = lines.pop()!;
        for (const line of lines) log.push(JSON.parse(line));
        if (said("to hear a call, run in a second terminal")) ready.resolve();
      }
      ready.reject(new Error(`the gateway did not start: ${JSON.stringify(log)}`));
    })();
    await ready.promise;
    const port = Number(said("calls are answered")!.grpc!.split(":").at(-1));
    const page = said("open this page to watch")!.page!;
    const channel = await connect(port, tls);
    return new GatewayProcess(channel, { child, folder, log, port, page });
  }

  /** Resolves once it remembers what happens. */
  async remembers(): Promise<void> {
    await until(async () => {
      const { store } = await (await fetch(`${this.page}api/overview`)).json();
      return store.state === "ok";
    });
  }

  /** How much memory it holds, in bytes. */
  async memory(): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.#child.pid}/status`);
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.channel[Symbol.asyncDispose]();
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has already ended
    }
    await this.exit;
    await Deno.remove(this.#folder, { recursive: true });
    const defects = this.log.filter(({ code }) => code === "GATEWAY-DEFECT");
    assert.deepEqual(defects, [], "the gateway met a defect of its own");
  }
}
