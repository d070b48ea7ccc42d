/** What a process has used. */
export interface Usage {
  /** CPU time of all its threads, in ms. */
  readonly cpuMs: number;
  /** Resident memory, in KB. */
  readonly rssKb: number;
  /** Time that its main threads could have run and others had their core, in ms. */
  readonly waitedMs: number;
  /** Time that the host gave the cores of this machine to others, in ms of all cores. */
  readonly stolenMs: number;
}

/** Fields of /proc/PID/stat after the command's name (proc_pid_stat(5)): user and system time, in clock ticks. */
const UTIME = 11, STIME = 12;
/** The field of the first line of /proc/stat, its name counted, that holds the stolen time, in clock ticks. */
const STEAL = 8;

/**
 * Returns a reader of what a process and its descendants use: a program may have been started by a wrapper.
 * Throws when the process does not run. Linux only: it reads /proc.
 */
export async function watchProcess(pid: number): Promise<() => Promise<Usage>> {
  const ticksPerSecond = Number(await run("getconf", "CLK_TCK"));
  const pids = await family(pid);
  return async () => {
    const usages = await Promise.all(pids.map((pid) => read(pid, ticksPerSecond)));
    const cores = (await run("cat", "/proc/stat")).split("\n", 1)[0]!.split(/ +/);
    return {
      stolenMs: Number(cores[STEAL]) * 1000 / ticksPerSecond,
      waitedMs: usages.reduce((sum, { waitedMs }) => sum + waitedMs, 0),
      cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
      rssKb: usages.reduce((sum, { rssKb }) => sum + rssKb, 0),
    };
  };
}

async function read(pid: number, ticksPerSecond: number): Promise<Omit<Usage, "stolenMs">> {
  // Deno opens /proc to nobody but programs with every permission; `cat` is allowed by name.
  const [stat = "", status = "", schedstat = ""] = await Promise.all(
    ["stat", "status", "schedstat"].map((name) => run("cat", `/proc/${pid}/${name}`)),
  );
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[UTIME]) + Number(fields[STIME]);
  return {
    cpuMs: ticks * 1000 / ticksPerSecond,
    rssKb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN),
    waitedMs: Number(schedstat.split(" ")[1]) / 1e6,
  };
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
