import assert from "node:assert/strict";

/** A server in a process of its own, which prints its port and ends with its standard input. */
export class PeerServer implements AsyncDisposable {
  private constructor(readonly child: Deno.ChildProcess, readonly port: number) {}

  /** `command`: a program and its arguments. Fails when it ends before it has printed its port. */
  static async start([program, ...args]: readonly string[]): Promise<PeerServer> {
    const child = new Deno.Command(program!, { args, stdin: "piped", stdout: "piped" }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let line = "";
    while (!line.includes("\n")) {
      const { value, done } = await reader.read();
      assert.ok(!done, "the peer ended before it listened");
      line += value;
    }
    await reader.cancel();
    return new PeerServer(child, Number(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.stdin.close();
    await this.child.status;
  }
}

/** What a program says until its end, which must be a success. */
export async function outputOf([program, ...args]: readonly string[]): Promise<string> {
  const { stdout, success } = await new Deno.Command(program!, { args, stdin: "null", stderr: "inherit" }).output();
  assert.ok(success, `${program} failed`);
  return new TextDecoder().decode(stdout);
}

/** Whether a program is on this machine and succeeds. */
export function runs(program: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** The path of a file beside this one. */
export function here(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

/** What runs a program of this folder. */
export const DENO: readonly string[] = [Deno.execPath(), "run", "--allow-all"];

/** Debian's package installs for the system's own interpreter, which need not be the first on the path. */
export const PYTHON: string | undefined = ["python3", "/usr/bin/python3"].find((program) =>
  runs(program, "-c", "import grpc")
);

/** A program of this folder as one file that Node runs, in a folder that is removed in the end. */
export async function bundled(name: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/${name.replace(/ts$/, "mjs")}`;
  await outputOf([Deno.execPath(), "bundle", "--quiet", "--platform", "deno", "--output", path, here(name)]);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}
