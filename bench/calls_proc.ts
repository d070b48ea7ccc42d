/** What a process has used. */
export interface Usage {
  /** CPU time of all its threads, in ms. */
  readonly cpuMs: number;
  /** Resident memory, in KB. */
  readonly rssKb: number;
}

/** Fields of /proc/PID/stat after the command's name (proc_pid_stat(5)): user and system time, in clock ticks. */
const UTIME = 11, STIME = 12;

/**
 * Returns a reader of what a process and its descendants use: a program may have been started by a wrapper.
 * Throws when the process does not run. Linux only: it reads /proc.
 */
export async function watchProcess(pid: number): Promise<() => Promise<Usage>> {
  const ticksPerSecond = Number(await run("getconf", "CLK_TCK"));
  const pids = await family(pid);
  return async () => {
    const usages = await Promise.all(pids.map((pid) => read(pid, ticksPerSecond)));
    return {
      cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
      rssKb: usages.reduce((sum, { rssKb }) => sum + rssKb, 0),
    };
  };
}

async function read(pid: number, ticksPerSecond: number): Promise<Usage> {
  // Deno opens /proc to nobody but programs with every permission; `cat` is allowed by name.
  const [stat, status] = await Promise.all([run("cat", `/proc/${pid}/stat`), run("cat", `/proc/${pid}/status`)]);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[UTIME]) + Number(fields[STIME]);
  return { cpuMs: ticks * 1000 / ticksPerSecond, rssKb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) };
}

async function family(pid: number): Promise<number[]> {
  const children = (await run("cat", `/proc/${pid}/task/${pid}/children`)).split(" ").filter((text) => text !== "");
  return [pid, ...(await Promise.all(children.map((child) => family(Number(child))))).flat()];
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(command, { args, stderr: "null" }).output();
  if (!success) throw new Error(`Cannot run "${command} ${args.join(" ")}": a result expected: received a failure`);
  return new TextDecoder().decode(stdout).trim();
}
