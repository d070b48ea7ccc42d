/** A gateway in one file, run in an empty folder of its own with an empty environment: as a stranger would, after a download. */
export class RunningFile implements AsyncDisposable {
  private constructor(
    readonly child: Deno.ChildProcess,
    readonly log: readonly Record<string, string>[],
    /** From the start of the process to its last line of welcome, in ms. */
    readonly readyMs: number,
  ) {}

  /** Resolves when calls are taken. Throws with what it said when it ends before. */
  static async start(file: string, args: readonly string[], { cwd, env }: Surroundings): Promise<RunningFile> {
    const since = performance.now();
    const child = new Deno.Command(file, {
      args: [...args],
      cwd,
      clearEnv: true,
      env,
      stdout: "piped",
      stderr: "piped",
    })
      .spawn();
    const log: Record<string, string>[] = [];
    const complaints = new Response(child.stderr).text();
    const ready = Promise.withResolvers<number>();
    (async () => {
      let rest = "";
      for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + piece).split("\n");
        rest = lines.pop()!;
        for (const line of lines) log.push(JSON.parse(line));
        if (log.some(({ msg }) => msg === LAST_LINE)) ready.resolve(performance.now() - since);
      }
      ready.reject(new Error(`${file} did not start: ${JSON.stringify(log)} ${await complaints}`));
    })();
    return new RunningFile(child, log, await ready.promise);
  }

  said(message: string): Record<string, string> | undefined {
    return this.log.find(({ msg }) => msg === message);
  }

  get target(): string {
    return this.said("calls are answered")!.grpc!;
  }

  get page(): string {
    return this.said("open this page to watch")!.page!;
  }

  /** Asks it to stop, and resolves with its exit code. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    this.child.kill(signal);
    return (await this.child.status).code;
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

const LAST_LINE = "to hear a call, run in a second terminal";

/** Where a file runs. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a file to its end with an empty environment, and returns what came of it. */
export async function outcome(file: string, args: readonly string[], { cwd, env }: Surroundings) {
  const { code, stdout, stderr } = await new Deno.Command(file, { args: [...args], cwd, clearEnv: true, env }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}
