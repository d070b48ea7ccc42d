import process from "node:process";
import { startCommand } from "../start_command.ts";

const HOUSE = new URL("../../", import.meta.url);

export interface ProgramOptions {
  /** A configuration file. */
  readonly yaml?: string;
  /** The gRPC port; any free one unless told. */
  readonly port?: number;
  /** The core that it runs on with all its threads; any unless told. */
  readonly core?: number;
}

/** What V8 and the system say of the program, in bytes. */
export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
}

/**
 * The gateway as `deno task start` runs it, for hours if need be: nothing of what it logs is kept. Two further
 * connectors are in it (see `preload.ts`), and it tells of its memory every second. It runs in a folder of its own, and what
 * it remembers goes with it.
 */
export class Program implements AsyncDisposable {
  memory: Memory = { rss: 0, heapUsed: 0 };
  /** Whether its process has ended. */
  ended = false;
  /** How long it took from its start until calls were answered, in ms. */
  startMs = 0;
  port = 0;
  page = "";
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  readonly #ready = Promise.withResolvers<void>();

  private constructor(child: Deno.ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    void child.status.then(() => {
      this.ended = true;
      this.#ready.reject(new Error("the gateway has ended"));
    });
    void this.#read();
  }

  static async start({ yaml = "", port = 0, core }: ProgramOptions = {}): Promise<Program> {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/config.yaml`, yaml);
    const { env, flags } = await startCommand();
    const command = [
      ...(core === undefined ? [] : ["taskset", "-a", "-c", String(core)]),
      ...[
        Deno.execPath(),
        "run",
        ...flags,
        "--preload",
        new URL("preload.ts", import.meta.url).pathname,
        new URL("main.ts", HOUSE).pathname,
      ],
      ...["--config", `${folder}/config.yaml`, "--port", String(port), "--http-port", "0", "--log-format", "json"],
    ];
    const since = performance.now();
    const child = new Deno.Command(command[0]!, {
      args: command.slice(1),
      env: { ...env },
      cwd: folder,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const program = new Program(child, folder);
    await program.#ready.promise;
    program.startMs = performance.now() - since;
    return program;
  }

  get pid(): number {
    return this.#child.pid;
  }

  kill(signal: Deno.Signal = "SIGKILL"): void {
    try {
      if (!this.ended) process.kill(this.pid, signal);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
      // it has ended, and its end is not told yet
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.#child.status;
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const piece of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + piece).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#take(JSON.parse(line));
    }
  }

  #take(
    line: { readonly msg?: string; readonly grpc?: string; readonly page?: string; readonly memory?: Memory },
  ): void {
    if (line.memory !== undefined) this.memory = line.memory;
    else if (line.msg === "calls are answered") this.port = Number(line.grpc!.split(":").at(-1));
    else if (line.msg === "open this page to watch") this.page = line.page!;
    else if (line.msg === "to hear a call, run in a second terminal") this.#ready.resolve();
  }
}
